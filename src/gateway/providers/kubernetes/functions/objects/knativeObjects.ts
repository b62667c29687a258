import type { KubeObject } from '../../client/kubeObject.ts'
import type { Condition } from '../../objects/coreV1.ts'

/** Where objects of Knative Serving are. */
export const servingApi = '/apis/serving.knative.dev/v1'
/** `apiVersion` of objects of Knative Serving. */
export const servingVersion = 'serving.knative.dev/v1'

/** A variable of a container (core/v1 EnvVar). */
export interface Variable {
  readonly name: string
  readonly value?: string
  readonly valueFrom?: {
    readonly secretKeyRef?: { readonly name: string; readonly key: string }
    readonly resourceFieldRef?: { readonly resource: string }
  }
}

/** The part of a core/v1 Container that the product writes and reads. */
export interface Container {
  readonly name?: string
  readonly image: string
  readonly command?: readonly string[]
  readonly args?: readonly string[]
  readonly env?: readonly Variable[]
  readonly [field: string]: unknown
}

/** What a revision runs. */
export interface RevisionSpec {
  readonly containers: readonly Container[]
  readonly containerConcurrency?: number
  readonly timeoutSeconds?: number
  readonly [field: string]: unknown
}

type Texts = Readonly<Record<string, string>>

/** A revision that is to be. */
export interface RevisionTemplate {
  readonly metadata: { readonly name?: string; readonly labels?: Texts; readonly annotations?: Texts }
  readonly spec: RevisionSpec
}

/** A share of the calls. */
export interface TrafficTarget {
  readonly revisionName?: string
  readonly latestRevision?: boolean
  readonly percent?: number
  readonly tag?: string
  /** Of the tag; only in a status. */
  readonly url?: string
}

/** A Knative Service. */
export interface KnativeService extends KubeObject {
  readonly spec: { readonly template: RevisionTemplate; readonly traffic?: readonly TrafficTarget[] }
  readonly status?: {
    readonly observedGeneration?: number
    readonly url?: string
    readonly latestCreatedRevisionName?: string
    readonly latestReadyRevisionName?: string
    readonly traffic?: readonly TrafficTarget[]
    readonly conditions?: readonly Condition[]
  }
}

/** A Knative Revision. */
export interface KnativeRevision extends KubeObject {
  readonly spec: RevisionSpec
  readonly status?: { readonly conditions?: readonly Condition[]; readonly actualReplicas?: number }
}

/** The condition of a type, if the object has it. */
export const conditionOf = (
  object: { readonly status?: { readonly conditions?: readonly Condition[] } } | undefined,
  type: string,
): Condition | undefined => object?.status?.conditions?.find(condition => condition.type === type)
