import type { FunctionRecord, FunctionSpec, RevisionRecord } from '../../../domain/function.ts'
import { reasonWords } from './objects/conditionWords.ts'
import type { KubePod } from '../objects/coreV1.ts'
import {
  conditionOf,
  type KnativeRevision,
  type KnativeService,
  type RevisionSpec,
  type TrafficTarget,
} from './objects/knativeObjects.ts'
import { readFacts, type RevisionFacts, runsOwnImage, specOfRevision } from './objects/revisionFacts.ts'
import { type FailedRevision, readState } from './objects/serviceState.ts'

/** A function as the cluster holds it. */
export interface FunctionSight {
  readonly projectId: string
  readonly functionId: string
  readonly service: KnativeService
  /** Of the Service, in any order. */
  readonly revisions: readonly KnativeRevision[]
  /** Of the Service. */
  readonly pods: readonly KubePod[]
}

/** The record of a function; `undefined` for a Knative Service whose revisions Hexabase did not make. */
export function toFunctionRecord({
  projectId,
  functionId: id,
  service,
  revisions,
  pods,
}: FunctionSight): FunctionRecord | undefined {
  const { name, creationTimestamp } = service.metadata
  const template = readFacts(service.spec.template)
  if (!template) return undefined
  const state = readState(service)
  const there = revisions.flatMap(revision => {
    const facts = readFacts(revision)
    return facts && !state.failed.some(({ number }) => number === facts.number) ? [{ facts, revision }] : []
  })
  const shares = sharesOf(service.status?.traffic ?? [])
  const serving = there
    .filter(({ revision }) => (shares.get(revision.metadata.name)?.percent ?? 0) > 0)
    .toSorted(
      (a, b) => percentOf(shares, b.revision) - percentOf(shares, a.revision) || b.facts.number - a.facts.number,
    )[0]
  const current = serving ?? { facts: template, revision: service.spec.template }
  const records = [
    ...there.map(({ facts, revision }) => ({
      ...revisionRecord(id, name, facts, revision.spec),
      ...standingOf(revision, facts.number, state.deployment?.revision),
      ...shares.get(revision.metadata.name),
    })),
    ...state.failed.map(failed => ({
      ...revisionRecord(id, name, failed, { containers: [] }),
      status: 'failed' as const,
      reason: failed.reason,
    })),
  ].toSorted((a, b) => b.number - a.number)
  const isRefused = state.failed.some(({ number }) => number === template.number)
  const status = statusOf(service, state.deployment !== undefined, serving !== undefined, isRefused)
  const isMasked = ![template, ...there.map(({ facts }) => facts)].some(({ image }) => image !== undefined)
  const reason = reasonOf(service, status, serving?.facts.number ?? 0, state.failed, isMasked)
  const createdAt = Date.parse(creationTimestamp)
  return {
    id,
    projectId,
    spec: specOfRevision(name, current.facts, current.revision.spec),
    status,
    ...(reason === undefined ? {} : { reason }),
    serving: serving?.facts.number ?? 0,
    replicas: pods.filter(isServing).length,
    url: service.status?.url ?? '',
    revisions: records,
    createdAt,
    updatedAt: Math.max(createdAt, ...records.map(revision => revision.createdAt)),
  }
}

/** Whether a pod takes calls. */
export const isServing = (pod: KubePod): boolean =>
  pod.metadata.deletionTimestamp === undefined && conditionOf(pod, 'Ready')?.status === 'True'

type Shares = ReadonlyMap<string, { readonly percent: number; readonly tag?: string; readonly tagUrl?: string }>

function sharesOf(traffic: readonly TrafficTarget[]): Shares {
  const shares = new Map<string, { percent: number; tag?: string; tagUrl?: string }>()
  for (const { revisionName, percent = 0, tag, url } of traffic) {
    if (revisionName === undefined) continue
    const share = shares.get(revisionName) ?? { percent: 0 }
    share.percent += percent
    if (tag !== undefined) share.tag ??= tag
    if (tag !== undefined && url !== undefined) share.tagUrl ??= url
    shares.set(revisionName, share)
  }
  return shares
}

const percentOf = (shares: Shares, { metadata }: KnativeRevision): number => shares.get(metadata.name)?.percent ?? 0

const revisionRecord = (functionId: string, name: string, facts: RevisionFacts, spec: RevisionSpec) => ({
  id: facts.id,
  functionId,
  number: facts.number,
  spec: specOfRevision(name, facts, spec) satisfies FunctionSpec,
  sourceDigest: facts.sourceDigest,
  ...(facts.transient && { transient: true as const }),
  createdAt: facts.createdAt,
  percent: 0,
})

function standingOf(
  revision: KnativeRevision,
  number: number,
  deploying: number | undefined,
): Pick<RevisionRecord, 'status' | 'reason'> {
  const ready = conditionOf(revision, 'Ready')
  if (ready?.status === 'True') return { status: 'ready' }
  if (ready?.status === 'False' && number !== deploying) {
    return { status: 'failed', reason: reasonWords(ready, { isMasked: !runsOwnImage(revision) }) }
  }
  return { status: 'deploying' }
}

function statusOf(
  service: KnativeService,
  isDeploying: boolean,
  serves: boolean,
  isRefused: boolean,
): FunctionRecord['status'] {
  if (service.metadata.deletionTimestamp !== undefined) return 'deleting'
  if (isDeploying) return 'deploying'
  if (serves) return 'ready'
  // Knative takes up to ten minutes to see what the gateway has seen.
  return conditionOf(service, 'Ready')?.status === 'Unknown' && !isRefused ? 'deploying' : 'failed'
}

/** Why the last revision can not serve, or why nothing does. */
function reasonOf(
  service: KnativeService,
  status: FunctionRecord['status'],
  serving: number,
  failed: readonly FailedRevision[],
  isMasked: boolean,
): string | undefined {
  const newest = failed[0]
  if (newest && newest.number > serving && status !== 'deploying') return newest.reason
  const ready = conditionOf(service, 'Ready')
  return ready?.status === 'False' && status !== 'deploying' ? reasonWords(ready, { isMasked }) : undefined
}
