import { createHash } from 'node:crypto'

/** Namespace of project ids (RFC 9562, name-based UUIDs): a fixed random UUID, never to be changed. */
const namespace = '5b0a5c1e-5f0e-4c0a-9d55-0c2f6f5b7a31'

/**
 * The id of a project: a UUIDv5 of where it is (the machine, or what names the cluster) and of what it is there (the
 * folder's real path, or the namespace), so two gateways agree.
 */
export function projectIdOf(where: string, what: string): string {
  const bytes = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(`${where}\n${what}`)
    .digest()
    .subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x50
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
