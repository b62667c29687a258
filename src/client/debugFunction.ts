import WebSocket from 'ws'
import { defined } from '../base/defined.ts'
import type { ErrorBody } from '../contract/common.ts'
import type { DebugMessage, DebugWaiting, FunctionDebug } from '../contract/debug.ts'
import { HksError } from '../contract/errors.ts'
import { debugPath } from '../contract/routes.ts'
import type { WatchMessage } from '../contract/watch.ts'
import type { GatewayAddress } from './gatewayClient.ts'

/** A function that is debugged for as long as its owner, who closes it, lives. */
export interface DebuggedFunction {
  /** Where the debugger attaches. */
  readonly waiting: DebugWaiting
  /** Resolves when a debugger has attached and the code is loaded. @throws HksError DEPLOY_FAILED, INVALID_SOURCE … */
  readonly ready: Promise<void>
  /** Resolves with a sentence when the session is over: its process ended, or the gateway is gone; or it was closed. */
  readonly ended: Promise<string>
  /** Ends the session, and with it the process. Idempotent. */
  close(): void
}

/**
 * Asks the gateway for a process of the function that waits for a debugger.
 * @throws HksError the gateway's own, GATEWAY_UNREACHABLE, or `signal.reason`
 */
export async function debugFunction(
  address: GatewayAddress,
  functionId: string,
  request: FunctionDebug,
  signal?: AbortSignal,
): Promise<DebuggedFunction> {
  const path = debugPath.replace(':id', encodeURIComponent(functionId))
  const socket = new WebSocket(`${address.url.replace(/^http/, 'ws')}${path}`, {
    headers: { Authorization: `Bearer ${address.token}` },
  })
  const waiting = Promise.withResolvers<DebugWaiting>()
  const ready = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<string>()
  // Who does not wait for one of them learns of the failure by another.
  for (const { promise } of [waiting, ready]) promise.catch(() => undefined)
  const fail = (error: unknown) => {
    waiting.reject(error)
    ready.reject(error)
    ended.resolve(error instanceof Error ? error.message : String(error))
  }
  socket.once('open', () => socket.send(JSON.stringify(request)))
  socket.on('message', data => {
    const message = JSON.parse((data as Buffer).toString('utf8')) as DebugMessage | Bye | ErrorBody
    if ('error' in message) fail(toHksError(message))
    else if (message.type === 'waiting') waiting.resolve(message)
    else if (message.type === 'ready') ready.resolve()
    else ended.resolve(message.reason)
  })
  socket.on('error', cause => fail(unreachable(address, cause)))
  socket.on('close', () => fail(unreachable(address)))
  const abort = () => {
    fail(signal?.reason)
    socket.terminate()
  }
  signal?.addEventListener('abort', abort, { once: true })
  if (signal?.aborted) abort()
  try {
    const close = () => socket.close()
    return { waiting: await waiting.promise, ready: ready.promise, ended: ended.promise, close }
  } catch (error) {
    socket.terminate()
    throw error
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

/** The gateway is about to stop. */
type Bye = Extract<WatchMessage, { readonly type: 'bye' }>

const toHksError = ({ code, error, details, hint }: ErrorBody): HksError =>
  new HksError(code, error, defined({ details, hint }))

const unreachable = (address: GatewayAddress, cause?: unknown): HksError =>
  new HksError('GATEWAY_UNREACHABLE', `The gateway at ${address.url} ended the debug session.`, { cause })
