import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ifThere } from '../../../../platform/ifThere.ts'

/**
 * What an installer gets of the settings of the user and the machine: which registry to use and how to reach it, never who
 * the user is. Programs of packages may read it.
 */
export interface RegistrySettings {
  /** By name; a value that is a list has spaces in it. */
  readonly values: ReadonlyMap<string, string>
  /** The file of certificates that says whom to trust, if one is named or the system has one. */
  readonly certificates: string | undefined
}

const npmNames = /^(?:registry|@[^:\s]+:registry|proxy|https-proxy|noproxy|strict-ssl|cafile)$/
const pipNames = /^(?:index-url|extra-index-url|trusted-host|proxy|cert)$/
/** Where pip looks in the home folder, the last word last. */
const pipFiles = ['.pip/pip.conf', '.config/pip/pip.conf', 'Library/Application Support/pip/pip.conf']
/** The system's own list of whom to trust: Debian and Arch, Fedora, Alpine and macOS. It has the certificates of proxies. */
const systemCertificates = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/cert.pem',
]

/** Of npm: of its installation below `prefix`, and of the user. */
export const npmSettings = (prefix: string, homeFolder: string | undefined): Promise<RegistrySettings> =>
  readSettings([join(prefix, 'etc/npmrc'), ...inHome(homeFolder, ['.npmrc'])], npmNames, 'cafile')

/** Of pip: of the machine, and of the user. */
export const pipSettings = (homeFolder: string | undefined): Promise<RegistrySettings> =>
  readSettings(['/etc/pip.conf', ...inHome(homeFolder, pipFiles)], pipNames, 'cert')

async function readSettings(files: readonly string[], names: RegExp, certificates: string): Promise<RegistrySettings> {
  const values = new Map<string, string>()
  for (const file of files) {
    for (const [name, value] of linesOf(await ifThere(readFile(file, 'utf8')))) {
      if (names.test(name) && !holdsLogin(value)) values.set(name, value)
    }
  }
  const named = values.get(certificates)
  values.delete(certificates)
  return { values, certificates: [...(named === undefined ? [] : [named]), ...systemCertificates].find(existsSync) }
}

const inHome = (homeFolder: string | undefined, names: readonly string[]): readonly string[] =>
  homeFolder === undefined ? [] : names.map(name => join(homeFolder, name))

function linesOf(text = ''): readonly (readonly [string, string])[] {
  return text.split(/\r?\n/).flatMap(line => {
    const [, name, value] = /^\s*([^#;=\s][^=]*?)\s*=\s*"?(.*?)"?\s*$/.exec(line) ?? []
    return name === undefined || value === undefined ? [] : [[name, value] as const]
  })
}

/** `https://user:password@host`, or a variable whose value nobody here knows. */
const holdsLogin = (value: string): boolean => /\/\/[^/\s]*@|\$\{/.test(value)
