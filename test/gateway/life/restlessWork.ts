import assert from 'node:assert/strict'
import type { GatewayClient } from '../../../src/client/gatewayClient.ts'
import { followLogs } from '../../../src/client/followLogs.ts'
import { HksError } from '../../../src/contract/errors.ts'
import type { LogLine } from '../../../src/contract/logs.ts'
import type { Acknowledged } from './acknowledged.ts'

/** What there is to work on, by id. */
export interface Workplace {
  readonly projectId: string
  /** CronJobs that are run: one whose processes ignore SIGTERM and hide, one that writes without end. */
  readonly stubborn: string
  readonly chatty: string
  /** Functions: in Node.js, in Python, one that leaves a daemon behind, and one that is deployed again and again. */
  readonly node: string
  readonly python: string
  readonly daemon: string
  readonly deployed: string
}

const base64 = (text: string) => Buffer.from(text).toString('base64')

/** A process that ignores SIGTERM, in a session of its own and without its parent; some also without a mark. */
const stubbornScript = (environment: string) =>
  `trap "" TERM; (${environment} setsid sh -c 'trap "" TERM; while :; do sleep 1; done' &); while :; do sleep 1; done`
const countingScript = 'n=1; while :; do seq $n $((n + 99)); n=$((n + 100)); sleep 0.01; done'
const daemonSource = `import { spawn } from 'node:child_process'
const script = 'trap "" TERM; (setsid sleep 600 &); sleep 600'
export const handler = () => void spawn('/bin/sh', ['-c', script], { detached: true, stdio: 'ignore' }).unref()`

/** Each round leaves so many trees of a kind behind. */
const few = 3
/** What is done of anything else, so that a round which waits for something slow stays small. */
const many = 20

/** Makes it. `marked`: what is left behind keeps its environment, for there is no supervisor that finds it without. */
export async function makeWorkplace(
  client: GatewayClient,
  path: string,
  marked: 'marked' | 'hidden',
): Promise<Workplace> {
  const { id: projectId } = await client.call('openProject', { body: { path } })
  const job = async (name: string, script: string) => {
    const body = { projectId, name, schedule: '0 0 1 1 *', command: ['sh', '-c', script] }
    return (await client.call('createCronJob', { body })).id
  }
  const fn = async (name: string, runtime: 'node' | 'python', source: string) => {
    const body = { name, runtime, source: base64(source) }
    return (await client.call('deployFunction', { params: { id: projectId }, body })).id
  }
  return {
    projectId,
    stubborn: await job('stubborn', stubbornScript(marked === 'marked' ? '' : 'env -i PATH="$PATH"')),
    chatty: await job('chatty', countingScript),
    node: await fn(
      'node',
      'node',
      'export const handler = n => { for (let at = 0; at < n; at++) console.log(`line ${at}`) }',
    ),
    python: await fn('python', 'python', 'def handler(n):\n    for at in range(n): print(f"line {at}")\n'),
    daemon: await fn('daemon', 'node', daemonSource),
    deployed: await fn('deployed', 'node', 'export const handler = () => 0'),
  }
}

/** Kinds of work, with the number of answers of each after which a round may end. */
export const answersOf = { write: 12, run: few, line: 6, call: 10, deploy: 2 } as const
export type WorkKind = keyof typeof answersOf

/** Does all kinds of work at once until the gateway is gone; notes each answer in `done` and then tells `heard`. */
export async function workUntilKilled(
  client: GatewayClient,
  place: Workplace,
  round: number,
  done: Acknowledged,
  heard: (kind: WorkKind) => void,
): Promise<void> {
  const write = async (at: number): Promise<'enough' | void> => {
    if (at === many) return 'enough'
    const body = { projectId: place.projectId, name: `job-${round}-${at}`, schedule: '0 0 1 1 *', command: ['true'] }
    const { id } = await client.call('createCronJob', { body })
    done.cronJobs.set(id, ['0 0 1 1 *', '0 0 2 2 *'])
    await client.call('updateSchedule', { params: { id }, body: { schedule: '0 0 2 2 *' } })
    done.cronJobs.set(id, ['0 0 2 2 *'])
    if (at % 2 === 0) return
    done.cronJobs.delete(id)
    await client.call('deleteCronJob', { params: { id } })
    done.deletedCronJobs.add(id)
  }
  const trigger = async (id: string) => {
    const run = await client.call('triggerCronJob', { params: { id }, body: {} })
    done.runs.set(run.id, id)
    return run.id
  }
  const run = async (at: number): Promise<'enough' | void> => {
    if (at === few) return 'enough'
    await trigger(place.stubborn)
  }
  const follow = async () => {
    const execId = await trigger(place.chatty)
    const stop = new AbortController()
    const target = { kind: 'execution', id: place.chatty, execId } as const
    const seen: LogLine[] = []
    done.followed.set(execId, seen)
    const options = { query: { after: 0 }, signal: stop.signal, onCut: () => stop.abort() }
    for await (const batch of followLogs(async () => client, target, options)) {
      if (!('lines' in batch)) continue
      seen.push(...batch.lines)
      heard('line')
    }
  }
  const call =
    (functionId: string) =>
    async (at: number): Promise<'enough' | void> => {
      if (at === many) return 'enough'
      const lines = (at * 7) % 40
      const answer = await client.invoke(functionId, Buffer.from(String(lines)), { contentType: 'application/json' })
      assert.equal(answer.status, 200)
      done.calls.set(answer.invocationId!, { functionId, lines })
    }
  const leaveDaemon = async (at: number): Promise<'enough' | void> => {
    if (at === few) return 'enough'
    const { invocationId } = await client.invoke(place.daemon, Buffer.alloc(0))
    done.calls.set(invocationId!, { functionId: place.daemon, lines: 0 })
  }
  const send = async (at: number): Promise<'enough' | void> => {
    if (at === many) return 'enough'
    const answer = await client.invoke(place.node, Buffer.from('1'), {
      contentType: 'application/json',
      prefer: 'respond-async',
    })
    assert.equal(answer.status, 202)
    done.accepted.add(answer.invocationId!)
  }
  const deploy = async (at: number): Promise<'enough' | void> => {
    if (at === few) return 'enough'
    const body = {
      name: 'deployed',
      runtime: 'node' as const,
      source: base64(`export const handler = () => ${round} * 1000 + ${at}`),
    }
    const fn = await client.call('deployFunction', { params: { id: place.projectId }, body })
    assert.equal(fn.status, 'ready')
    done.revision = fn.revision
  }
  const steps: readonly (readonly [WorkKind | undefined, Step])[] = [
    ['write', write],
    ['run', run],
    [undefined, follow],
    ['call', call(place.node)],
    ['call', call(place.python)],
    ['call', leaveDaemon],
    ['call', send],
    ['deploy', deploy],
  ]
  await Promise.all(
    steps.map(([kind, step]) =>
      untilUnreachable(async at => {
        const answer = await step(at)
        if (kind !== undefined && answer !== 'enough') heard(kind)
        return answer
      }),
    ),
  )
}

/** One piece of work, by its number. */
type Step = (at: number) => Promise<'enough' | void>

/** Takes a step after the other until there is no gateway any more; every other failure is one of the test. */
async function untilUnreachable(step: Step): Promise<void> {
  try {
    for (let at = 0; (await step(at)) !== 'enough'; at++);
  } catch (error) {
    if (!(error instanceof HksError) || error.code !== 'GATEWAY_UNREACHABLE') throw error
  }
}
