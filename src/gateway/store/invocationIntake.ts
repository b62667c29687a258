import { createQueue } from '../../base/queue.ts'
import type { InvocationRecord } from '../domain/function.ts'
import { createGroupCommit } from './groupCommit.ts'
import { openInvocationJournal } from './invocationJournal.ts'

/** Takes records of calls as fast as calls end, and moves many at once to the table. */
export interface InvocationIntake {
  /** Inserts or replaces by id; resolves when the record outlives this process. @throws HksError STORE_FAILED */
  save(record: InvocationRecord): Promise<void>
  /** One that is not in the table yet. */
  waiting(id: string): InvocationRecord | undefined
  /** All that was saved is in the table when it resolves. @throws HksError STORE_FAILED */
  moved(): Promise<void>
  /** Takes no record of a deleted function any more; what was saved is in the table when it resolves. */
  refuse(functionId: string): Promise<void>
  /** Moves what waits; what can not be moved is left to the next start. */
  close(): Promise<void>
}

/** Records that one write to the journal holds: enough for a burst, few enough not to hold up the event loop. */
const largestAppend = 200
/** Records that wait to be moved, at most: about as many as the event loop can spare the time for, 3 ms. */
const mostWaiting = 500
/** The time until they are moved where calls are few. */
const moveAfterMs = 1000

/**
 * Opens the journal in `file` and moves what was left in it. `move` puts records into the table: all of them or none.
 * @throws HksError STORE_FAILED
 */
export async function openInvocationIntake(
  file: string,
  move: (records: readonly InvocationRecord[]) => Promise<void>,
): Promise<InvocationIntake> {
  const journal = openInvocationJournal(file)
  const waiting = new Map<string, InvocationRecord>()
  /** Deleted functions. A call may end after its function. */
  const refused = new Set<string>()
  /** Writes to the journal and moves, one after the other: a record is never cleared away unmoved. */
  const turns = createQueue()
  let timer: NodeJS.Timeout | undefined
  let closed = false

  const moveNow = async () => {
    if (waiting.size === 0) return
    await move([...waiting.values()])
    journal.clear()
    waiting.clear()
  }
  const moved = () => turns.add(moveNow)
  const moveSoon = () => {
    if (closed) return
    timer ??= setTimeout(() => {
      timer = undefined
      // Whoever asks for what waits is told why it still does.
      moved().catch(moveSoon)
    }, moveAfterMs).unref()
  }
  const commits = createGroupCommit<InvocationRecord>(
    records =>
      turns.add(async () => {
        if (waiting.size + records.length > mostWaiting) await moveNow()
        const taken = records.filter(({ functionId }) => !refused.has(functionId))
        journal.append(taken)
        for (const record of taken) waiting.set(record.id, record)
        moveSoon()
      }),
    largestAppend,
  )
  for (const record of journal.left) waiting.set(record.id, record)
  try {
    await moveNow()
  } catch (error) {
    journal.close()
    throw error
  }

  return {
    save: commits.add,
    waiting: id => waiting.get(id),
    moved,
    refuse: functionId => {
      refused.add(functionId)
      return moved()
    },
    close: async () => {
      closed = true
      await commits.flushed()
      await moved().catch(() => undefined)
      clearTimeout(timer)
      journal.close()
    },
  }
}
