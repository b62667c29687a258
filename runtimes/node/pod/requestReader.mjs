// A request as the handler sees it.
import { maxBodyBytes } from './platformAnswer.mjs'

/** A client that is refused reads the refusal only when it has sent all; what it sends beyond this is cut off. */
const drainFactor = 4
/** Headers of one connection (RFC 9110, 7.6.1), and those that are meant for the platform. */
const notPassedOn = new Set([
  'connection',
  'expect',
  'hks-diagnostic-key',
  'hks-invocation-id',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
/** What is asked for; a proxy may be asked with the origin in front. */
const target = /^(?:[a-z][a-z0-9+.-]*:\/\/[^/?#]*)?(\/[^?#]*)?(?:\?([^#]*))?/i

/** Method, path, query and headers. */
export function readHead({ method, url, headers }) {
  const [, path = '/', query = ''] = target.exec(url)
  const kept = Object.entries(headers).filter(([name]) => !notPassedOn.has(name))
  return { method, path, query, headers: Object.fromEntries(kept) }
}

/** The whole body; null when it is too large. Throws when the client goes away. */
export async function readBody(request) {
  const chunks = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes <= maxBodyBytes) chunks.push(chunk)
    else chunks.length = 0
    if (bytes > drainFactor * maxBodyBytes) break
  }
  if (bytes > maxBodyBytes) return null
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, bytes)
}
