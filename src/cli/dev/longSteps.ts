import { findGateway } from '../../client/findGateway.ts'
import { watchGateway } from '../../client/watchGateway.ts'
import { HksError } from '../../contract/errors.ts'
import type { Context } from '../context.ts'

/** A step that ends sooner is over before anybody has read of it. Milliseconds. */
const longMs = 1000

/** Says what a deployment does while that takes long, until the context's signal aborts. */
export function tellLongSteps(
  { home, signal }: Context,
  { projectId, name }: { readonly projectId: string; readonly name: string },
  tell: (message: string) => void,
): Promise<void> {
  let message: string | undefined
  let said: string | undefined
  let timer: NodeJS.Timeout | undefined
  const stop = () => {
    clearInterval(timer)
    timer = message = said = undefined
  }
  const say = () => {
    if (message === undefined || message === said) return
    said = message
    tell(message)
  }
  signal.addEventListener('abort', stop, { once: true })
  return watchGateway({
    connect: async () => {
      const found = await findGateway(home, signal)
      if (found.kind === 'answering') return found.client.address
      throw new HksError('GATEWAY_UNREACHABLE', 'No gateway answers.')
    },
    onMessage: change => {
      if (change.type !== 'put' || change.kind !== 'deployment') return
      const { object } = change
      if (object.projectId !== projectId || object.name !== name) return
      if (object.done) return stop()
      message = object.message
      timer ??= setInterval(say, longMs)
    },
    // What can not be watched is not told; the deployment itself says what is wrong with the gateway.
    onState: stop,
    signal,
  })
}
