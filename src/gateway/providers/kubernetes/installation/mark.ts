import type { KubeObject } from '../client/kubeObject.ts'
import { labels, managedBy } from '../labels.ts'
import type { Manifest } from './manifest.ts'

/** Owns the fields that an installation writes (server-side apply). */
export const fieldManager = 'hks-func'

/** On each object that an installation has made, and on no other. */
const installedBy = 'hexabase.io/installed-by'

/** Selects marked objects, and what Kubernetes copies labels to. */
export const markSelector = `${installedBy}=${fieldManager}`

/** The manifest with the mark. */
export const marked = (manifest: Manifest): Manifest => ({
  ...manifest,
  metadata: {
    ...manifest.metadata,
    labels: { ...manifest.metadata.labels, [labels.managedBy]: managedBy, [installedBy]: fieldManager },
  },
})

/** An object with what the API server says about its writers. */
export interface LiveObject extends KubeObject {
  readonly metadata: KubeObject['metadata'] & {
    readonly managedFields?: readonly { readonly manager?: string; readonly operation?: string }[]
  }
  readonly [field: string]: unknown
}

/** Whether an installation made the object. The label alone may be a copy, as on an EndpointSlice of a Service. */
export const isMarked = ({ metadata }: LiveObject): boolean =>
  metadata.labels?.[installedBy] === fieldManager &&
  metadata.managedFields?.some(entry => entry.manager === fieldManager && entry.operation === 'Apply') === true
