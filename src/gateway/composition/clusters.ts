import { randomUUID } from 'node:crypto'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { defaultImages } from '../../contract/defaultImages.ts'
import type { Config } from '../config.ts'
import type { ConnectionServiceOptions } from '../domain/connectionService.ts'
import type { TargetBuilds } from '../domain/targetBuilds.ts'
import { createAccessReview } from '../providers/kubernetes/client/accessReview.ts'
import { clusterIdentity } from '../providers/kubernetes/client/clusterIdentity.ts'
import { createKubeClient } from '../providers/kubernetes/client/createKubeClient.ts'
import { listContexts } from '../providers/kubernetes/client/listContexts.ts'
import { loadKubeConfig } from '../providers/kubernetes/client/loadKubeConfig.ts'
import { followCronJobs } from '../providers/kubernetes/cronJobWork.ts'
import { createFunctionWork } from '../providers/kubernetes/functions/functionWork.ts'
import { createFunctionImages } from '../providers/kubernetes/images/functionImage.ts'
import { createImageBuilder } from '../providers/kubernetes/images/imageBuilder.ts'
import { readParts } from '../providers/kubernetes/installation/parts.ts'
import { createKubernetesProvider } from '../providers/kubernetes/kubernetesProvider.ts'
import { openNamespaceSecrets } from '../providers/kubernetes/secrets.ts'
import type { Environment } from './environment.ts'
import type { Home } from './home.ts'
import type { Storage } from './storage.ts'

/** Where kubectl looks when nobody says where. */
const defaultKubeconfig = () => [join(homedir(), '.kube', 'config')]

/** What connects to clusters. `environment` is that of the login shell; `targets` build for them with tools of this machine. */
export function createClusters(
  { runtimesFolder, deployFolder }: Pick<Config, 'runtimesFolder' | 'deployFolder'>,
  { folder, report }: Pick<Home, 'folder' | 'report'>,
  { clock, database, logs }: Storage,
  environment: Environment,
  targets: TargetBuilds,
): Pick<ConnectionServiceOptions, 'connect' | 'contexts'> {
  const builder = createImageBuilder({ workFolder: join(folder, 'images'), environment, newId: randomUUID })
  const images = createFunctionImages({ images: builder, targets, runtimesFolder })
  return {
    contexts: (kubeconfig = defaultKubeconfig()) => listContexts(kubeconfig),
    connect: (connection, onHealth) => {
      const openFunctions = createFunctionWork({
        ...{ ...database, connection, runtimesFolder, images, clock, logs, newId: randomUUID, report },
      })
      return createKubernetesProvider({
        ...{ connection, onHealth, clock, report },
        projects: database.projects,
        executions: database.executions,
        ledger: database.ledger,
        openClient: async ({ kubeconfig = defaultKubeconfig(), context }) => {
          const access = await loadKubeConfig({
            files: kubeconfig,
            environment,
            ...(context === undefined ? {} : { context }),
          })
          const client = createKubeClient(access, { onRefused: request => review.refused(request) })
          const review = createAccessReview(client)
          access.onChange(review.forget)
          return { client, review, identity: await clusterIdentity(kubeconfig, context) }
        },
        works: [
          followCronJobs({
            ...{ ...database, clock, logs, report },
            callerImage: () => connection().runtimeImages?.node ?? defaultImages.node,
            newId: randomUUID,
          }),
          openFunctions,
          openNamespaceSecrets,
        ],
        installation: {
          openFunctions,
          environment,
          parts: () => readParts(join(deployFolder, 'knative', 'parts.json')),
        },
      })
    },
  }
}
