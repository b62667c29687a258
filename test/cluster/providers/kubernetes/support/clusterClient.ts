import { createKubeClient } from '../../../../../src/gateway/providers/kubernetes/client/createKubeClient.ts'
import type { KubeClient } from '../../../../../src/gateway/providers/kubernetes/client/kubeClient.ts'
import { loadKubeConfig } from '../../../../../src/gateway/providers/kubernetes/client/loadKubeConfig.ts'

/** The product's client with the current context of a kubeconfig. */
export async function clusterClient(kubeconfig: string, onRefused?: () => void): Promise<KubeClient> {
  const environment = async () => ({ PATH: process.env['PATH'] ?? '' })
  return createKubeClient(await loadKubeConfig({ files: [kubeconfig], environment }), onRefused ? { onRefused } : {})
}
