import { once } from 'node:events'
import type { RawData } from 'ws'
import { type DebugMessage, FunctionDebug } from '../../../contract/debug.ts'
import { invalidField } from '../../../contract/errors.ts'
import { debugPath } from '../../../contract/routes.ts'
import type { DebugSession } from '../../domain/functionDebug.ts'
import type { FunctionService } from '../../domain/functionService.ts'
import { pathPattern } from '../routeMatcher.ts'
import type { Validators } from '../validation.ts'
import { type OpenSocket, type SocketRoute, written } from './socketRoute.ts'

/**
 * `WS /functions/:id/debug`: the client's first message says what to debug; the session ends with the connection, so a
 * client that is killed leaves no process.
 */
export function debugSocket(functions: Pick<FunctionService, 'debug'>, validators: Validators): SocketRoute {
  const checkBody = validators.body(FunctionDebug)
  return {
    pattern: pathPattern(debugPath),
    longestMessage: 1024 * 1024,
    serve: async open => {
      const { socket, caller, params, gone } = open
      const text = await firstMessage(open)
      if (text === undefined) return
      const request = checkBody(parsed(text)) as FunctionDebug
      const session = await functions.debug(caller, params['id']!, request, gone)
      const say = (message: DebugMessage) => written(socket, JSON.stringify(message))
      try {
        await say({ type: 'waiting', ...session.place })
        await tell(session, say, gone)
      } finally {
        await session.close()
      }
    },
  }
}

async function tell(
  session: DebugSession,
  say: (message: DebugMessage) => Promise<void>,
  gone: AbortSignal,
): Promise<void> {
  const left = gone.aborted ? Promise.resolve() : once(gone, 'abort')
  const isReady = await Promise.race([session.ready.then(() => true), left.then(() => false)])
  if (!isReady) return
  await say({ type: 'ready' })
  const reason = await Promise.race([session.ended, left.then(() => undefined)])
  if (reason !== undefined) await say({ type: 'ended', reason })
}

/** Undefined when the connection has gone before it came. */
async function firstMessage({ socket, gone }: OpenSocket): Promise<string | undefined> {
  try {
    const [data] = (await once(socket, 'message', { signal: gone })) as [RawData]
    return (data as Buffer).toString()
  } catch (error) {
    if (gone.aborted) return undefined
    throw error
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalidField('body', text.slice(0, 80), 'is not JSON.')
  }
}
