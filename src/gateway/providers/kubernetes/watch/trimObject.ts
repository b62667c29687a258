import type { KubeObject } from '../client/kubeObject.ts'

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

/** An object without what nobody reads and what is often larger than all else: managed fields and the last-applied annotation. */
export function trimObject<T extends KubeObject>(object: T): T {
  const { managedFields, annotations, ...metadata } = object.metadata as T['metadata'] & {
    readonly managedFields?: unknown
  }
  void managedFields
  if (!annotations) return { ...object, metadata }
  const { [lastApplied]: applied, ...kept } = annotations
  void applied
  return { ...object, metadata: { ...metadata, annotations: kept } }
}
