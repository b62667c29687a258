import { l10n, type Memento, window, workspace } from 'vscode'
import type { GatewayClient } from '../../client/gatewayClient.ts'
import type { KeepRunning } from '../../contract/gateway.ts'
import { memory, settings } from '../contributions.ts'
import { isInCluster } from '../model/isInCluster.ts'
import type { Resources } from '../model/resources.ts'
import type { OpenProjects } from './openProjects.ts'

/** What the user wants to keep the gateway alive. */
export function keepRunningSetting(): KeepRunning {
  return workspace.getConfiguration().get<string>(settings.keepRunning) === 'whileOpen' ? 'whileOpen' : 'always'
}

/** Tells a gateway what this user wants, and registers the open folders. Answers its version. */
export async function greet(client: GatewayClient, openProjects: OpenProjects, signal: AbortSignal): Promise<string> {
  const status = await client.call('getGateway', { signal })
  await sendKeepRunning(client, status.keepRunning, signal)
  await openProjects.register(client, signal)
  return status.version
}

/** Sends the setting to a gateway that has another one. */
export async function sendKeepRunning(
  client: GatewayClient,
  current: KeepRunning | undefined,
  signal?: AbortSignal,
): Promise<void> {
  const keepRunning = keepRunningSetting()
  if (keepRunning === current) return
  await client.call('updateGateway', { body: { keepRunning }, ...(signal ? { signal } : {}) })
}

/** Says once, ever, that the gateway stays on after VS Code closes: when the first thing is there that it stays for. */
export function tellOnce(resources: Resources, remembered: Memento): void {
  // What is in a cluster goes on by itself.
  const isHere = ({ projectId }: { readonly projectId: string }): boolean =>
    !isInCluster(resources.projects.get(projectId))
  const stays =
    [...resources.cronJobs.values()].some(job => isHere(job) && !job.suspend) ||
    [...resources.functions.values()].some(fn => isHere(fn) && fn.revision > 0)
  if (!stays || keepRunningSetting() !== 'always' || remembered.get(memory.toldKeepRunning) === true) return
  void remembered.update(memory.toldKeepRunning, true)
  void window.showInformationMessage(
    l10n.t(
      'The gateway stays on after VS Code closes, so that CronJobs run and functions answer. The setting hks.gateway.keepRunning changes that.',
    ),
  )
}
