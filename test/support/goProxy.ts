import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { zipOf } from './zipOf.ts'

/** A proxy of modules of Go (`go help goproxy`) on this machine. */
export interface GoProxy extends AsyncDisposable {
  readonly origin: string
  /** Paths that were asked for. */
  readonly asked: readonly string[]
  /** Publishes files as a module; answers its lines in a go.sum. */
  publish(module: string, version: string, files: Readonly<Record<string, string>>): string
  /** From now on requests are left without an answer; resolves when one comes. */
  hang(): Promise<void>
}

/** Serves what is published on loopback. */
export async function openGoProxy(): Promise<GoProxy> {
  const served = new Map<string, string | Uint8Array>()
  const asked: string[] = []
  let hanging: (() => void) | undefined
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    if (hanging !== undefined) return hanging()
    const content = served.get(path)
    response.writeHead(content === undefined ? 404 : 200)
    response.end(content)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    publish: (module, version, files) => {
      const goMod = `module ${module}\n\ngo 1.22\n`
      const all = Object.fromEntries(
        Object.entries({ 'go.mod': goMod, ...files }).map(([path, text]) => [`${module}@${version}/${path}`, text]),
      )
      const base = `/${module}/@v/${version}`
      served.set(`${base}.info`, JSON.stringify({ Version: version, Time: '2020-01-01T00:00:00Z' }))
      served.set(`${base}.mod`, goMod)
      served.set(`${base}.zip`, zipOf(all))
      return `${module} ${version} ${sumOf(all)}\n${module} ${version}/go.mod ${sumOf({ 'go.mod': goMod })}\n`
    },
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

/** The digest `h1` of a tree of files (golang.org/x/mod/sumdb/dirhash). */
function sumOf(files: Readonly<Record<string, string>>): string {
  const lines = Object.keys(files)
    .sort()
    .map(path => `${createHash('sha256').update(files[path]!).digest('hex')}  ${path}\n`)
  return `h1:${createHash('sha256').update(lines.join('')).digest('base64')}`
}
