import { createHash } from 'node:crypto'
import { openPackageServer, type PackageServer, servedFrom } from './packageServer.ts'
import { zipOf } from './zipOf.ts'

/** A proxy of modules of Go (`go help goproxy`) on this machine. */
export interface GoProxy extends PackageServer {
  /** Publishes files as a module; answers its lines in a go.sum. */
  publish(module: string, version: string, files: Readonly<Record<string, string>>): string
}

/** Serves what is published on loopback. */
export async function openGoProxy(): Promise<GoProxy> {
  const served = new Map<string, string | Uint8Array>()
  const server = await openPackageServer(servedFrom(served))
  return {
    ...server,
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
  }
}

/** The digest `h1` of a tree of files (golang.org/x/mod/sumdb/dirhash). */
function sumOf(files: Readonly<Record<string, string>>): string {
  const lines = Object.keys(files)
    .sort()
    .map(path => `${createHash('sha256').update(files[path]!).digest('hex')}  ${path}\n`)
  return `h1:${createHash('sha256').update(lines.join('')).digest('base64')}`
}
