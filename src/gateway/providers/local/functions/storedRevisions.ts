import { HksError, notFound } from '../../../../contract/errors.ts'
import type { RevisionRecord } from '../../../domain/function.ts'
import type { LocalFunctions, StoredFunction } from '../../../domain/localState.ts'
import { listedRevisions } from './functionRecords.ts'

/** What is stored of functions, for those who can not do without it. */
export interface StoredRevisions {
  /** @throws HksError NOT_FOUND */
  required(id: string): Promise<StoredFunction>
  /** The revision that serves. @throws HksError NOT_FOUND, FUNCTION_UNAVAILABLE when none does */
  serving(id: string): Promise<RevisionRecord>
  /** Sources that a function may still be asked for: those of its latest revisions and of the one that serves. */
  digests(): Promise<ReadonlySet<string>>
}

/** Reads what is stored. */
export function createStoredRevisions(state: LocalFunctions): StoredRevisions {
  const required = async (id: string): Promise<StoredFunction> => {
    const stored = await state.get(id)
    if (!stored) throw notFound('function', id)
    return stored
  }
  return {
    required,
    serving: async id => {
      const { serving } = await required(id)
      const revision = (await state.revisions(id)).find(({ number }) => number === serving)
      if (!revision) throw new HksError('FUNCTION_UNAVAILABLE', 'No revision of the function serves.')
      return revision
    },
    digests: async () => {
      const digests = new Set<string>()
      for (const { id, serving } of await state.list()) {
        const revisions = await state.revisions(id)
        // The one that serves may be older than five that failed.
        const kept = [...revisions.slice(0, listedRevisions), ...revisions.filter(({ number }) => number === serving)]
        for (const { sourceDigest } of kept) digests.add(sourceDigest)
      }
      return digests
    },
  }
}
