import { setTimeout as delay } from 'node:timers/promises'
import { HksError } from '../contract/errors.ts'
import type { Function, FunctionDeploy } from '../contract/functions.ts'
import type { DeploymentProgress } from '../contract/watch.ts'
import type { GatewayAddress, GatewayClient } from './gatewayClient.ts'
import { watchGateway } from './watchGateway.ts'

const lookMs = 500
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
  for (;;) {
    await delay(lookMs)
    const fn = await client.call('getFunction', { params: { id: answered.id }, signal })
    const revision = fn.revisions.find(({ id }) => id === mine.id)
    if (revision?.status === 'deploying') continue
    if (revision?.status !== 'failed') return fn
    throw new HksError('DEPLOY_FAILED', revision.reason ?? `Revision ${revision.number} can not serve.`)
  }
}

/** Cancels what is being deployed under a name, also of a function that is not there yet; nothing when it has ended. */
export async function cancelDeploymentNamed(
  client: GatewayClient,
  projectId: string,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const underWay = await deploymentsUnderWay(client.address, signal)
  const id = underWay.find(each => each.projectId === projectId && each.name === name)?.functionId
  if (id === undefined) return
  try {
    await client.call('cancelDeployment', { params: { id }, signal })
  } catch (error) {
    if (!(error instanceof HksError && (error.code === 'CONFLICT' || error.code === 'NOT_FOUND'))) throw error
  }
}

/** What a watch is told first. */
async function deploymentsUnderWay(
  address: GatewayAddress,
  signal: AbortSignal,
): Promise<readonly DeploymentProgress[]> {
  const found = Promise.withResolvers<readonly DeploymentProgress[]>()
  const done = new AbortController()
  const stop = AbortSignal.any([done.signal, signal])
  stop.addEventListener('abort', () => found.reject(new HksError('CANCELLED', 'Cancelled.')), { once: true })
  const watching = watchGateway({
    connect: () => Promise.resolve(address),
    onMessage: message => {
      if (message.type === 'snapshot') found.resolve(message.deployments)
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
