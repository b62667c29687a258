import type { KubeClient } from './client/kubeClient.ts'

/** One namespace that is open as a project, while its connection is up. */
export interface NamespaceScope {
  readonly projectId: string
  /** Of the namespace. */
  readonly name: string
  readonly client: KubeClient
  /** Aborted when the project is forgotten or the connection goes: whatever was started for it ends. */
  readonly signal: AbortSignal
  /** Of {@link NamespacePresence}; absent where nobody follows that. */
  readonly ending?: () => AbortSignal
}
