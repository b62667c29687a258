import { lstatSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/** A part of the system that every sandbox sees, read-only. */
export type SystemPart =
  | { readonly kind: 'files'; readonly path: string }
  | { readonly kind: 'link'; readonly path: string; readonly to: string }

/** Folders of programs and libraries; on most systems all but /usr are links into it. */
const programs = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32']

/** What programs need of /etc; nothing that names the machine or its users, no keys. */
const settings = [
  '/etc/alternatives',
  '/etc/ca-certificates.conf',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/localtime',
  '/etc/mime.types',
  '/etc/pki/ca-trust/extracted',
  '/etc/pki/tls/certs',
  '/etc/ssl/certs',
  '/etc/ssl/openssl.cnf',
]

/** What finding a host by its name needs. */
const nameResolution = ['/etc/gai.conf', '/etc/host.conf', '/etc/hosts', '/etc/resolv.conf', '/etc/services']

/** The parts of this system that are there. */
export function systemParts(network: 'full' | 'none' | 'allowlist'): readonly SystemPart[] {
  const paths = [...programs, ...settings, ...(network === 'full' ? nameResolution : [])]
  return paths.flatMap(path => partAt(path) ?? [])
}

/** Made for a sandbox: a user, a host and how to look them up. */
export const ownSettings = ['passwd', 'group', 'nsswitch.conf', 'hosts'] as const

/** Where the files of {@link ownSettings} are; /etc/hosts is the machine's own when the network is. */
export const ownSettingsOf = (folder: string, network: 'full' | 'none' | 'allowlist') =>
  ownSettings
    .filter(name => name !== 'hosts' || network !== 'full')
    .map(name => ({ from: join(folder, 'etc', name), to: `/etc/${name}` }))

function partAt(path: string): SystemPart | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return undefined
  if (found.isSymbolicLink() && programs.includes(path)) return { kind: 'link', path, to: readlinkSync(path) }
  return { kind: 'files', path }
}
