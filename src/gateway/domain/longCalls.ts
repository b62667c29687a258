import { type Change, type Changes, createChangePublisher } from './changes.ts'
import type { Clock } from './clock.ts'
import type { LongCall } from './function.ts'
import type { CallMeter } from './callMeter.ts'

/**
 * The calls that are worth showing while they go on: each is told when it has taken a second, and again when it has ended.
 * However many short ones there are, nobody is told of them.
 */
export interface LongCalls extends CallMeter, Changes {
  /** Those that were told of and go on, the oldest first. */
  current(): readonly LongCall[]
}

/** What somebody would want to look at or to end, milliseconds. */
const longMs = 1000
const lookEveryMs = 500
/** The most that are told of at once; others follow when some have ended. */
const most = 100

/** No calls. */
export function createLongCalls(clock: Clock): LongCalls {
  const publisher = createChangePublisher()
  const others = new Map<string, LongCall>()
  const told = new Map<string, LongCall>()
  let looking: Disposable | undefined

  const look = () => {
    looking = undefined
    const now = clock.now()
    // In the order in which they began.
    for (const [id, call] of others) {
      if (told.size >= most || now - call.invocation.startedAt < longMs) break
      others.delete(id)
      told.set(id, call)
      publisher.publish(changeOf(call))
    }
    lookSoon()
  }
  const lookSoon = () => {
    if (others.size > 0) looking ??= clock.callAfter(lookEveryMs, look)
  }
  return {
    began: ({ projectId }, invocation) => {
      others.set(invocation.id, { invocation, projectId })
      lookSoon()
    },
    ended: ({ projectId }, invocation) => {
      others.delete(invocation.id)
      if (told.delete(invocation.id)) publisher.publish(changeOf({ invocation, projectId }))
    },
    current: () => [...told.values()],
    subscribe: publisher.subscribe,
  }
}

const changeOf = (call: LongCall): Change => ({ kind: 'invocation', call })
