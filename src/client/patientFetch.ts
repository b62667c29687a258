import { request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import { Readable } from 'node:stream'

/** What is sent. */
export interface PatientRequest {
  readonly method: 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly signal?: AbortSignal
}

/**
 * Sends a request and waits as long as the server takes, as `fetch` does not: that gives up after 300 seconds without an
 * answer, or between two pieces of one, and a function may take an hour, or stand at a breakpoint.
 * @throws what the network or the signal says; a body that breaks off throws where it is read
 */
export function patientFetch(url: string, { method, headers, body, signal }: PatientRequest): Promise<Response> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? requestSecure : requestPlain
    const sent = send(url, {
      method,
      headers: { ...headers, 'Content-Length': body.length },
      // A connection of its own: the server may close one that is kept in the moment in which it is used again.
      agent: false,
      ...(signal === undefined ? {} : { signal }),
    })
    sent.on('error', reject)
    sent.on('response', answer => {
      const { statusCode: status = 0, rawHeaders } = answer
      const pairs: [string, string][] = []
      for (let i = 0; i < rawHeaders.length; i += 2) pairs.push([rawHeaders[i]!, rawHeaders[i + 1]!])
      // A response of these is made without a body only.
      const isBare = [204, 205, 304].includes(status)
      if (isBare) answer.resume()
      resolve(
        new Response(isBare ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>), {
          status,
          headers: pairs,
        }),
      )
    })
    sent.end(body)
  })
}
