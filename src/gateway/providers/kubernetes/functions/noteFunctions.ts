import { createQueue } from '../../../../base/queue.ts'
import type { Changes } from '../../../domain/changes.ts'
import type { LedgerStore } from '../../../domain/ledgerStore.ts'

/**
 * Notes whose project each function is in, so that one which is asked for by its id is not taken for deleted while its cluster is
 * away. Dispose to stop: resolves when what was begun is written.
 */
export function noteFunctions(
  changes: Changes,
  ledger: Pick<LedgerStore, 'saveApplication' | 'removeApplication'>,
  report: (error: unknown) => void,
): AsyncDisposable {
  const noted = new Set<string>()
  const writes = createQueue()
  const listening = changes.subscribe(change => {
    if (change.kind === 'function') {
      const { id, projectId } = change.function
      if (noted.has(id)) return
      noted.add(id)
      writes
        .add(() => ledger.saveApplication(id, projectId))
        .catch((error: unknown) => {
          noted.delete(id)
          report(error)
        })
    } else if (change.kind === 'deleted' && change.what === 'function') {
      noted.delete(change.id)
      writes.add(() => ledger.removeApplication(change.id)).catch(report)
    }
  })
  return {
    [Symbol.asyncDispose]: async () => {
      listening[Symbol.dispose]()
      await writes.settled()
    },
  }
}
