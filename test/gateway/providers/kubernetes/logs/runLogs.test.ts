import assert from 'node:assert/strict'
import type { NewLogLine, StoredLogLine } from '../../../../../src/gateway/domain/log.ts'
import { createRunLogs } from '../../../../../src/gateway/providers/kubernetes/logs/runLogs.ts'
import type { ContainerState } from '../../../../../src/gateway/providers/kubernetes/objects/coreV1.ts'
import { createFakeClock } from '../../../../support/fakeClock.ts'
import { kubePod } from '../objects.ts'
import { wireClient } from '../support/wireClient.ts'
import { answerJson, answerStatus, wireServer } from '../support/wireServer.ts'

const terminated = { exitCode: 0, startedAt: '2026-03-02T10:00:00Z', finishedAt: '2026-03-02T10:00:04Z' }
const podIn = (state: ContainerState) =>
  kubePod(
    { containerStatuses: [{ name: 'main', restartCount: 0, state }] },
    { containers: [{ name: 'main', env: [{ name: 'PW', valueFrom: { secretKeyRef: { name: 'db', key: 'pw' } } }] }] },
  )
const at = (second: number) => `2026-03-02T10:00:0${second}.123456789Z`
const millisecondsAt = (second: number) => Date.parse(`2026-03-02T10:00:0${second}Z`) + 0.123456789 * 1000

interface Situation {
  /** What the container has printed, a line a second from 10:00:01 on. */
  readonly printed: readonly string[]
  /** `undefined`: it may not be read. */
  readonly value: string | undefined
  /** What an earlier gateway stored of it. */
  readonly stored?: readonly string[]
}

/** The lines that are stored of a container that has ended. */
async function linesOf({ printed, value, stored }: Situation): Promise<readonly string[]> {
  await using server = await wireServer(({ url }, response) => {
    if (url!.includes('/log')) {
      const since = new URL(url!, 'https://cluster.test').searchParams.get('sinceTime')?.replace('Z', '') ?? ''
      const lines = printed.map((text, index) => `${at(index + 1)} ${text}\n`).filter(line => line >= since)
      response.end(lines.join(''))
    } else if (value === undefined) answerStatus(response, 403, 'Forbidden')
    else answerJson(response, 200, { metadata: { name: 'db' }, data: { pw: Buffer.from(value).toString('base64') } })
  })
  using client = await wireClient(server.url)
  const lines = (stored ?? []).map(
    (text, index): StoredLogLine => ({ seq: index + 1, time: millisecondsAt(index + 1), stream: 'stdout', text }),
  )
  const added: string[] = []
  const abort = new AbortController()
  using logs = createRunLogs(
    {
      scope: { projectId: 'p', name: 'shop', client, signal: abort.signal },
      logs: {
        append: (_id: string, more: readonly NewLogLine[]) => added.push(...more.map(({ text }) => text)),
        read: () => Promise.resolve({ lines, more: false, next: { after: lines.length } }),
        onAppend: () => ({ [Symbol.dispose]: () => undefined }),
        remove: () => Promise.reject(new Error('not here')),
      },
      clock: createFakeClock('2026-03-02T10:00:05Z'),
      inTurn: work => work(),
      report: error => assert.fail(error as Error),
    },
    { applicationId: 'a', executionId: 'e', parallelism: 1, isResumed: stored !== undefined },
  )
  logs.update([podIn({ terminated })])
  await logs.drained()
  return [...(stored ?? []), ...added]
}

describe('values of secrets in the log of a run', () => {
  it('are masked before a line is stored', async () => {
    assert.deepEqual(await linesOf({ printed: ['pw hunter2', 'done'], value: 'hunter2' }), ['pw ***', 'done'])
  })

  it('stay where the user may not read the Secret, and so does the log', async () => {
    assert.deepEqual(await linesOf({ printed: ['pw hunter2', 'done'], value: undefined }), ['pw hunter2', 'done'])
  })

  it('let a log go on without a line twice, after a restart of the gateway', async () => {
    const printed = ['pw hunter2', 'hunter2 again', 'last hunter2']
    assert.deepEqual(await linesOf({ printed, value: 'hunter2', stored: ['pw ***', '*** again'] }), [
      'pw ***',
      '*** again',
      'last ***',
    ])
  })

  it('are not stored after all when they were changed before the restart, or may not be read any more', async () => {
    const printed = ['pw hunter2', 'hunter2 again', 'done']
    for (const value of ['changed-since', undefined])
      assert.deepEqual(await linesOf({ printed, value, stored: ['pw ***', '*** again'] }), [
        'pw ***',
        '*** again',
        'done',
      ])
  })

  it('let a log go on that an earlier version of the gateway began, which masked nothing', async () => {
    const printed = ['pw hunter2', 'last hunter2']
    assert.deepEqual(await linesOf({ printed, value: 'hunter2', stored: ['pw hunter2'] }), ['pw hunter2', 'last ***'])
  })
})
