import type { KubePod } from '../../objects/coreV1.ts'
import type { FunctionSight } from '../functionRecord.ts'
import type { FunctionsView } from '../functionsView.ts'
import type { FunctionObjects } from '../objects/functionObjects.ts'
import { revisionName, sourceName } from '../objects/functionNames.ts'
import type { KnativeRevision, KnativeService } from '../objects/knativeObjects.ts'
import { readFacts } from '../objects/revisionFacts.ts'
import { seenWithin } from '../seenWithin.ts'
import { readState } from '../objects/serviceState.ts'

/** Milliseconds after which what has replaced an ended pod is ended: its containers have not started by then. */
const replacedMs = 250
/** Milliseconds after which pods are ended again in any case: not each may have been seen. */
const againMs = 1000

/**
 * Deletes the Service of a function, ends its pods and deletes its sources. Resolves when nothing of them is left. @throws `signal.reason`
 *
 * A pod that runs has to be ended by us before Kubernetes deletes it with its own grace: Knative's queue-proxy drains for half a
 * minute then, which the kubelet does not shorten any more. What we end is replaced until its Deployment has heard of its end.
 */
export async function removeService(
  functionId: string,
  { service, revisions }: Pick<FunctionSight, 'service' | 'revisions'>,
  objects: Pick<FunctionObjects, 'remove' | 'endPods'>,
  view: Pick<FunctionsView, 'until'>,
  signal: AbortSignal,
): Promise<void> {
  const sources = sourcesOf(service, revisions)
  const isSeenWithin = (milliseconds: number, test: (sight: FunctionSight | undefined) => boolean) =>
    seenWithin(view, functionId, milliseconds, test, signal)
  const { name, uid } = service.metadata
  await objects.remove('services', name, { uid, foreground: true })
  do {
    await objects.endPods('service', name)
    if (await isSeenWithin(replacedMs, isGone)) break
    await isSeenWithin(againMs, sight => isGone(sight) || sight!.pods.some(isWanted))
  } while (!(await isSeenWithin(0, isGone)))
  for (const source of sources) await objects.remove('configmaps', source)
}

/** The ConfigMaps of its revisions, those that never served included: nothing owns these. */
function sourcesOf(service: KnativeService, revisions: readonly KnativeRevision[]): readonly string[] {
  const facts = [service.spec.template, ...revisions].flatMap(object => readFacts(object) ?? [])
  const all = [...facts, ...readState(service).failed]
  return [...new Set(all.map(({ number, id }) => sourceName(revisionName(service.metadata.name, number), id)))]
}

const isGone = (sight: FunctionSight | undefined): boolean => sight === undefined

const isWanted = ({ metadata }: KubePod): boolean => metadata.deletionTimestamp === undefined
