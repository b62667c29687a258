import type { KubeObject } from '../client/kubeObject.ts'

/** The part of core/v1 EnvVar that the product reads; what else it holds is kept. */
export interface EnvVar {
  readonly name: string
  readonly value?: string
  readonly valueFrom?: {
    readonly secretKeyRef?: { readonly name?: string; readonly key: string; readonly optional?: boolean }
    readonly fieldRef?: { readonly fieldPath: string }
    readonly configMapKeyRef?: unknown
    readonly resourceFieldRef?: unknown
  }
}

/** The part of core/v1 EnvFromSource that the product reads: all keys of a Secret as variables. */
export interface EnvFromSource {
  readonly secretRef?: { readonly name?: string }
}

/** The part of core/v1 Container that the product reads; what else it holds is kept. */
export interface Container {
  readonly name: string
  readonly image?: string
  readonly command?: readonly string[]
  readonly args?: readonly string[]
  readonly env?: readonly EnvVar[]
  readonly envFrom?: readonly EnvFromSource[]
  readonly resources?: { readonly limits?: Readonly<Record<string, string>> }
  /** `Always` makes an init container a sidecar. */
  readonly restartPolicy?: string
}

/** The part of core/v1 PodSpec that the product reads. */
export interface PodSpec {
  readonly containers: readonly Container[]
  readonly initContainers?: readonly Container[]
  readonly restartPolicy?: 'Always' | 'OnFailure' | 'Never'
  readonly terminationGracePeriodSeconds?: number
  readonly nodeName?: string
}

/** core/v1 PodTemplateSpec. */
export interface PodTemplate {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly spec: PodSpec
}

/** A container that has ended (core/v1 ContainerStateTerminated). */
export interface Terminated {
  readonly exitCode: number
  readonly signal?: number
  readonly reason?: string
  readonly message?: string
  readonly startedAt?: string | null
  readonly finishedAt?: string | null
}

/** core/v1 ContainerState: one of the three. */
export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string }
  readonly running?: { readonly startedAt?: string | null }
  readonly terminated?: Terminated
}

/** core/v1 ContainerStatus. */
export interface ContainerStatus {
  readonly name: string
  readonly image?: string
  readonly restartCount: number
  readonly state?: ContainerState
  readonly lastState?: ContainerState
}

/** One condition of an object's status. */
export interface Condition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason?: string
  readonly message?: string
  readonly lastTransitionTime?: string
}

/** A pod as far as the product reads it. */
export interface KubePod extends KubeObject {
  readonly spec: PodSpec
  readonly status?: {
    readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown'
    readonly reason?: string
    readonly message?: string
    readonly startTime?: string
    readonly conditions?: readonly Condition[]
    readonly containerStatuses?: readonly ContainerStatus[]
    readonly initContainerStatuses?: readonly ContainerStatus[]
  }
}

/** An event of core/v1 as far as the product reads it. */
export interface KubeEvent extends KubeObject {
  readonly involvedObject: { readonly kind?: string; readonly name?: string; readonly uid?: string }
  readonly reason?: string
  readonly message?: string
  readonly type?: string
  readonly count?: number
  readonly firstTimestamp?: string | null
  readonly lastTimestamp?: string | null
  readonly eventTime?: string | null
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string }
}
