import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { connectionFailed } from './translateError.ts'
import { translateNetworkError } from './translateNetworkError.ts'

/** The whole body of an answer, unzipped. @throws HksError CONNECTION_FAILED when it is cut */
export async function readText(response: IncomingMessage, server: string): Promise<string> {
  const isZipped = response.headers['content-encoding'] === 'gzip'
  // A fault of either comes out of the iteration.
  const body = isZipped ? pipeline(response, createGunzip(), () => undefined) : response
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of body) chunks.push(chunk as Uint8Array)
  } catch (error) {
    throw translateNetworkError(error as Error, server)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Reads JSON. @throws HksError CONNECTION_FAILED for something else: a page of a proxy or of a login */
export function parseJson<T>(text: string, server: string): T {
  try {
    return JSON.parse(text) as T
  } catch (error) {
    throw connectionFailed('serverError', `${server} answered with something that is not JSON.`, {
      hint: 'Is it the API server, or a proxy or login page before it?',
      cause: error,
    })
  }
}

/** The bytes of an answer as they come. @throws HksError CONNECTION_FAILED when it is cut; `signal.reason` */
export async function* chunksOf(
  response: IncomingMessage,
  server: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of response) yield chunk as Uint8Array
  } catch (error) {
    signal?.throwIfAborted()
    throw translateNetworkError(error as Error, server)
  }
}
