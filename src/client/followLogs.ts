import { HksError } from '../contract/errors.ts'
import type { LogEnd, LogGap, LogLine, LogQuery, LogReached } from '../contract/logs.ts'
import { createBackOff } from './backOff.ts'
import type { GatewayClient } from './gatewayClient.ts'
import { readNdjson } from './readNdjson.ts'

/** Whose log to follow. */
export type LogTarget =
  | { readonly kind: 'cronJob'; readonly id: string }
  | { readonly kind: 'execution'; readonly id: string; readonly execId: string }
  | { readonly kind: 'function'; readonly id: string }

/** Some lines in order, lines that are not kept any more, or the reason why no more will come. */
export type LogBatch = { readonly lines: readonly LogLine[] } | LogGap | LogEnd

/** Which lines a follower wants. */
export type FollowQuery = Omit<LogQuery, 'follow' | 'limit' | 'before'>

/** What a follower may want: where to begin, and to be told of how its connection is. */
export interface FollowOptions {
  readonly query?: FollowQuery
  readonly signal: AbortSignal
  /** The stream was cut, or could not be opened; it is being resumed. What this throws ends the following. */
  readonly onCut?: (error: HksError) => void
  /** The stream is open, for the first time or again. */
  readonly onOpen?: () => void
  /** The most between two tries, milliseconds; default 10,000. */
  readonly longestPauseMs?: number
}

/**
 * Follows a log until it ends or the signal aborts. After a cut it goes on behind the last line that it gave: no gap, no
 * duplicate. `client` is asked again for each connection, so a restarted gateway is found.
 * @throws HksError what the gateway refuses (NOT_FOUND, UNAUTHENTICATED …)
 */
export async function* followLogs(
  client: () => Promise<GatewayClient>,
  target: LogTarget,
  options: FollowOptions,
): AsyncGenerator<LogBatch> {
  const backOff = createBackOff(firstPauseMs, options.longestPauseMs)
  let query = options.query ?? {}
  while (!options.signal.aborted) {
    try {
      const response = await openLog(await client(), target, { ...query, follow: true }, options.signal)
      if (response.body === null) return
      options.onOpen?.()
      for await (const records of readNdjson(response.body)) {
        backOff.reset()
        for (const batch of batchesOf(records)) {
          if ('reached' in batch) query = from(query, batch.reached)
          else yield batch
          if ('end' in batch) return
          if ('lines' in batch) query = from(query, batch.lines.at(-1)!.seq)
          if ('gap' in batch) query = from(query, batch.to)
        }
      }
    } catch (error) {
      if (options.signal.aborted) return
      // A cut shows as a failed read of the body, which is no HksError; the gateway's own refusals are final.
      if (error instanceof HksError && !passing.has(error.code)) throw error
      options.onCut?.(asCut(error))
    }
    await backOff.wait(options.signal)
  }
}

/** The gateway may be back at once. */
const firstPauseMs = 200

const passing = new Set(['GATEWAY_UNREACHABLE', 'GATEWAY_DRAINING', 'RATE_LIMITED', 'STORE_FAILED'])

const asCut = (error: unknown): HksError =>
  error instanceof HksError ? error : new HksError('GATEWAY_UNREACHABLE', 'The log was cut off.', { cause: error })

/** Records in order; lines that follow each other together. Records of a newer gateway are passed over. */
function* batchesOf(records: readonly unknown[]): Generator<LogBatch | LogReached> {
  let lines: LogLine[] = []
  for (const record of records as readonly Partial<LogLine & LogGap & LogEnd & LogReached>[]) {
    if (record.seq !== undefined) {
      lines.push(record as LogLine)
      continue
    }
    if (lines.length > 0) yield { lines }
    lines = []
    if (record.gap !== undefined || record.end !== undefined || record.reached !== undefined) {
      yield record as LogGap | LogEnd | LogReached
    }
  }
  if (lines.length > 0) yield { lines }
}

/** Goes on behind a number: where the query began is past. */
function from({ tail: _tail, since: _since, ...rest }: FollowQuery, after: number): FollowQuery {
  return { ...rest, after }
}

function openLog(client: GatewayClient, target: LogTarget, query: LogQuery, signal: AbortSignal): Promise<Response> {
  switch (target.kind) {
    case 'cronJob':
      return client.open('getCronJobLogs', { params: { id: target.id }, query, signal })
    case 'execution':
      return client.open('getExecutionLogs', { params: { id: target.id, execId: target.execId }, query, signal })
    case 'function':
      return client.open('getFunctionLogs', { params: { id: target.id }, query, signal })
  }
}
