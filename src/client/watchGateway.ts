import WebSocket from 'ws'
import { HksError } from '../contract/errors.ts'
import { watchPath } from '../contract/routes.ts'
import type { WatchMessage } from '../contract/watch.ts'
import { createBackOff } from './backOff.ts'
import type { GatewayAddress } from './gatewayClient.ts'

/** How the watch is doing. */
export type WatchState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected' }
  | { readonly kind: 'disconnected'; readonly error: HksError }

/** What a watcher gives and wants to be told. */
export interface WatchOptions {
  /** Finds or starts the gateway; asked again for each connection. */
  readonly connect: (signal: AbortSignal) => Promise<GatewayAddress>
  readonly onMessage: (message: WatchMessage) => void
  readonly onState: (state: WatchState) => void
  readonly signal: AbortSignal
}

/** Watches until the signal aborts: reconnects with a jittered back-off and resumes with the last cursor. */
export async function watchGateway(options: WatchOptions): Promise<void> {
  const backOff = createBackOff()
  let cursor: string | undefined
  while (!options.signal.aborted) {
    options.onState({ kind: 'connecting' })
    try {
      const address = await options.connect(options.signal)
      await readMessages(address, cursor, options, message => {
        backOff.reset()
        if ('cursor' in message) cursor = message.cursor
        options.onMessage(message)
      })
    } catch (error) {
      if (options.signal.aborted) return
      options.onState({ kind: 'disconnected', error: asHksError(error) })
    }
    await backOff.wait(options.signal)
  }
}

/** Ends with an error when the connection ends: a watch has no other end than its signal. */
function readMessages(
  address: GatewayAddress,
  cursor: string | undefined,
  options: WatchOptions,
  onMessage: (message: WatchMessage) => void,
): Promise<never> {
  return new Promise((_resolve, reject) => {
    const query = cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`
    const socket = new WebSocket(`${address.url.replace(/^http/, 'ws')}${watchPath}${query}`, {
      headers: { Authorization: `Bearer ${address.token}` },
    })
    const abort = () => socket.terminate()
    options.signal.addEventListener('abort', abort, { once: true })
    let failure: unknown
    socket.on('open', () => options.onState({ kind: 'connected' }))
    socket.on('message', data => {
      try {
        onMessage(JSON.parse((data as Buffer).toString('utf8')) as WatchMessage)
      } catch (error) {
        failure = error
        socket.terminate()
      }
    })
    socket.on('error', error => {
      failure = error
    })
    socket.on('close', () => {
      options.signal.removeEventListener('abort', abort)
      reject(asHksError(failure ?? new HksError('GATEWAY_UNREACHABLE', 'The gateway closed the connection.')))
    })
  })
}

const asHksError = (error: unknown): HksError =>
  error instanceof HksError
    ? error
    : new HksError('GATEWAY_UNREACHABLE', 'The connection to the gateway was cut.', { cause: error })
