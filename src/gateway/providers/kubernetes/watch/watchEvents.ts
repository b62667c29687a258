import type { HksError } from '../../../../contract/errors.ts'
import type { KubeObject } from '../client/kubeObject.ts'
import { requestInfo } from '../client/requestInfo.ts'
import { connectionFailed, translateStatus } from '../client/translateError.ts'

/** One line of a watch (meta/v1 WatchEvent) that is no error. */
export interface WatchEvent<T extends KubeObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'
  readonly object: T
}

const newline = 0x0a

/**
 * The events of a watch, chunk by chunk: those of one chunk come at once. A last line without an end is left out, since the
 * same event comes again from the last version.
 * @throws HksError for an ERROR event (`isExpired` when the version is too old) and for a line that is no event
 */
export async function* watchEvents<T extends KubeObject>(
  chunks: AsyncIterable<Uint8Array>,
  server: string,
  path: string,
): AsyncGenerator<readonly WatchEvent<T>[]> {
  let parts: Uint8Array[] = []
  for await (const chunk of chunks) {
    const events: WatchEvent<T>[] = []
    let start = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      parts.push(chunk.subarray(start, end))
      const line = Buffer.concat(parts)
      parts = []
      start = end + 1
      if (line.length > 0) events.push(readEvent<T>(line.toString('utf8'), server, path))
    }
    if (start < chunk.length) parts.push(chunk.subarray(start))
    yield events
  }
}

function readEvent<T extends KubeObject>(line: string, server: string, path: string): WatchEvent<T> {
  let event: { readonly type?: string; readonly object?: unknown }
  try {
    event = JSON.parse(line) as typeof event
  } catch (error) {
    throw notAnEvent(server, error)
  }
  if (event.type === 'ERROR') {
    const { code = 500 } = event.object as { readonly code?: number }
    throw translateStatus(code, JSON.stringify(event.object), server, requestInfo('GET', path, true))
  }
  if (typeof event.object !== 'object' || event.object === null) throw notAnEvent(server)
  return event as WatchEvent<T>
}

const notAnEvent = (server: string, cause?: unknown): HksError =>
  connectionFailed('serverError', `${server} sent something else than an event in a watch.`, { cause })
