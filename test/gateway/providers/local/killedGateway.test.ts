import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { findSupervisor } from '../../../../src/gateway/platform/findSupervisor.ts'
import { createSharedScan, startTimeOf } from '../../../../src/gateway/platform/processTable.ts'
import { createPipeStock } from '../../../../src/gateway/platform/pipeStock.ts'
import { startProcessTree } from '../../../../src/gateway/platform/processTree.ts'
import { eventually } from '../../../support/eventually.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'
import { startTestGateway, type TestGateway } from '../../../support/testGateway.ts'

const fixture = (name: string) => resolve(import.meta.dirname, '../../../fixtures/processes', name)

describe('a gateway that is killed with SIGKILL', function () {
  this.timeout(120_000)

  async function createRun(gateway: TestGateway, projectId: string, name: string, command: string[]) {
    const body = { projectId, name, schedule: '0 0 1 1 *', command }
    const { id } = await gateway.client.call('createCronJob', { body })
    const { id: execId } = await gateway.client.call('triggerCronJob', { params: { id }, body: {} })
    return { id, execId }
  }
  const fileWritten = async (file: string) => {
    while (!existsSync(file) || readFileSync(file, 'utf8').trim() === '')
      await new Promise(done => setTimeout(done, 20))
    return Number(readFileSync(file, 'utf8'))
  }

  it('leaves nothing running after the next start, and each run says so', async () => {
    using folder = temporaryFolder()
    using pipes = createPipeStock(join(folder.path, 'pipes'))
    const home = join(folder.path, 'home')
    const workspace = join(folder.path, 'workspace')
    mkdirSync(workspace)
    const first = await startTestGateway(home)
    const { id: projectId } = await first.client.call('openProject', { body: { path: workspace } })
    const daemonFile = join(workspace, 'daemon')
    const daemon = await createRun(first, projectId, 'daemon', [fixture('daemon.sh'), daemonFile, 'stay'])
    const stubbornFile = join(workspace, 'stubborn')
    const script = `trap '' TERM; echo $$$$ > ${stubbornFile}; while :; do sleep 0.1; done`
    const stubborn = await createRun(first, projectId, 'stubborn', ['sh', '-c', script])
    const pids = [await fileWritten(daemonFile), await fileWritten(stubbornFile)]
    // Another home's run must not be touched.
    const foreign = await startProcessTree(
      {
        argv: ['sleep', '600'],
        cwd: '/',
        environment: { PATH: process.env['PATH'] ?? '', HKS_HOME_ID: 'another' },
        runId: 'another',
        onLines: () => undefined,
      },
      { scan: createSharedScan(), pipes },
    )
    await first.kill()
    const supervisor = await findSupervisor(resolve(import.meta.dirname, '../../../../runtimes/sandbox'))
    if (supervisor === undefined) {
      assert.ok(
        pids.every(pid => startTimeOf(pid) !== undefined),
        'the runs live on without their gateway',
      )
    } else {
      // Their supervisors see that it is gone.
      await eventually(() => assert.deepEqual(pids.map(startTimeOf), [undefined, undefined]), 1000)
    }

    const second = await startTestGateway(home)
    try {
      assert.deepEqual(
        pids.map(pid => startTimeOf(pid)),
        [undefined, undefined],
      )
      assert.ok(startTimeOf(foreign.pid), 'the run of the other home lives')
      for (const { id, execId } of [daemon, stubborn]) {
        const run = await second.client.call('getExecution', { params: { id, execId } })
        assert.deepEqual([run.status, run.reason], ['failed', 'GatewayKilled'])
        assert.equal(run.cause, 'The gateway was killed while it ran.')
        const log = await second.client.call('getExecutionLogs', { params: { id, execId } })
        assert.match(log.items.at(-1)!.text, supervisor ? /killed while it ran\.$/ : /left running was ended/)
      }
    } finally {
      await foreign.end(0)
      await second.stop()
    }
  })

  it('ends its runs when it is stopped instead', async () => {
    using folder = temporaryFolder()
    const workspace = join(folder.path, 'workspace')
    mkdirSync(workspace)
    const gateway = await startTestGateway(join(folder.path, 'home'))
    const { id: projectId } = await gateway.client.call('openProject', { body: { path: workspace } })
    const file = join(workspace, 'daemon')
    const { id, execId } = await createRun(gateway, projectId, 'daemon', [fixture('daemon.sh'), file, 'stay'])
    const pid = await fileWritten(file)
    await gateway.stop()
    assert.equal(startTimeOf(pid), undefined)
    const again = await startTestGateway(join(folder.path, 'home'))
    const run = await again.client.call('getExecution', { params: { id, execId } })
    assert.deepEqual([run.status, run.reason], ['failed', 'GatewayStopped'])
    await again.stop()
  })
})
