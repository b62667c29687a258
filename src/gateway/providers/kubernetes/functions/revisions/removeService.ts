import type { KubePod } from '../../objects/coreV1.ts'
import type { FunctionSight } from '../functionRecord.ts'
import type { FunctionsView } from '../functionsView.ts'
import type { FunctionObjects } from '../objects/functionObjects.ts'
import type { KnativeService } from '../objects/knativeObjects.ts'

/** Milliseconds until pods of a deleted function are looked for again. */
const lookAgainMs = 1000

/** Deletes the Service of a function and ends its pods. Resolves when nothing of them is left. @throws `signal.reason` */
export async function removeService(
  functionId: string,
  { metadata: { name, uid } }: KnativeService,
  objects: Pick<FunctionObjects, 'remove' | 'endPods'>,
  view: Pick<FunctionsView, 'until'>,
  signal: AbortSignal,
): Promise<void> {
  const seenSoon = async (test: (sight: FunctionSight | undefined) => boolean): Promise<boolean> => {
    const late = AbortSignal.timeout(lookAgainMs)
    try {
      return await view.until(functionId, sight => test(sight) || undefined, AbortSignal.any([signal, late]))
    } catch (error) {
      if (!late.aborted || signal.aborted) throw error
      return false
    }
  }
  await objects.remove('services', name, { uid, foreground: true })
  do {
    // One that is ended before its Deployment hears of its own end is replaced by another, which has to start and end, too.
    await seenSoon(sight => sight?.pods.every(isBeingDeleted) ?? true)
    await objects.endPods('service', name)
  } while (!(await seenSoon(sight => sight === undefined)))
}

const isBeingDeleted = ({ metadata }: KubePod): boolean => metadata.deletionTimestamp !== undefined
