import { basename } from 'node:path'
import { commands as vscodeCommands, l10n, ProgressLocation, type Uri, window } from 'vscode'
import type { GatewayClient } from '../../client/gatewayClient.ts'
import { HksError } from '../../contract/errors.ts'
import type { Function } from '../../contract/functions.ts'
import { placedError } from '../../scaffold/sourcePlace.ts'
import type { DeploymentProgress } from '../../contract/watch.ts'
import { commands } from '../contributions.ts'
import { refuseDenied } from './refuseDenied.ts'
import { reportFailure } from './reportFailure.ts'
import { functionState } from '../model/functionNode.ts'
import type { Command, Services } from './command.ts'
import { type DeployableSource, findSource, saveFiles } from './deployableSource.ts'
import { signalOf } from './progress.ts'
import { targetOf, uriOf } from './target.ts'

/** Milliseconds after a cancelled request in which its deployment still appears on the watch. */
const appearsWithin = 2000

/** Seconds that one request waits for the deployment; after that its progress comes over the watch. */
const waitSeconds = 60

/** Deploys the function of a folder, or the one in a single file. */
export const deploy: Command = {
  name: 'deploy',
  needsTrust: true,
  run: async (services, argument) => {
    const start = uriOf(argument) ?? (targetOf(argument).functionId === undefined ? openFile() : undefined)
    const source = await findSource(services, start, argument, { saves: true })
    if (source === undefined) return
    refuseDenied(services, source.projectId, 'deployFunction', source.settings.name)
    await saveFiles(source.path)
    services.faults.clear(source.path)
    try {
      const fn = await deploySource(services, source)
      await services.deployedSources.remember(fn.id, source)
      void tellResult(fn, source.warnings)
    } catch (error) {
      const placed = placedError(error, source)
      services.faults.mark(placed)
      throw placed
    }
  },
}

function openFile(): Uri | undefined {
  const uri = window.activeTextEditor?.document.uri
  return uri?.scheme === 'file' ? uri : undefined
}

/** Deploys a source, with its progress shown. @throws HksError INVALID_SOURCE, DEPLOY_FAILED, CANCELLED … */
export async function deploySource(services: Services, source: DeployableSource): Promise<Function> {
  const { name } = source.settings
  const title = l10n.t('Deploying {0}', name)
  const options = { location: ProgressLocation.Notification, title, cancellable: true }
  return window.withProgress(options, async (progress, token) => {
    const signal = signalOf(token)
    const hasSource = source.settings.image === undefined
    if (hasSource) progress.report({ message: l10n.t('packing {0}', basename(source.path)) })
    const client = await services.session.ready()
    const packed = hasSource ? await source.pack(signal) : undefined
    const underWay = (): DeploymentProgress | undefined =>
      [...services.session.resources.deployments.values()].find(
        deployment => deployment.projectId === source.projectId && deployment.name === name,
      )
    const watching = services.session.onDidReceive(change => {
      if (change.type !== 'put' || change.kind !== 'deployment') return
      const { projectId, name: deployed, message, done } = change.object
      if (projectId === source.projectId && deployed === name && !done) progress.report({ message })
    })
    // The request may be aborted at any time; what goes on in the gateway has to be ended by its own route.
    const cancel = (): void => {
      void cancelOnceKnown(services, client, underWay).catch((error: unknown) => {
        // A deployment that has ended meanwhile has nothing to cancel.
        const isOver = error instanceof HksError && (error.code === 'CONFLICT' || error.code === 'NOT_FOUND')
        if (!isOver) void reportFailure(error, services.log)
      })
    }
    signal.addEventListener('abort', cancel, { once: true })
    try {
      if (packed) {
        const what = packed.files.length === 1 ? packed.files[0]! : l10n.t('{0} files', packed.files.length)
        progress.report({ message: l10n.t('sending {0}', what) })
      }
      const body = { ...source.settings, ...(packed && { source: packed.source }), waitSeconds }
      const fn = await client.call('deployFunction', { params: { id: source.projectId }, body, signal })
      return functionState(fn) === 'deploying' ? await endOfDeployment(services, fn, signal) : fn
    } finally {
      signal.removeEventListener('abort', cancel)
      watching.dispose()
    }
  })
}

/** A deployment may be cancelled before the watch has told of it; then this waits for it, for a short while. */
async function cancelOnceKnown(
  { session }: Services,
  client: GatewayClient,
  underWay: () => DeploymentProgress | undefined,
): Promise<void> {
  const deployment = await new Promise<DeploymentProgress | undefined>(resolve => {
    const settle = (value: DeploymentProgress | undefined): void => {
      clearTimeout(timer)
      subscription.dispose()
      resolve(value)
    }
    const timer = setTimeout(() => settle(underWay()), appearsWithin)
    const subscription = session.onDidChangeResources(() => {
      if (underWay() !== undefined) settle(underWay())
    })
    if (underWay() !== undefined) settle(underWay())
  })
  if (deployment !== undefined) await client.call('cancelDeployment', { params: { id: deployment.functionId } })
}

/** Waits until a deployment that outlasted its request has ended. @throws HksError DEPLOY_FAILED, CANCELLED */
function endOfDeployment({ session }: Services, fn: Function, signal: AbortSignal): Promise<Function> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      const now = session.resources.functions.get(fn.id)
      const state = now === undefined ? 'deleting' : functionState(now)
      if (signal.aborted) reject(new HksError('CANCELLED', l10n.t('The deployment was cancelled.')))
      else if (state === 'deploying') return
      else if (now !== undefined && (state === 'ready' || state === 'idle')) resolve(now)
      else
        reject(
          new HksError('DEPLOY_FAILED', now?.revisions[0]?.reason ?? now?.reason ?? l10n.t('The function is gone.')),
        )
      subscription.dispose()
      signal.removeEventListener('abort', settle)
    }
    const subscription = session.onDidChangeResources(settle)
    signal.addEventListener('abort', settle)
    settle()
  })
}

async function tellResult(fn: Function, warnings: readonly string[]): Promise<void> {
  const invoke = l10n.t('Invoke')
  const copyUrl = l10n.t('Copy URL')
  const message = [l10n.t('{0} is deployed as revision {1}.', fn.name, fn.revision), ...warnings].join(' ')
  const choice = await window.showInformationMessage(message, invoke, copyUrl)
  const target = { functionId: fn.id }
  if (choice === invoke) await vscodeCommands.executeCommand(commands.invoke, target)
  if (choice === copyUrl) await vscodeCommands.executeCommand(commands.copyUrl, target)
}
