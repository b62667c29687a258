import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'

const certificates = join(import.meta.dirname, '../../../../fixtures/certificates')

/** A certificate or key of `test/fixtures/certificates`, as PEM. */
export const pem = (file: string): string => readFileSync(join(certificates, file), 'utf8')

/** An HTTPS server on 127.0.0.1 that answers as a test says, for faults that no real API server makes when it is asked to. */
export interface WireServer extends AsyncDisposable {
  readonly url: string
  /** Method and path with query of each request so far. */
  readonly requests: readonly string[]
  /** How many connections were accepted so far. */
  readonly connections: () => number
  /** What to do with the next requests for another protocol. */
  readonly onUpgrade: (answer: (socket: Socket) => void) => void
}

/** What a server presents and asks for. */
export interface WireServerOptions {
  /** `server` by default. */
  readonly certificate?: 'server' | 'otherName' | 'expired'
  readonly asksForClientCertificate?: boolean
}

/** Starts one. Its connections end with it. */
export async function wireServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  { certificate = 'server', asksForClientCertificate = false }: WireServerOptions = {},
): Promise<WireServer> {
  const requests: string[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer(
    {
      cert: pem(`${certificate}.crt`),
      key: pem(`${certificate}.key`),
      ...(asksForClientCertificate ? { ca: pem('ca.crt'), requestCert: true, rejectUnauthorized: true } : {}),
    },
    (request, response) => {
      requests.push(`${request.method} ${request.url}`)
      answer(request, response)
    },
  )
  server.on('connection', (socket: Socket) => {
    connections++
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  let upgrade: (socket: Socket) => void = socket => socket.destroy()
  server.on('upgrade', (_request, socket: Socket) => upgrade(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    connections: () => connections,
    onUpgrade: next => {
      upgrade = next
    },
    [Symbol.asyncDispose]: async () => {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}

/** Answers with JSON. */
export function answerJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}

/** Answers with a failure of the API server's form. */
export function answerStatus(response: ServerResponse, code: number, reason: string, fields: object = {}): void {
  answerJson(response, code, {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code,
    reason,
    message: reason,
    ...fields,
  })
}
