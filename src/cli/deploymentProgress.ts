import { cancelDeploymentNamed } from '../client/deploymentUnderWay.ts'
import type { GatewayClient } from '../client/gatewayClient.ts'
import { watchGateway } from '../client/watchGateway.ts'
import type { DeploymentProgress, WatchMessage } from '../contract/watch.ts'

/** The deployment that is told of. */
export interface Deployed {
  readonly projectId: string
  readonly name: string
}

/** What else it does is over before anybody has read of it. */
const longPhases: readonly string[] = ['installing', 'building', 'pushing']
/** A count that goes up is said this often, milliseconds. */
const countEveryMs = 2000
/** A deployment does not wait longer for somebody to watch it. */
const connectMs = 2000
/** The command ends after that, also when the gateway does not answer. */
const cancelMs = 5000

/**
 * Says what a deployment does, where that takes time, while `work` goes on, and cancels it when the user does; that it
 * could not be cancelled is said, too. Not being able to watch is no failure.
 */
export async function tellingProgress<T>(
  client: GatewayClient,
  deployed: Deployed,
  { say, signal }: { readonly say: (sentence: string) => void; readonly signal: AbortSignal },
  work: () => Promise<T>,
): Promise<T> {
  const stop = new AbortController()
  const connected = Promise.withResolvers<void>()
  const timer = setTimeout(connected.resolve, connectMs)
  const toldOf = teller(say)
  const onMessage = (message: WatchMessage) => {
    connected.resolve()
    if (message.type !== 'put' || message.kind !== 'deployment') return
    const { object } = message
    const isMine = object.projectId === deployed.projectId && object.name === deployed.name
    if (isMine && !object.done) toldOf(object)
  }
  const watching = watchGateway({
    connect: () => Promise.resolve(client.address),
    onMessage,
    onState: ({ kind }) => {
      if (kind === 'disconnected') connected.resolve()
    },
    signal: stop.signal,
  })
  try {
    await connected.promise
    return await work()
  } catch (error) {
    if (signal.aborted) await cancel(client, deployed, say)
    throw error
  } finally {
    clearTimeout(timer)
    stop.abort()
    await watching
  }
}

async function cancel(
  client: GatewayClient,
  { projectId, name }: Deployed,
  say: (sentence: string) => void,
): Promise<void> {
  try {
    await cancelDeploymentNamed(client, projectId, name, AbortSignal.timeout(cancelMs))
  } catch (error) {
    say(`The deployment may go on: it could not be cancelled. ${(error as Error).message}`)
  }
}

function teller(say: (sentence: string) => void): (progress: DeploymentProgress) => void {
  let last: string | undefined
  let saidAt = 0
  return ({ phase, message }) => {
    const now = performance.now()
    if (!longPhases.includes(phase) || (phase === last && now - saidAt < countEveryMs)) return
    last = phase
    saidAt = now
    say(`${message} …`)
  }
}
