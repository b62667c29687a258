import { defined } from '../../../base/defined.ts'
import { toInstant } from '../../../base/instant.ts'
import { memoryText } from '../../../base/memoryQuantity.ts'
import type { Function, Revision } from '../../../contract/functions.ts'
import type { DeploymentProgress } from '../../../contract/watch.ts'
import type { DeploymentStep, FunctionRecord, RevisionRecord } from '../../domain/function.ts'

/** A function as answers carry it; its source is added where it is asked for. */
export const toWireFunction = (record: FunctionRecord): Function => {
  const { spec } = record
  return defined({
    id: record.id,
    type: 'function' as const,
    name: spec.name,
    projectId: record.projectId,
    runtime: spec.runtime,
    image: spec.image,
    runtimeVersion: spec.runtimeVersion,
    handler: spec.handler,
    description: spec.description,
    environment: { ...spec.environment },
    secrets: spec.secrets.map(({ name, from }) => ({ name, from })),
    timeout: spec.timeoutSeconds,
    scaling: spec.scaling,
    resources: defined({ memory: memoryText(spec.resources.memoryBytes), cpuSeconds: spec.resources.cpuSeconds }),
    profile: spec.profile,
    network: spec.network,
    allowedHosts: spec.allowedHosts && [...spec.allowedHosts],
    public: spec.public,
    url: record.url,
    status: record.status,
    reason: record.reason,
    replicas: record.replicas,
    debugging: record.debugging,
    revision: record.serving,
    revisions: record.revisions.slice(0, 5).map(revision => toWireRevision(revision, record.serving)),
    createdAt: toInstant(record.createdAt),
    updatedAt: toInstant(record.updatedAt),
  })
}

/** A revision as answers carry it; `serving` is the number of the one that takes the traffic. */
export const toWireRevision = (revision: RevisionRecord, serving: number): Revision =>
  defined({
    id: revision.id,
    functionId: revision.functionId,
    number: revision.number,
    runtime: revision.spec.runtime,
    image: revision.spec.image,
    handler: revision.spec.handler,
    sourceDigest: revision.sourceDigest,
    status: revision.status,
    reason: revision.reason,
    percent: revision.percent ?? (revision.number === serving ? 100 : 0),
    tag: revision.tag,
    tagUrl: revision.tagUrl,
    transient: revision.transient,
    createdAt: toInstant(revision.createdAt),
  })

/** What a deployment does, as the watch carries it. */
export const toWireDeployment = (step: DeploymentStep): DeploymentProgress => ({
  ...step,
  startedAt: toInstant(step.startedAt),
})
