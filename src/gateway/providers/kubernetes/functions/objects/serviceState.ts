import type { RevisionFacts } from './revisionFacts.ts'
import { annotations } from './functionNames.ts'
import type { KnativeService, TrafficTarget } from './knativeObjects.ts'

/**
 * A deployment under way, noted on the Service with the new revision: whichever gateway comes next finishes it or takes it
 * back.
 */
export interface DeploymentMark {
  /** Number of the revision. */
  readonly revision: number
  /** Epoch milliseconds. */
  readonly startedAt: number
  /** The Service is new, and goes when the source is refused. */
  readonly created: boolean
  /** Name of the revision that was the template before. */
  readonly previous?: string
}

/** A revision that could not serve. Its Knative Revision is gone, so that nothing starts it again and again. */
export interface FailedRevision extends RevisionFacts {
  readonly reason: string
}

/** What a Service's annotations say of its function. */
export interface ServiceState {
  readonly lastRevision: number
  readonly deployment?: DeploymentMark
  /** Newest first. */
  readonly failed: readonly FailedRevision[]
}

/** As many as an answer lists of revisions. */
const keptFailures = 5

/** Reads the annotations; what somebody has damaged counts as absent. */
export function readState(service: Pick<KnativeService, 'metadata'> | undefined): ServiceState {
  const found = service?.metadata.annotations ?? {}
  const deployment = parsed<DeploymentMark>(found[annotations.deployment])
  return {
    lastRevision: Number(found[annotations.lastRevision] ?? 0) || 0,
    ...(deployment ? { deployment } : {}),
    failed: parsed<FailedRevision[]>(found[annotations.failedRevisions]) ?? [],
  }
}

/** The annotations that say so. */
export const writeState = ({ lastRevision, deployment, failed }: ServiceState): Readonly<Record<string, string>> => ({
  [annotations.lastRevision]: String(lastRevision),
  ...(deployment ? { [annotations.deployment]: JSON.stringify(deployment) } : {}),
  ...(failed.length === 0 ? {} : { [annotations.failedRevisions]: JSON.stringify(failed.slice(0, keptFailures)) }),
})

/** The Service with these in place of what they were. */
export function withState(service: KnativeService, state: ServiceState): KnativeService {
  const former: readonly string[] = [annotations.lastRevision, annotations.deployment, annotations.failedRevisions]
  const kept = Object.entries(service.metadata.annotations ?? {}).filter(([name]) => !former.includes(name))
  return {
    ...service,
    metadata: { ...service.metadata, annotations: { ...Object.fromEntries(kept), ...writeState(state) } },
  }
}

function parsed<T>(text: string | undefined): T | undefined {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as T
  } catch {
    return undefined
  }
}

/** All calls to the newest revision that is ready, with the tags that there are. */
export const latestTraffic = (tags: readonly TrafficTarget[] = []): readonly TrafficTarget[] => [
  { latestRevision: true, percent: 100 },
  ...tagsOf(tags),
]

/** Whether Knative leads calls to a newer revision by itself when it is ready. */
export const followsLatest = (traffic: readonly TrafficTarget[] | undefined): boolean =>
  (traffic ?? []).every(({ latestRevision, percent }) => latestRevision === true || !percent)

/** Named revisions' tags, without a share. */
const tagsOf = (traffic: readonly TrafficTarget[]): readonly TrafficTarget[] =>
  traffic.flatMap(({ revisionName, tag }) =>
    tag === undefined || revisionName === undefined ? [] : [{ revisionName, tag, percent: 0 }],
  )
