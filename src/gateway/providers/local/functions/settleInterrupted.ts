import type { LocalFunctions, StoredFunction } from '../../../domain/localState.ts'

const reason = 'The gateway ended during the deployment.'

/** Brings a function to rest whose deployment was under way when the gateway was killed. */
export async function settleInterrupted(state: LocalFunctions, stored: StoredFunction, now: number): Promise<void> {
  const revisions = await state.revisions(stored.id)
  const interrupted = revisions.filter(revision => revision.status === 'deploying')
  for (const revision of interrupted) await state.saveRevision({ ...revision, status: 'failed', reason })
  if (stored.status !== 'deploying') return
  // Killed between the two writes of a switch: the newest ready revision serves, whether or not the function says so.
  const newest = revisions.find(revision => revision.status === 'ready')
  const failed = interrupted.length === 0 ? {} : { reason: `Revision ${interrupted[0]!.number}: ${reason}` }
  const { reason: _reason, ...kept } = stored
  await state.update({
    ...kept,
    ...(newest ? { spec: newest.spec, serving: newest.number, status: 'ready' } : { status: 'failed' }),
    ...failed,
    updatedAt: now,
  })
}
