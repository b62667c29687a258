import type { ApplicationKind } from '../../../../contract/applications.ts'
import { HksError, notFound } from '../../../../contract/errors.ts'
import type { ApplicationRecord } from '../../../domain/application.ts'
import type { Applications } from '../../../domain/ports.ts'
import type { KubeObject } from '../client/kubeObject.ts'
import type { CronJobIndex } from '../cronJobs/cronJobIndex.ts'
import { notCopiedOf } from '../cronJobs/copiedPod.ts'
import { variablesOf } from '../cronJobs/environment.ts'
import { millisecondsOf } from '../cronJobs/fromKube.ts'
import { mainContainer } from '../cronJobs/mainContainer.ts'
import { untilSynced } from '../cronJobs/untilSeen.ts'
import type { NamespaceScope } from '../namespaceScope.ts'
import type { KubeCronJob } from '../objects/batchV1.ts'
import type { PodSpec, PodTemplate } from '../objects/coreV1.ts'
import type { WatchedCollection } from '../watch/watchedCollection.ts'

/** The applications of one namespace. */
export interface NamespaceApplications extends Applications {
  /** The pod that a CronJob copies. @throws HksError NOT_FOUND, CONNECTION_FAILED, FORBIDDEN */
  templateOf(id: string): Promise<PodTemplate>
}

interface Workload extends KubeObject {
  readonly spec: { readonly template: PodTemplate }
}

interface Pod extends KubeObject {
  readonly spec: PodSpec
}

interface Source {
  readonly record: ApplicationRecord
  readonly template: PodTemplate
}

/** What of the CronJobs is needed. */
interface ApplicationsDeps {
  readonly index: CronJobIndex
  readonly cronJobs: WatchedCollection<KubeCronJob>
}

/** Kinds that are listed when somebody asks; CronJobs are known already. */
const listed: readonly {
  readonly kind: ApplicationKind
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly templateOf: (object: KubeObject) => PodTemplate
}[] = [
  {
    kind: 'Deployment',
    path: '/apis/apps/v1/namespaces/%/deployments',
    templateOf: o => (o as Workload).spec.template,
  },
  {
    kind: 'StatefulSet',
    path: '/apis/apps/v1/namespaces/%/statefulsets',
    templateOf: o => (o as Workload).spec.template,
  },
  {
    kind: 'Pod',
    path: '/api/v1/namespaces/%/pods',
    // Those of Jobs and Deployments are many, and no applications of their own.
    query: { labelSelector: '!job-name,!pod-template-hash' },
    templateOf: ({ metadata, ...object }) => ({
      metadata: { annotations: metadata.annotations ?? {} },
      spec: (object as Pod).spec,
    }),
  },
]

/** What of a namespace a CronJob can copy: whatever nothing else controls. */
export function createNamespaceApplications(
  { client, name, projectId }: NamespaceScope,
  { index, cronJobs: collection }: ApplicationsDeps,
): NamespaceApplications {
  const sourcesOf = async ({ kind, path, query, templateOf }: (typeof listed)[number]): Promise<readonly Source[]> => {
    const { items } = await client.list(path.replace('%', encodeURIComponent(name)), query ? { query } : {})
    return items
      .filter(({ metadata }) => !metadata.ownerReferences?.some(({ controller }) => controller))
      .flatMap(object => sourceOf(kind, object, templateOf(object), projectId))
      .sort((a, b) => (a.record.spec.name < b.record.spec.name ? -1 : 1))
  }
  const cronJobSources = async (): Promise<readonly Source[]> => {
    await untilSynced(collection)
    return index.all().flatMap(({ object, record }) => {
      if (record.spec.target.kind !== 'command') return []
      const { template } = object.spec.jobTemplate.spec
      return sourceOf('CronJob', object, template, projectId).map(source => ({
        ...source,
        record: { ...source.record, id: record.id },
      }))
    })
  }
  const all = async () => {
    const orRefusal = (kind: ApplicationKind, sources: Promise<readonly Source[]>) =>
      sources.catch((error: unknown) => {
        if (!(error instanceof HksError) || error.code !== 'FORBIDDEN') throw error
        return { kind, error }
      })
    const found = await Promise.all([
      ...listed.map(each => orRefusal(each.kind, sourcesOf(each))),
      orRefusal('CronJob', cronJobSources()),
    ])
    const sources = found.flatMap(each => ('error' in each ? [] : each))
    return { sources, refusals: found.flatMap(each => ('error' in each ? each : [])) }
  }
  return {
    list: async () => {
      const { sources, refusals } = await all()
      return {
        applications: sources.map(({ record }) => record),
        refused: refusals.map(({ kind, error }) => ({ kind, message: error.message })),
      }
    },
    templateOf: async id => {
      const { sources, refusals } = await all()
      const found = sources.find(({ record }) => record.id === id)
      if (found) return found.template
      throw refusals[0]?.error ?? notFound('application template', id)
    },
  }
}

/** None where no container is. */
function sourceOf(
  kind: ApplicationKind,
  { metadata }: KubeObject,
  template: PodTemplate,
  projectId: string,
): readonly Source[] {
  const container = mainContainer(template)
  if (!container) return []
  const { image, command = [], args = [], env = [] } = container
  const spec = { name: metadata.name, command, args, ...variablesOf(env), ...(image === undefined ? {} : { image }) }
  const createdAt = millisecondsOf(metadata.creationTimestamp) ?? 0
  const notCopied = notCopiedOf(template)
  return [{ record: { id: metadata.uid, projectId, kind, spec, notCopied, createdAt }, template }]
}
