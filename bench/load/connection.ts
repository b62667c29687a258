import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** What a server answered. */
export interface Answer {
  readonly status: number
  readonly body: Buffer
}

/** One kept connection of HTTP/1.1 that posts one request after the other; disposing closes it. */
export interface Connection extends Disposable {
  post(body: Uint8Array): Promise<Answer>
}

const headEnd = Buffer.from('\r\n\r\n')

/**
 * Connects to where `url` points. So little is done per request that the server is measured and not this client; all that
 * are compared in a table are called by it.
 */
export async function openConnection(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Connection> {
  const { hostname, port, pathname } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  await once(socket, 'connect')
  const fixed = Object.entries({ Host: `${hostname}:${port}`, 'Content-Type': 'application/json', ...headers })
  const head = `POST ${pathname} HTTP/1.1\r\n${fixed.map(([name, value]) => `${name}: ${value}\r\n`).join('')}`
  const answers = readAnswers(socket)
  return {
    post: body => {
      const answer = answers.next()
      socket.cork()
      socket.write(`${head}Content-Length: ${body.byteLength}\r\n\r\n`, 'latin1')
      socket.write(body)
      socket.uncork()
      return answer
    },
    [Symbol.dispose]: () => socket.destroy(),
  }
}

/** Takes the answers apart in the order in which they come; one is awaited at a time. */
function readAnswers(socket: Socket): { next(): Promise<Answer> } {
  let waiting: PromiseWithResolvers<Answer> | undefined
  let parts: Buffer[] = []
  let size = 0
  /** Bytes that have to be there before it is worth looking again. */
  let wanted = 0
  socket.on('data', (part: Buffer) => {
    parts.push(part)
    size += part.length
    if (size < wanted) return
    const bytes = parts.length === 1 ? part : Buffer.concat(parts)
    parts = [bytes]
    const found = parseAnswer(bytes)
    if (typeof found === 'number') {
      wanted = found
      return
    }
    parts = []
    size = wanted = 0
    waiting?.resolve(found)
  })
  const fail = (error: Error) => waiting?.reject(error)
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('The server closed the connection.')))
  return {
    next: () => {
      waiting = Promise.withResolvers<Answer>()
      return waiting.promise
    },
  }
}

/** The answer, or how many bytes are needed to look again. */
function parseAnswer(bytes: Buffer): Answer | number {
  const end = bytes.indexOf(headEnd)
  if (end < 0) return bytes.length + 1
  const head = bytes.toString('latin1', 0, end)
  const status = Number(head.slice(9, 12))
  const begin = end + headEnd.length
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length !== undefined) {
    const last = begin + Number(length)
    return bytes.length < last ? last : { status, body: bytes.subarray(begin, last) }
  }
  return parseChunked(bytes, begin, status)
}

function parseChunked(bytes: Buffer, begin: number, status: number): Answer | number {
  const chunks: Buffer[] = []
  for (let at = begin; ; ) {
    const line = bytes.indexOf('\r\n', at)
    if (line < 0) return bytes.length + 1
    const length = Number.parseInt(bytes.toString('latin1', at, line), 16)
    const next = line + 2 + length + 2
    if (bytes.length < next) return next
    if (length === 0) return { status, body: Buffer.concat(chunks) }
    chunks.push(bytes.subarray(line + 2, line + 2 + length))
    at = next
  }
}
