import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What is served at a path. */
export interface Served {
  readonly content: string | Uint8Array
  /** Default: bytes. */
  readonly type?: string
}

/** A server on loopback from which a tool takes packages. */
export interface PackageServer extends AsyncDisposable {
  readonly origin: string
  /** Paths that were asked for. */
  readonly asked: readonly string[]
  /** From now on requests are left without an answer; resolves when one comes. */
  hang(): Promise<void>
}

/** Answers what is found at a path, 404 where nothing is. */
export async function openPackageServer(find: (path: string) => Served | undefined): Promise<PackageServer> {
  const asked: string[] = []
  let hanging: (() => void) | undefined
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    if (hanging !== undefined) return hanging()
    const found = find(path)
    const type = found?.type ?? 'application/octet-stream'
    response.writeHead(found === undefined ? 404 : 200, { 'content-type': type })
    response.end(found?.content)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    hang: () =>
      new Promise(resolve => {
        hanging = resolve
      }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Finds what was put at a path. */
export const servedFrom = (files: ReadonlyMap<string, string | Uint8Array>) => (path: string) => {
  const content = files.get(path)
  return content === undefined ? undefined : { content }
}
