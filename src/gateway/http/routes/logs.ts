import { defined } from '../../../base/defined.ts'
import { fromInstant } from '../../../base/instant.ts'
import { invalidField } from '../../../contract/errors.ts'
import type { LogQuery } from '../../../contract/logs.ts'
import type { LogSelection } from '../../domain/log.ts'
import type { LogService, LogTarget } from '../../domain/logService.ts'
import type { Answer, Handlers } from '../handler.ts'
import { toWireGap, toWireLogLines } from '../wire/log.ts'

type LogRoute = 'getCronJobLogs' | 'getExecutionLogs' | 'getFunctionLogs'

/** Lines of a page when no limit is asked. */
const defaultLimit = 1000

/** Routes of logs: a page, or with `follow=true` NDJSON until the client goes away. */
export function logHandlers(logs: LogService): Pick<Handlers, LogRoute> {
  const answer = async (target: LogTarget, query: LogQuery, signal: AbortSignal): Promise<Answer<LogRoute>> => {
    const selection = selectionOf(query)
    if (query.follow) return { contentType: 'application/x-ndjson', stream: ndjson(logs, target, selection, signal) }
    const { lines, more, next, gap, end } = await logs.read(target, { limit: defaultLimit, ...selection })
    const rest = defined({ gap: gap && toWireGap(gap), end })
    return { body: { items: toWireLogLines(lines), more, next, ...rest } }
  }
  return {
    getCronJobLogs: async ({ caller, params, query, signal }) =>
      answer(await logs.cronJob(caller, params.id), query, signal),
    getExecutionLogs: async ({ caller, params, query, signal }) =>
      answer(await logs.execution(caller, params.id, params.execId), query, signal),
    getFunctionLogs: async ({ caller, params, query, signal }) =>
      answer(await logs.function(caller, params.id), query, signal),
  }
}

function selectionOf({ since, grep, ignoreCase, follow: _follow, ...rest }: LogQuery): LogSelection {
  if (ignoreCase !== undefined && grep === undefined) throw invalidField('ignoreCase', ignoreCase, 'needs grep.')
  if (rest.before !== undefined && rest.tail === undefined) throw invalidField('before', rest.before, 'needs tail.')
  return {
    ...rest,
    ...defined({
      since: since === undefined ? undefined : fromInstant(since),
      grep: grep === undefined ? undefined : { text: grep, ignoreCase: ignoreCase === true },
    }),
  }
}

async function* ndjson(
  logs: LogService,
  target: LogTarget,
  selection: LogSelection,
  signal: AbortSignal,
): AsyncGenerator<string> {
  // An empty first line sends the headers before the first record exists.
  yield '\n'
  for await (const event of logs.follow(target, selection, signal)) {
    const records = 'lines' in event ? toWireLogLines(event.lines) : 'gap' in event ? [toWireGap(event.gap)] : [event]
    yield records.map(record => `${JSON.stringify(record)}\n`).join('')
  }
}
