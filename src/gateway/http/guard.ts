import type { IncomingMessage } from 'node:http'
import { HksError } from '../../contract/errors.ts'
import { plainPaths, routes } from '../../contract/routes.ts'
import type { Authenticator, Caller } from '../domain/caller.ts'
import { bearerToken } from './authentication.ts'
import { createRateLimit } from './rateLimit.ts'
import { guardRequest } from './requestGuard.ts'
import { pathPattern } from './routeMatcher.ts'

/** Far above what views, command line and SDK do; stops a runaway loop from starving the scheduler. */
const requestsPerSecond = 2000
/** A wrong token is a fault of set-up or an attack; neither needs more. */
const refusalsPerSecond = 20
/** Calls of functions have a limit of their own, the queue of each; a load test is not a runaway loop. */
const uncounted = pathPattern(routes.invokeFunction.path)

/** Authenticates one request; used for HTTP and for WebSocket upgrades. */
export type Guard = (request: IncomingMessage, path: string) => Caller | undefined

/** Host, Origin, token and rate, in this order. Health paths need no token. @throws HksError */
export function createGuard(authenticator: Authenticator): Guard {
  const limit = createRateLimit(requestsPerSecond, 2 * requestsPerSecond, () => performance.now())
  const limitRefusals = createRateLimit(refusalsPerSecond, 2 * refusalsPerSecond, () => performance.now())
  return (request, path) => {
    guardRequest(request.headers, request.socket.localPort ?? 0)
    const credential = bearerToken(request.headers.authorization)
    // A client that shows its token here wants to know whether this is the gateway that gave it.
    if (credential === undefined && (path === plainPaths.health || path === plainPaths.ready)) return undefined
    const caller = authenticator.authenticate(credential)
    if (!caller) {
      limitRefusals('refused')
      throw new HksError('UNAUTHENTICATED', 'The token is missing or wrong.', {
        hint: 'Send Authorization: Bearer TOKEN; the token is in gateway.json of the data folder.',
      })
    }
    if (!uncounted.test(path)) limit(caller.subject)
    return caller
  }
}
