import type { KubePod } from '../../objects/coreV1.ts'
import type { FunctionSight } from '../functionRecord.ts'
import type { FunctionsView } from '../functionsView.ts'
import type { FunctionObjects } from '../objects/functionObjects.ts'
import type { KnativeService } from '../objects/knativeObjects.ts'

/** Milliseconds after which what has replaced an ended pod is ended: its containers have not started by then. */
const replacedMs = 250
/** Milliseconds after which pods are ended again in any case: not each may have been seen. */
const againMs = 1000

/**
 * Deletes the Service of a function and ends its pods. Resolves when nothing of them is left. @throws `signal.reason`
 *
 * A pod that runs has to be ended by us before Kubernetes deletes it with its own grace: Knative's queue-proxy drains for half a
 * minute then, which the kubelet does not shorten any more. What we end is replaced until its Deployment has heard of its end.
 */
export async function removeService(
  functionId: string,
  { metadata: { name, uid } }: KnativeService,
  objects: Pick<FunctionObjects, 'remove' | 'endPods'>,
  view: Pick<FunctionsView, 'until'>,
  signal: AbortSignal,
): Promise<void> {
  const isSeenWithin = async (milliseconds: number, test: (sight: FunctionSight | undefined) => boolean) => {
    const late = AbortSignal.timeout(milliseconds)
    try {
      return await view.until(functionId, sight => test(sight) || undefined, AbortSignal.any([signal, late]))
    } catch (error) {
      if (!late.aborted || signal.aborted) throw error
      return false
    }
  }
  await objects.remove('services', name, { uid, foreground: true })
  for (;;) {
    await objects.endPods('service', name)
    if (await isSeenWithin(replacedMs, isGone)) return
    await isSeenWithin(againMs, sight => isGone(sight) || sight!.pods.some(isWanted))
  }
}

const isGone = (sight: FunctionSight | undefined): boolean => sight === undefined

const isWanted = ({ metadata }: KubePod): boolean => metadata.deletionTimestamp === undefined
