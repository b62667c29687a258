import { setTimeout as delay } from 'node:timers/promises'
import { HksError } from '../contract/errors.ts'
import type { Function } from '../contract/functions.ts'
import type { GatewayClient } from './gatewayClient.ts'

const lookMs = 500

/**
 * Waits for a deployment that went on when its request was answered.
 * @throws HksError DEPLOY_FAILED with the reason, NOT_FOUND when the function went meanwhile
 */
export async function settledDeployment(client: GatewayClient, answered: Function): Promise<Function> {
  const mine = answered.revisions[0]
  if (mine?.status !== 'deploying') return answered
  for (;;) {
    await delay(lookMs)
    const fn = await client.call('getFunction', { params: { id: answered.id } })
    const revision = fn.revisions.find(({ id }) => id === mine.id)
    if (revision?.status === 'deploying') continue
    if (revision?.status !== 'failed') return fn
    throw new HksError('DEPLOY_FAILED', revision.reason ?? `Revision ${revision.number} can not serve.`)
  }
}

/**
 * Cancels what is being deployed under a name. Nothing is to be cancelled when it has ended meanwhile, or when the
 * function is so new that the gateway has not recorded it.
 */
export async function cancelDeploymentNamed(
  client: GatewayClient,
  projectId: string,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const { items } = await client.call('listFunctions', { params: { id: projectId }, query: { limit: 1000 }, signal })
  const id = items.find(fn => fn.name === name)?.id
  if (id === undefined) return
  try {
    await client.call('cancelDeployment', { params: { id }, signal })
  } catch (error) {
    if (!(error instanceof HksError && (error.code === 'CONFLICT' || error.code === 'NOT_FOUND'))) throw error
  }
}
