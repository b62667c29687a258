import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { writeCanonicalTar } from '../../src/base/canonicalTar.ts'
import { openPackageServer, type PackageServer, servedFrom } from './packageServer.ts'

/** A registry of packages of JavaScript on this machine. */
export interface NpmRegistry extends PackageServer {
  /** Publishes files as a package; answers its entry in a lock file. */
  publish(name: string, version: string, files: Readonly<Record<string, string>>): LockEntry
}

/** What a lock file says of a package. */
export interface LockEntry {
  readonly version: string
  readonly resolved: string
  readonly integrity: string
}

/** Serves what is published on loopback. */
export async function openNpmRegistry(): Promise<NpmRegistry> {
  const served = new Map<string, string | Uint8Array>()
  const versions = new Map<string, Record<string, object>>()
  const server = await openPackageServer(servedFrom(served))
  const { origin } = server
  return {
    ...server,
    publish: (name, version, files) => {
      const all = { 'package.json': JSON.stringify({ name, version, main: 'index.js' }), ...files }
      const entries = Object.entries(all).map(([path, text]) => ({
        path: `package/${path}`,
        executable: false,
        data: Buffer.from(text),
      }))
      const tarball = gzipSync(writeCanonicalTar(entries))
      const path = `/${name}/-/${name}-${version}.tgz`
      served.set(path, tarball)
      const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
      const dist = { tarball: origin + path, integrity }
      const known = { ...versions.get(name), [version]: { name, version, dist } }
      versions.set(name, known)
      served.set(`/${name}`, JSON.stringify({ name, 'dist-tags': { latest: version }, versions: known }))
      return { version, resolved: origin + path, integrity }
    },
  }
}

/** The package.json and package-lock.json of a function that needs these packages. */
export function npmFiles(
  packages: Readonly<Record<string, LockEntry>>,
  development: Readonly<Record<string, LockEntry>> = {},
): Readonly<Record<string, string>> {
  const versions = (of: Readonly<Record<string, LockEntry>>) =>
    Object.fromEntries(Object.entries(of).map(([name, { version }]) => [name, version]))
  const manifest = { dependencies: versions(packages), devDependencies: versions(development) }
  const lock = {
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': manifest,
      ...Object.fromEntries(Object.entries(packages).map(([name, entry]) => [`node_modules/${name}`, entry])),
      ...Object.fromEntries(
        Object.entries(development).map(([name, entry]) => [`node_modules/${name}`, { ...entry, dev: true }]),
      ),
    },
  }
  return { 'package.json': JSON.stringify(manifest), 'package-lock.json': JSON.stringify(lock) }
}
