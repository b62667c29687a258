import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { writeCanonicalTar } from '../../src/base/canonicalTar.ts'
import { openPackageServer, type PackageServer, servedFrom } from './packageServer.ts'
import { zipOf } from './zipOf.ts'

/** An index of packages of Python (PEP 503) on this machine. */
export interface PythonIndex extends PackageServer {
  /** A line of a requirements.txt that makes pip use it. */
  readonly option: string
  /** Publishes modules as a wheel, of any machine or by its tag; answers its digest as a requirements.txt names it. */
  publish(name: string, version: string, files: Readonly<Record<string, string>>, tag?: string): string
  /** Publishes a source that has to be built. */
  publishSource(name: string, version: string, files: Readonly<Record<string, string>>): void
}

/** Serves what is published on loopback. */
export async function openPythonIndex(): Promise<PythonIndex> {
  const files = new Map<string, Uint8Array>()
  const links = new Map<string, string[]>()
  const server = await openPackageServer(path => {
    const page = links.get(/^\/simple\/([^/]+)\/$/.exec(path)?.[1] ?? '')
    return page === undefined ? servedFrom(files)(path) : { content: page.join('\n'), type: 'text/html' }
  })
  const { origin } = server
  const add = (name: string, file: string, content: Uint8Array) => {
    files.set(`/files/${file}`, content)
    links.set(name, [...(links.get(name) ?? []), `<a href="${origin}/files/${file}">${file}</a>`])
  }
  return {
    ...server,
    option: `--index-url ${origin}/simple\n`,
    publish: (name, version, modules, tag = 'py3-none-any') => {
      const info = `${name}-${version}.dist-info`
      const all = {
        ...modules,
        [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
        [`${info}/WHEEL`]: `Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: ${tag}\n`,
      }
      const record = [...Object.keys(all), `${info}/RECORD`].map(path => `${path},,\n`).join('')
      const wheel = zipOf({ ...all, [`${info}/RECORD`]: record })
      add(name, `${name}-${version}-${tag}.whl`, wheel)
      return `sha256:${createHash('sha256').update(wheel).digest('hex')}`
    },
    publishSource: (name, version, sources) => {
      const all = { 'PKG-INFO': `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`, ...sources }
      const entries = Object.entries(all).map(([path, text]) => ({
        path: `${name}-${version}/${path}`,
        executable: false,
        data: Buffer.from(text),
      }))
      add(name, `${name}-${version}.tar.gz`, gzipSync(writeCanonicalTar(entries)))
    },
  }
}
