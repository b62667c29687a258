import type { KubeCronJob } from '../objects/batchV1.ts'

/** What of `metadata` the API server writes, or kubectl for its own use; a person wrote none of it. */
const written = ['managedFields', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'selfLink']
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

/** Whether a field of `metadata` is one that the API server writes. */
export const isWritten = (field: string): boolean => written.includes(field)

/** A CronJob as its author would write it, defaults of the cluster included. */
export function shownManifest({ metadata, spec }: KubeCronJob): Record<string, unknown> {
  const kept = Object.fromEntries(Object.entries(metadata).filter(([field]) => !written.includes(field)))
  const { [lastApplied]: _applied, ...annotations } = metadata.annotations ?? {}
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { ...kept, ...(metadata.annotations ? { annotations } : {}) },
    spec,
  }
}
