import assert from 'node:assert/strict'
import type { GatewayClient } from '../../../src/client/gatewayClient.ts'
import type { LogLine, LogPage, LogQuery } from '../../../src/contract/logs.ts'

/** What a gateway has said to be done, by the one who heard it. */
export interface Acknowledged {
  /** By id: the schedules that a CronJob may have; the second was asked for and not acknowledged. */
  readonly cronJobs: Map<string, readonly string[]>
  readonly deletedCronJobs: Set<string>
  /** Each run with the id of its CronJob. */
  readonly runs: Map<string, string>
  /** Calls that were answered: their function, and the lines that each printed. */
  readonly calls: Map<string, { readonly functionId: string; readonly lines: number }>
  /** Calls that nobody waited for, accepted. */
  readonly accepted: Set<string>
  /** Lines that a follower got, by the run that wrote them. */
  readonly followed: Map<string, LogLine[]>
  /** The newest revision of the function that is deployed again and again. */
  revision: number
}

/** Nothing yet, after a revision of earlier. */
export const nothingAcknowledged = (revision: number): Acknowledged => ({
  cronJobs: new Map(),
  deletedCronJobs: new Set(),
  runs: new Map(),
  calls: new Map(),
  accepted: new Set(),
  followed: new Map(),
  revision,
})

/** How much of it there is. */
export const countOf = (done: Acknowledged) => ({
  cronJobs: done.cronJobs.size + done.deletedCronJobs.size,
  runs: done.runs.size,
  calls: done.calls.size + done.accepted.size,
  lines:
    [...done.followed.values()].reduce((sum, lines) => sum + lines.length, 0) +
    [...done.calls.values()].reduce((sum, { lines }) => sum + lines, 0),
})

/** Asserts that the next gateway has all of it. `deployed` is the id of the function with the revision. */
export async function assertKept(client: GatewayClient, deployed: string, done: Acknowledged): Promise<void> {
  for (const [id, schedules] of done.cronJobs) {
    const job = await client.call('getCronJob', { params: { id } })
    assert.ok(schedules.includes(job.schedule), `${job.name}: ${job.schedule}, not ${schedules.join(' or ')}`)
  }
  for (const id of done.deletedCronJobs) {
    await assert.rejects(client.call('getCronJob', { params: { id } }), { code: 'NOT_FOUND' })
  }
  for (const [execId, id] of done.runs) {
    const run = await client.call('getExecution', { params: { id, execId } })
    assert.deepEqual([run.status, run.reason], ['failed', 'GatewayKilled'])
  }
  for (const [invocationId, { functionId, lines }] of done.calls) {
    const call = await client.call('getInvocation', { params: { id: invocationId } })
    assert.deepEqual([call.outcome, call.statusCode], ['succeeded', 200])
    const log = await client.call('getFunctionLogs', { params: { id: functionId }, query: { invocationId } })
    const expected = Array.from({ length: lines }, (_, at) => `line ${at}`)
    assert.deepEqual(
      log.items.map(({ text }) => text),
      expected,
    )
  }
  for (const id of done.accepted) await assertSettled(client, id)
  for (const [execId, lines] of done.followed) await assertLines(client, done.runs.get(execId)!, execId, lines)
  const fn = await client.call('getFunction', { params: { id: deployed } })
  if (done.revision > 0) assert.equal(fn.status, 'ready')
  assert.ok(fn.revision >= done.revision, `revision ${fn.revision} serves, ${done.revision} was acknowledged`)
}

/** Whether it had been answered before the end is not known to who did not wait. */
async function assertSettled(client: GatewayClient, id: string): Promise<void> {
  const call = await client.call('getInvocation', { params: { id } })
  if (call.outcome === 'succeeded') {
    const result = await client.invocationResult(id)
    assert.equal(result.status, 200)
  } else assert.deepEqual([call.outcome, call.code], ['failed', 'FUNCTION_CRASHED'])
}

/** The lines that were seen are as they were, and those of a run are its count from 1 on, without a hole. */
async function assertLines(client: GatewayClient, id: string, execId: string, seen: readonly LogLine[]): Promise<void> {
  const kept: LogLine[] = []
  for (let query: LogQuery | undefined = { after: 0 }; query !== undefined; ) {
    const page: LogPage = await client.call('getExecutionLogs', { params: { id, execId }, query })
    kept.push(...page.items)
    query = page.more ? page.next : undefined
  }
  const bySeq = new Map(kept.map(line => [line.seq, line]))
  for (const line of seen) assert.deepEqual(bySeq.get(line.seq), line)
  const written = kept.filter(({ stream }) => stream === 'stdout').map(({ text }) => Number(text))
  written.forEach((number, at) => assert.equal(number, at + 1))
}
