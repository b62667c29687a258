import assert from 'node:assert/strict'
import type { GatewayStatus } from '../../src/contract/gateway.ts'
import { finished, openWorkplace, untilWritten, type Workplace } from './hksFunc.ts'
import { killAndWait } from '../gateway/life/lifeRig.ts'

describe('hks-func that follows a log', function () {
  this.timeout(120_000)
  let place: Workplace
  before(async () => {
    place = await openWorkplace()
    await place.json(
      'cronjob',
      'create',
      'long',
      '-s',
      '0 0 1 1 *',
      '--suspend',
      '--',
      'sh',
      '-c',
      'echo up; sleep 300',
    )
    await place.json('cronjob', 'create', 'quiet', '-s', '0 0 1 1 *', '--suspend', '--', 'echo', 'said')
    await place.run(['cronjob', 'trigger', 'quiet', '--follow'])
  })
  after(() => place.close())

  const killGateway = async () => {
    const { pid } = await place.json<GatewayStatus>('gateway', 'status')
    await killAndWait(pid)
    return pid
  }
  const followQuiet = async () => {
    const child = place.start(['cronjob', 'logs', 'quiet', '-f'])
    const end = finished(child)
    await untilWritten(child, 'stdout', /said/)
    return { child, end }
  }

  it('tells the end of the run that it started, also when the gateway was killed meanwhile', async () => {
    const child = place.start(['cronjob', 'trigger', 'long', '--follow'])
    const end = finished(child)
    await untilWritten(child, 'stdout', /up/)
    const killed = await killGateway()
    const { code, stderr } = await end
    assert.equal(code, 7, stderr)
    assert.match(stderr, /\(The log was cut off\. Resuming …\)\nStarting the gateway …\n/)
    assert.match(stderr, /The run ended: failed\.\nerror: long-\S+ failed: /)
    assert.notEqual((await place.json<GatewayStatus>('gateway', 'status')).pid, killed)
  })

  it('says that it waits for a gateway, and with exit code 6 that none came', async () => {
    const { end } = await followQuiet()
    await killGateway()
    const { code, stderr } = await end
    assert.equal(code, 6)
    assert.match(
      stderr,
      /Resuming …\)\n\(Waiting for a gateway, 10 seconds at most …\)\nerror: No gateway has answered for/,
    )
    assert.match(stderr, /hks-func list/)
    assert.equal((await place.run(['gateway', 'status'])).code, 6, 'who only reads along starts none')
    await place.run(['list'])
  })

  it('goes on with a gateway that somebody else has started', async () => {
    const { child, end } = await followQuiet()
    await killGateway()
    const again = untilWritten(child, 'stdout', /said/)
    assert.equal((await place.run(['cronjob', 'trigger', 'quiet'])).code, 0)
    await again
    child.kill('SIGINT')
    assert.equal((await end).code, 130)
  })

  it('ends on Ctrl-C while it waits', async () => {
    const { child, end } = await followQuiet()
    await killGateway()
    await untilWritten(child, 'stderr', /Waiting for a gateway/)
    child.kill('SIGINT')
    assert.equal((await end).code, 130)
    await place.run(['list'])
  })
})
