/** The client as it is bundled: prints the contexts of a kubeconfig, and when told to, the server's version. */
import { createKubeClient } from '../../../../../src/gateway/providers/kubernetes/client/createKubeClient.ts'
import { listContexts } from '../../../../../src/gateway/providers/kubernetes/client/listContexts.ts'
import { loadKubeConfig } from '../../../../../src/gateway/providers/kubernetes/client/loadKubeConfig.ts'

const [file, wanted] = process.argv.slice(2)
console.log((await listContexts([file!])).map(context => context.name).join())
if (wanted === 'connect') {
  using client = createKubeClient(await loadKubeConfig({ files: [file!], environment: async () => ({}) }))
  console.log(JSON.stringify(await client.request('GET', '/version')))
}
