import { HksError, notFound } from '../contract/errors.ts'
import type { Function, FunctionDeploy } from '../contract/functions.ts'
import type { DeploymentProgress, WatchMessage } from '../contract/watch.ts'
import type { GatewayAddress, GatewayClient } from './gatewayClient.ts'
import { watchGateway } from './watchGateway.ts'

/** Node gives up a request that is not answered within 300 seconds. */
const longestRequestSeconds = 240

/**
 * Deploys, and waits so many seconds until it is settled; answers the function as it is then.
 * @throws HksError the gateway's own, DEPLOY_FAILED with the reason, CANCELLED
 */
export async function deployWithin(
  client: GatewayClient,
  projectId: string,
  deployment: FunctionDeploy,
  { seconds, atOnce = longestRequestSeconds }: { readonly seconds: number; readonly atOnce?: number },
  signal: AbortSignal,
): Promise<Function> {
  const body = { ...deployment, waitSeconds: Math.min(seconds, atOnce) }
  const fn = await client.call('deployFunction', { params: { id: projectId }, body, signal })
  if (seconds <= atOnce) return fn
  const timeUp = AbortSignal.timeout((seconds - atOnce) * 1000)
  try {
    return await settledDeployment(client, fn, AbortSignal.any([signal, timeUp]))
  } catch (error) {
    if (signal.aborted || !timeUp.aborted) throw error
    return client.call('getFunction', { params: { id: fn.id }, signal })
  }
}

/**
 * Waits for a deployment that went on when its request was answered.
 * @throws HksError DEPLOY_FAILED with the reason, NOT_FOUND when the function went meanwhile, CANCELLED
 */
export async function settledDeployment(
  client: GatewayClient,
  answered: Function,
  signal: AbortSignal,
): Promise<Function> {
  const mine = answered.revisions[0]
  if (mine?.status !== 'deploying') return answered
  const settled = (fn: Function | undefined): Function | undefined => {
    if (!fn) throw notFound('function', answered.id)
    const revision = fn.revisions.find(({ id }) => id === mine.id)
    if (revision?.status === 'deploying') return undefined
    if (revision?.status !== 'failed') return fn
    throw new HksError('DEPLOY_FAILED', revision.reason ?? `Revision ${revision.number} can not serve.`)
  }
  const look = (message: WatchMessage): Function | undefined => {
    if (message.type === 'snapshot') return settled(message.functions.find(({ id }) => id === answered.id))
    if (message.type === 'bye') return undefined
    // Of a new function whose image could not be built nothing else is told.
    if (message.type === 'put' && message.kind === 'deployment') refuseFailed(message.object, answered.id, mine.number)
    if (message.kind !== 'function') return undefined
    if (message.type === 'delete') return message.id === answered.id ? settled(undefined) : undefined
    return message.object.id === answered.id ? settled(message.object) : undefined
  }
  return firstOf(client.address, look, signal)
}

/** @throws HksError DEPLOY_FAILED, CANCELLED */
function refuseFailed(
  { functionId, revision, outcome, message }: DeploymentProgress,
  id: string,
  number: number,
): void {
  if (functionId !== id || revision !== number) return
  if (outcome === 'failed') throw new HksError('DEPLOY_FAILED', message)
  if (outcome === 'cancelled') throw new HksError('CANCELLED', message)
}

/** Cancels what is being deployed under a name, also of a function that is not there yet; nothing when it has ended. */
export async function cancelDeploymentNamed(
  client: GatewayClient,
  projectId: string,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const snapshot = (message: WatchMessage): readonly DeploymentProgress[] | undefined =>
    message.type === 'snapshot' ? message.deployments : undefined
  const underWay = await firstOf(client.address, snapshot, signal)
  const id = underWay.find(each => each.projectId === projectId && each.name === name)?.functionId
  if (id === undefined) return
  try {
    await client.call('cancelDeployment', { params: { id }, signal })
  } catch (error) {
    if (!(error instanceof HksError && (error.code === 'CONFLICT' || error.code === 'NOT_FOUND'))) throw error
  }
}

/**
 * The first thing that is found in what a watch is told: everything as it is now, then each change.
 * @throws HksError the gateway's own, CANCELLED, or what `find` throws
 */
async function firstOf<T>(
  address: GatewayAddress,
  find: (message: WatchMessage) => T | undefined,
  signal: AbortSignal,
): Promise<T> {
  const found = Promise.withResolvers<T>()
  const done = new AbortController()
  const stop = AbortSignal.any([done.signal, signal])
  stop.addEventListener('abort', () => found.reject(new HksError('CANCELLED', 'Cancelled.')), { once: true })
  const watching = watchGateway({
    connect: () => Promise.resolve(address),
    onMessage: message => {
      try {
        const value = find(message)
        if (value !== undefined) found.resolve(value)
      } catch (error) {
        found.reject(error)
      }
    },
    onState: state => {
      if (state.kind === 'disconnected') found.reject(state.error)
    },
    signal: stop,
  })
  try {
    return await found.promise
  } finally {
    done.abort()
    await watching
  }
}
