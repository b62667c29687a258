import assert from 'node:assert/strict'
import { join } from 'node:path'
import { createDirectory } from '../../../src/gateway/domain/directory.ts'
import type { LogSelection, NewLogLine } from '../../../src/gateway/domain/log.ts'
import { createLogService, type LogEvent } from '../../../src/gateway/domain/logService.ts'
import { createSystemClock } from '../../../src/gateway/platform/systemClock.ts'
import { createLogStore, type SegmentLogStore } from '../../../src/gateway/store/logs/logStore.ts'
import { openStore } from '../../../src/gateway/store/openStore.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { createProviderSet } from '../../../src/gateway/domain/providerSet.ts'

const lines = (count: number, text: (at: number) => string): NewLogLine[] =>
  Array.from({ length: count }, (_, at) => ({ time: Date.now(), stream: 'stdout', text: text(at) }))

describe('following a log in the gateway', () => {
  const home = temporaryFolder()
  const clock = createSystemClock(() => undefined)
  let logs: SegmentLogStore
  let service: ReturnType<typeof createLogService>
  let store: Awaited<ReturnType<typeof openStore>>
  before(async () => {
    store = await openStore(join(home.path, 'gateway.db'))
    logs = createLogStore(join(home.path, 'logs'), { segmentBytes: 50_000 })
    const ends = { invocations: store.invocations, calls: { ended: () => undefined } }
    service = createLogService(createDirectory(createProviderSet(), store.ledger), logs, store.executions, clock, ends)
  })
  after(async () => {
    logs.close()
    await store.close()
    clock[Symbol.dispose]()
    home[Symbol.dispose]()
  })

  /** Events until one is the last wanted; `onEvent` does what happens meanwhile. */
  async function follow(
    applicationId: string,
    selection: LogSelection,
    isLast: (event: LogEvent, all: readonly LogEvent[]) => boolean,
    onEvent: (event: LogEvent) => Promise<void> | void = () => undefined,
  ): Promise<readonly LogEvent[]> {
    const abort = new AbortController()
    const events: LogEvent[] = []
    for await (const event of service.follow({ applicationId }, selection, abort.signal)) {
      events.push(event)
      await onEvent(event)
      if (isLast(event, events)) break
    }
    abort.abort()
    return events
  }
  const textsOf = (events: readonly LogEvent[]) =>
    events.flatMap(event => ('lines' in event ? event.lines.map(line => line.text) : []))

  it('gives the last lines with a text, then each new one, and no other', async () => {
    logs.append(
      'grep',
      lines(3000, at => (at % 1000 === 0 ? `match ${at}` : `other ${at}`)),
    )
    let more = 0
    const events = await follow(
      'grep',
      { tail: 2, grep: { text: 'MATCH', ignoreCase: true } },
      (_, all) => textsOf(all).length >= 5,
      () => {
        if (more < 3)
          logs.append(
            'grep',
            lines(100, at => (at === 50 ? `match new ${more}` : 'other')),
          )
        more += 1
      },
    )
    assert.deepEqual(textsOf(events), ['match 1000', 'match 2000', 'match new 0', 'match new 1', 'match new 2'])
  })

  it('says how far it has looked, so that nobody looks there again', async () => {
    logs.append(
      'far',
      lines(25_000, at => `other ${at}`),
    )
    const [event] = await follow('far', { grep: { text: 'match' } }, () => true)
    assert.deepEqual(event, { reached: 25_000 })
  })

  it('says what retention removed under its eyes, and goes on behind it', async () => {
    logs.append(
      'gone',
      lines(20_000, at => `line ${at}`),
    )
    let removed = false
    const events = await follow(
      'gone',
      { limit: 1000 },
      event => 'lines' in event && event.lines.at(-1)!.text === 'the end',
      async () => {
        if (removed) return
        removed = true
        logs.append(
          'gone',
          lines(5000, at => `later ${at}`),
        )
        // More than is in the last segment: all but that one go.
        await logs.retain({ olderThan: 0, maxBytes: 50_000 })
        logs.append(
          'gone',
          lines(1, () => 'the end'),
        )
      },
    )
    const gap = events.find(event => 'gap' in event)
    assert.ok(gap && 'gap' in gap)
    let seq = 0
    for (const event of events) {
      if ('gap' in event) {
        assert.equal(event.gap.from, seq + 1)
        seq = event.gap.to
      }
      if ('lines' in event) for (const line of event.lines) assert.equal(line.seq, ++seq)
    }
    assert.equal(seq, 25_001)
  })
})
