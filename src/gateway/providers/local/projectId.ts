import { createHash } from 'node:crypto'

/** Namespace of project ids (RFC 9562, name-based UUIDs): a fixed random UUID, never to be changed. */
const namespace = '5b0a5c1e-5f0e-4c0a-9d55-0c2f6f5b7a31'

/** The id of the project in a folder: a UUIDv5 of the machine and the folder's real path, so two gateways agree. */
export function projectIdOf(machineId: string, realPath: string): string {
  const bytes = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(`${machineId}\n${realPath}`)
    .digest()
    .subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x50
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
