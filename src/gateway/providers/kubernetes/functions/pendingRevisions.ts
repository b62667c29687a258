import type { FunctionRecord, RevisionRecord } from '../../../domain/function.ts'

/** Revisions that this gateway builds, which the cluster knows nothing of yet. */
export interface PendingRevisions {
  /** Newest first. */
  of(functionId: string): readonly RevisionRecord[]
  all(): readonly RevisionRecord[]
  add(revision: RevisionRecord): void
  /** It is the cluster's now, or nobody's. */
  remove(revision: RevisionRecord): void
  /** Told of each change of a function's. */
  subscribe(listener: (functionId: string) => void): Disposable
}

/** Keeps them as long as this gateway lives. */
export function createPendingRevisions(): PendingRevisions {
  const pending = new Set<RevisionRecord>()
  const listeners = new Set<(functionId: string) => void>()
  const tell = ({ functionId }: RevisionRecord) => {
    for (const listener of [...listeners]) listener(functionId)
  }
  const all = () => [...pending].toSorted((a, b) => b.number - a.number)
  return {
    of: functionId => all().filter(revision => revision.functionId === functionId),
    all,
    add: revision => {
      pending.add(revision)
      tell(revision)
    },
    remove: revision => {
      if (pending.delete(revision)) tell(revision)
    },
    subscribe: listener => {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
  }
}

/** A function as the cluster has it, if it does, with those that are being built. */
export function withPending(
  record: FunctionRecord | undefined,
  pending: readonly RevisionRecord[],
  projectId: string,
): FunctionRecord | undefined {
  const unseen = pending.filter(({ id }) => !record?.revisions.some(revision => revision.id === id))
  const [newest] = unseen
  if (!newest) return record
  return {
    ...(record ?? newRecord(projectId, newest)),
    status: 'deploying',
    revisions: [...unseen, ...(record?.revisions ?? [])],
  }
}

/** A function that the cluster has not heard of yet. */
export const newRecord = (projectId: string, revision: RevisionRecord): FunctionRecord => ({
  id: revision.functionId,
  projectId,
  spec: revision.spec,
  status: 'deploying',
  serving: 0,
  replicas: 0,
  url: '',
  revisions: [revision],
  createdAt: revision.createdAt,
  updatedAt: revision.createdAt,
})
