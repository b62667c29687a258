import type { Clock } from './clock.ts'
import type { InvocationRecord } from './function.ts'

/** The beginning of a call. */
export interface CallStart {
  readonly record: InvocationRecord
  /** When it is written; absent as long as nobody began to. */
  saved?: Promise<void>
}

/** Writes the starts of calls that take longer than a moment: a short one is written once, with its end. */
export interface StartRecords {
  began(record: InvocationRecord): CallStart
  /** Writes it now, unless it is written. */
  write(start: CallStart): Promise<void>
  /** It will not be written any more; a write under way is to be awaited. Its failure is that of the end's, too. */
  ended(start: CallStart): Promise<void> | undefined
}

/** A call that is answered within this time is written once. */
const shortCallMs = 50
const lookEveryMs = 25

/** One timer for all: a timer for each call would cost more than most of them need. */
export function createStartRecords(clock: Clock, save: (record: InvocationRecord) => Promise<void>): StartRecords {
  /** In the order in which they began. */
  const unsaved = new Set<CallStart>()
  let looking: Disposable | undefined

  const write = (start: CallStart): Promise<void> => {
    unsaved.delete(start)
    return (start.saved ??= save(start.record))
  }
  const look = () => {
    looking = undefined
    const now = clock.now()
    for (const start of unsaved) {
      // The clock may have been set back.
      if (Math.abs(now - start.record.startedAt) < shortCallMs) break
      write(start).catch(() => undefined)
    }
    lookSoon()
  }
  const lookSoon = () => {
    if (unsaved.size > 0) looking ??= clock.callAfter(lookEveryMs, look)
  }
  return {
    began: record => {
      const start = { record }
      unsaved.add(start)
      lookSoon()
      return start
    },
    write,
    ended: start => {
      unsaved.delete(start)
      return start.saved?.catch(() => undefined)
    },
  }
}
