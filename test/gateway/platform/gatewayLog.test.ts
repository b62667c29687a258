import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createGatewayLog } from '../../../src/gateway/platform/gatewayLog.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const last = (file: string) =>
  JSON.parse(readFileSync(file, 'utf8').trim().split('\n').at(-1)!) as Record<string, unknown>

describe("the gateway's own log", () => {
  it('is written at once, to its user alone, with tokens masked', () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'logs', 'gateway.log')
    const log = createGatewayLog(file)
    log.info({ token: 'abc', lock: { token: 'abc' }, headers: { authorization: 'Bearer abc' } }, 'ready')
    assert.equal(last(file)['msg'], 'ready')
    assert.ok(!readFileSync(file, 'utf8').includes('abc'))
    log.error({ err: new Error('no room', { cause: new Error('disk full') }) })
    assert.match(JSON.stringify(last(file)['err']), /no room.*disk full/)
    assert.equal(statSync(file).mode & 0o777, 0o600)
  })

  it('sets a large one aside when it starts, and keeps a small one', () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'gateway.log')
    createGatewayLog(file).info('small')
    createGatewayLog(file).info('appended')
    assert.equal(readFileSync(file, 'utf8').trim().split('\n').length, 2)
    writeFileSync(file, 'x'.repeat(6 * 1024 * 1024))
    createGatewayLog(file).info('new')
    assert.equal(last(file)['msg'], 'new')
    assert.equal(statSync(`${file}.1`).size, 6 * 1024 * 1024)
  })
})
