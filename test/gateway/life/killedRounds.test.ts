import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { findSupervisor } from '../../../src/gateway/platform/findSupervisor.ts'
import { listProcesses, startTimeOf } from '../../../src/gateway/platform/processTable.ts'
import { eventually } from '../../support/eventually.ts'
import { startTestGateway, type TestGateway } from '../../support/testGateway.ts'
import { temporaryHome } from './lifeRig.ts'

const rounds = 50

/** What a gateway has said to be done. */
interface Acknowledged {
  /** Name and schedule of each CronJob. */
  readonly cronJobs: Map<string, string>
  /** Each run with the id of its CronJob. */
  readonly runs: Map<string, string>
  /** The newest revision of the function. */
  revision: number
}

/** Works until the gateway is gone; notes each answer and tells `heard`. */
async function work(
  gateway: TestGateway,
  projectId: string,
  round: number,
  done: Acknowledged,
  heard: (kind: 'write' | 'deploy') => void,
) {
  const { client } = gateway
  const writes = async () => {
    for (let at = 0; ; at++) {
      const body = { projectId, name: `job-${round}-${at}`, schedule: '0 0 1 1 *', command: ['sh', '-c', 'sleep 600'] }
      const { id } = await client.call('createCronJob', { body })
      done.cronJobs.set(body.name, body.schedule)
      heard('write')
      const run = await client.call('triggerCronJob', { params: { id }, body: {} })
      done.runs.set(run.id, id)
      heard('write')
      await client.call('updateSchedule', { params: { id }, body: { schedule: '0 0 2 2 *' } })
      done.cronJobs.set(body.name, '0 0 2 2 *')
      heard('write')
    }
  }
  const deploys = async () => {
    for (let at = 0; ; at++) {
      const source = Buffer.from(`export const handler = () => ${round} * 1000 + ${at}`).toString('base64')
      const body = { name: 'fn', runtime: 'node' as const, source }
      const fn = await client.call('deployFunction', { params: { id: projectId }, body })
      assert.equal(fn.status, 'ready')
      done.revision = fn.revision
      heard('deploy')
    }
  }
  const results = await Promise.allSettled([writes(), deploys()])
  for (const result of results) {
    const error = (result as PromiseRejectedResult).reason as { code?: string }
    if (error.code !== 'GATEWAY_UNREACHABLE') throw error as Error
  }
}

async function check(gateway: TestGateway, projectId: string, done: Acknowledged): Promise<void> {
  const kept = new Map<string, string>()
  let cursor: string | undefined
  do {
    const query = { projectId, limit: 1000, ...(cursor === undefined ? {} : { cursor }) }
    const page = await gateway.client.call('listCronJobs', { query })
    for (const job of page.items) kept.set(job.name, job.schedule)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  for (const [name, schedule] of done.cronJobs) {
    // A change that was not acknowledged may have been made all the same.
    assert.ok([schedule, '0 0 2 2 *'].includes(kept.get(name) ?? ''), `${name}: ${kept.get(name)}, not ${schedule}`)
  }
  for (const [execId, id] of done.runs) {
    const run = await gateway.client.call('getExecution', { params: { id, execId } })
    assert.equal(run.status, 'failed')
    assert.equal(run.reason, 'GatewayKilled')
  }
  if (done.revision > 0) {
    const functions = await gateway.client.call('listFunctions', { params: { id: projectId } })
    const fn = functions.items.find(one => one.name === 'fn')
    assert.equal(fn?.status, 'ready')
    assert.ok(fn.revision >= done.revision, `revision ${fn.revision} serves, ${done.revision} was acknowledged`)
  }
}

describe('a gateway that is killed again and again', () => {
  it(`has lost nothing that it acknowledged and leaves no process, in ${rounds} rounds`, async () => {
    await using rig = temporaryHome()
    const workspace = join(rig.path, 'shop')
    mkdirSync(workspace)
    let gateway = await startTestGateway(rig.home)
    const { id: projectId } = await gateway.client.call('openProject', { body: { path: workspace } })
    const all: Acknowledged = { cronJobs: new Map(), runs: new Map(), revision: 0 }
    const supervisor = await findSupervisor(resolve(import.meta.dirname, '../../../runtimes/sandbox'))
    try {
      for (let round = 1; round <= rounds; round++) {
        const done: Acknowledged = { cronJobs: new Map(), runs: new Map(), revision: all.revision }
        let writes = 0
        let ended: Promise<void> | undefined
        // Every fifth round waits for a deployment; the others end in the middle of one.
        const isEnough = (kind: 'write' | 'deploy') =>
          round % 5 === 0 ? kind === 'deploy' : kind === 'write' && ++writes > (round * 7) % 12
        await work(gateway, projectId, round, done, kind => {
          if (isEnough(kind)) ended ??= gateway.kill()
        })
        await ended
        const left = () => listProcesses().filter(({ runId }) => runId !== undefined && done.runs.has(runId))
        const orphans = left()
        // What supervisors end needs no next start.
        if (supervisor !== undefined) await eventually(() => assert.deepEqual(left(), []), 1000)
        gateway = await startTestGateway(rig.home)
        for (const { pid, startTime } of orphans) assert.notEqual(startTimeOf(pid), startTime, `process ${pid} is left`)
        await check(gateway, projectId, done)
        for (const [name, schedule] of done.cronJobs) all.cronJobs.set(name, schedule)
        for (const [run, id] of done.runs) all.runs.set(run, id)
        all.revision = done.revision
      }
      await check(gateway, projectId, all)
    } finally {
      await gateway.kill()
    }
    assert.ok(all.runs.size > 0, 'runs were going on when it was killed')
    assert.ok(all.revision > 0, 'functions were deployed')
  }).timeout(1_200_000)
})
