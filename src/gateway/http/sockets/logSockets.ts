import { HksError } from '../../../contract/errors.ts'
import { type Route, type RouteName, routes } from '../../../contract/routes.ts'
import type { Call, Handler, Handlers } from '../handler.ts'
import { pathPattern } from '../routeMatcher.ts'
import type { Validators } from '../validation.ts'
import { type SocketRoute, written } from './socketRoute.ts'

const logRoutes = ['getCronJobLogs', 'getExecutionLogs', 'getFunctionLogs'] as const satisfies readonly RouteName[]

/** The paths of logs: the records of `follow=true`, in messages of one line of JSON or more. */
export const logSockets = (handlers: Handlers, validators: Validators): readonly SocketRoute[] =>
  logRoutes.flatMap(name => {
    const route: Route = routes[name]
    const check = { params: validators.query(route.params!), query: validators.query(route.query!) }
    return [route.path, ...(route.aliases ?? [])].map(path => ({
      pattern: pathPattern(path),
      longestMessage: 64 * 1024,
      serve: async ({ socket, caller, params, query, headers, gone, stop }) => {
        const call = {
          caller,
          params: check.params({ ...params }),
          query: check.query({ ...query, follow: 'true' }),
          body: undefined,
          headers,
          raw: new Uint8Array(),
          signal: gone,
          stop,
        } as Call<RouteName>
        const answer = await (handlers[name] as Handler<RouteName>)(call)
        if (!('stream' in answer)) throw new HksError('INTERNAL', 'A followed log gave no stream.')
        for await (const chunk of answer.stream) if (chunk !== '\n') await written(socket, chunk)
      },
    }))
  })
