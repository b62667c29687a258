import { nearest } from '../base/nearest.ts'
import type { HksError } from '../contract/errors.ts'
import type { YamlPath } from './yamlPlaces.ts'

/**
 * Takes a fault. One that throws it ends the reading, one that keeps it lets it go on. `local` is a fault only where
 * the command runs without its image: Kubernetes would take it.
 */
export type ReportFault = (fault: HksError, where?: 'local') => void

/** What of a manifest has no effect: a field that `local` ignores, or one that Kubernetes does not know either. */
export interface ManifestNotice {
  readonly kind: 'ignored' | 'unknown'
  /** The field, or what the notice is about. */
  readonly path: YamlPath
  readonly message: string
  /** The field that was probably meant. */
  readonly meant?: string
}

/** A mapping of a manifest: what people call it, the fields that count here, and all that Kubernetes knows. */
export interface ManifestLevel {
  readonly title: string
  readonly used: readonly string[]
  readonly known: readonly string[]
}

const words = (text: string): string[] => text.trim().split(/\s+/)

/** The levels of a CronJob; the fields are those of Kubernetes 1.36 (batch/v1, core/v1, meta/v1). */
export const manifestLevels = {
  manifest: {
    title: 'the manifest',
    used: ['apiVersion', 'kind', 'metadata', 'spec', 'status'],
    known: ['apiVersion', 'kind', 'metadata', 'spec', 'status'],
  },
  metadata: {
    title: 'metadata',
    used: ['name', 'labels', 'annotations', 'creationTimestamp'],
    known: words(`annotations creationTimestamp deletionGracePeriodSeconds deletionTimestamp finalizers generateName
      generation labels managedFields name namespace ownerReferences resourceVersion selfLink uid`),
  },
  spec: {
    title: 'spec',
    used: words(`jobTemplate schedule timeZone concurrencyPolicy suspend startingDeadlineSeconds
      successfulJobsHistoryLimit failedJobsHistoryLimit`),
    known: words(`concurrencyPolicy failedJobsHistoryLimit jobTemplate schedule startingDeadlineSeconds
      successfulJobsHistoryLimit suspend timeZone`),
  },
  job: {
    title: 'jobTemplate.spec',
    used: ['template', 'backoffLimit', 'activeDeadlineSeconds'],
    known: words(`activeDeadlineSeconds backoffLimit backoffLimitPerIndex completionMode completions managedBy
      manualSelector maxFailedIndexes parallelism podFailurePolicy podReplacementPolicy selector successPolicy suspend
      template ttlSecondsAfterFinished`),
  },
  pod: {
    title: 'the pod',
    used: ['containers', 'restartPolicy', 'terminationGracePeriodSeconds'],
    known: words(`activeDeadlineSeconds affinity automountServiceAccountToken containers dnsConfig dnsPolicy
      enableServiceLinks ephemeralContainers hostAliases hostIPC hostNetwork hostPID hostUsers hostname hostnameOverride
      imagePullSecrets initContainers nodeName nodeSelector os overhead preemptionPolicy priority priorityClassName
      readinessGates resourceClaims resources restartPolicy runtimeClassName schedulerName schedulingGates schedulingGroup
      securityContext serviceAccount serviceAccountName setHostnameAsFQDN shareProcessNamespace subdomain
      terminationGracePeriodSeconds tolerations topologySpreadConstraints volumes`),
  },
  container: {
    title: 'the container',
    used: ['name', 'image', 'command', 'args', 'env', 'imagePullPolicy'],
    known: words(`args command env envFrom image imagePullPolicy lifecycle livenessProbe name ports readinessProbe
      resizePolicy resources restartPolicy restartPolicyRules securityContext startupProbe stdin stdinOnce
      terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts workingDir`),
  },
} as const satisfies Readonly<Record<string, ManifestLevel>>

/** What of one mapping has no effect here. */
export function unusedFields(level: ManifestLevel, path: YamlPath, fields: Record<string, unknown>): ManifestNotice[] {
  return Object.keys(fields)
    .filter(key => !level.used.includes(key))
    .map(key => {
      const at = { path: [...path, key] }
      if (level.known.includes(key))
        return { ...at, kind: 'ignored', message: `${key} of ${level.title} is ignored on local.` }
      const meant = nearest(
        key,
        level.known.filter(known => !(known in fields)),
      )
      const advice = meant === undefined ? '' : ` Did you mean ${meant}?`
      return {
        ...at,
        kind: 'unknown',
        message: `${key} of ${level.title} is no field that Kubernetes knows; it has no effect.${advice}`,
        ...(meant === undefined ? {} : { meant }),
      }
    })
}
