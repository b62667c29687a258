import type { RevisionRecord } from '../domain/function.ts'
import type { LocalFunctions, StoredFunction } from '../domain/localState.ts'

/** Functions that were asked for are kept in memory: every call needs one. */
export interface RememberedFunctions extends LocalFunctions {
  /** What is in memory may be wrong: something else wrote the rows. */
  forget(): void
}

interface Remembered {
  readonly stored: Promise<StoredFunction | undefined>
  revisions?: Promise<readonly RevisionRecord[]>
}

/** Remembers what `functions` answers of a function until that function is written. */
export function rememberFunctions(functions: LocalFunctions): RememberedFunctions {
  const known = new Map<string, Remembered>()
  /** Who read before the write was done must not have the last word. */
  const writing = async (id: string, write: Promise<void>): Promise<void> => {
    try {
      await write
    } finally {
      known.delete(id)
    }
  }
  const remembered = (id: string): Remembered => {
    const found = known.get(id)
    if (found) return found
    const entry: Remembered = { stored: functions.get(id) }
    known.set(id, entry)
    const drop = () => {
      if (known.get(id) === entry) known.delete(id)
    }
    entry.stored.then(stored => stored ?? drop(), drop)
    return entry
  }
  const revisionsOf = (id: string, entry: Remembered): Promise<readonly RevisionRecord[]> => {
    if (entry.revisions) return entry.revisions
    const reading = functions.revisions(id)
    entry.revisions = reading
    reading.catch(() => delete entry.revisions)
    return reading
  }
  return {
    forget: () => known.clear(),
    list: functions.list,
    get: id => remembered(id).stored,
    revisions: async (id, limit) => {
      const entry = remembered(id)
      if (!(await entry.stored)) return functions.revisions(id, limit)
      return (await revisionsOf(id, entry)).slice(0, limit)
    },
    hasSource: functions.hasSource,
    insert: (fn, revision) => writing(fn.id, functions.insert(fn, revision)),
    update: (fn, revision) => writing(fn.id, functions.update(fn, revision)),
    remove: id => writing(id, functions.remove(id)),
    saveRevision: revision => writing(revision.functionId, functions.saveRevision(revision)),
  }
}
