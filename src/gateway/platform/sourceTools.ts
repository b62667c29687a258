import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'

const inflate = promisify(gunzip)

/** sha256 in hex. */
const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex')

/** Inflates gzip off the main thread; rejects when the result would exceed `maxBytes` or the data are damaged. */
const gunzipWithin = (data: Uint8Array, maxBytes: number): Promise<Uint8Array> =>
  inflate(data, { maxOutputLength: maxBytes })

/** RFC 4648 base64, padded or not, with line breaks allowed; `undefined` for anything else. */
function decodeBase64(text: string): Uint8Array | undefined {
  const compact = text.replace(/[\r\n]/g, '')
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(compact) || compact.replace(/=+$/, '').length % 4 === 1) return undefined
  return Buffer.from(compact, 'base64')
}

/** What the reading of a source needs of Node. */
export const sourceTools = { sha256, gunzip: gunzipWithin, decodeBase64 } as const
