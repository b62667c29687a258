import { once } from 'node:events'
import { connect } from 'node:net'

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number
  /** In the order in which they came; names lower-case. */
  readonly headers: readonly (readonly [string, string])[]
  readonly body: Buffer
  /** Whether the connection was cut before the body was complete. */
  readonly broken: boolean
}

/** What is sent; the headers may hold a name twice. */
export interface RawRequest {
  readonly method?: string
  readonly path: string
  readonly headers?: readonly (readonly [string, string])[]
  readonly body?: Buffer | string
  /** In place of a body with its Content-Length: what follows the headers. */
  readonly framed?: string
}

/** Whether somebody listens there. */
export function canConnect(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** Sends a request on a connection of its own, byte for byte as it is given, and reads the answer. */
export async function sendRaw(
  port: number,
  { method = 'POST', path, headers = [], body, framed }: RawRequest,
): Promise<RawAnswer> {
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  // One that is cut is seen by what is missing.
  socket.on('error', () => socket.destroy())
  const bytes = Buffer.from(body ?? framed ?? '')
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Connection: close',
    ...(body === undefined ? [] : [`Content-Length: ${bytes.length}`]),
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  socket.write(bytes)
  if (!socket.closed) await once(socket, 'close')
  return parse(Buffer.concat(chunks), method)
}

function parse(bytes: Buffer, method: string): RawAnswer {
  const end = bytes.indexOf('\r\n\r\n')
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n')
  const headers = lines.map(line => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
  })
  const valueOf = (name: string) => headers.find(([key]) => key === name)?.[1]
  const rest = bytes.subarray(end + 4)
  const status = Number(statusLine.split(' ')[1])
  if (valueOf('transfer-encoding') === 'chunked' && method !== 'HEAD') return { status, headers, ...joinChunks(rest) }
  const length = valueOf('content-length')
  const isWhole = length === undefined || method === 'HEAD' || Number(length) === rest.length
  return { status, headers, body: rest, broken: end < 0 || !isWhole }
}

function joinChunks(bytes: Buffer): { readonly body: Buffer; readonly broken: boolean } {
  const parts: Buffer[] = []
  for (let at = 0; ; ) {
    const end = bytes.indexOf('\r\n', at)
    const size = end < 0 ? Number.NaN : Number.parseInt(bytes.toString('latin1', at, end), 16)
    if (Number.isNaN(size)) return { body: Buffer.concat(parts), broken: true }
    if (size === 0) return { body: Buffer.concat(parts), broken: false }
    parts.push(bytes.subarray(end + 2, end + 2 + size))
    at = end + 2 + size + 2
  }
}
