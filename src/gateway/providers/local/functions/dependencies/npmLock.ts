import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HksError } from '../../../../../contract/errors.ts'
import { exists } from '../codeStore.ts'
import { ifThere } from '../../../../platform/ifThere.ts'
import type { Declared } from './installer.ts'

/** The file that says which packages are installed; the first of these that is there, as npm does it. */
export const lockFiles = ['npm-shrinkwrap.json', 'package-lock.json'] as const

/** What of a package.json decides which packages are installed. */
const decisive = [
  ...['dependencies', 'optionalDependencies', 'peerDependencies', 'peerDependenciesMeta', 'bundleDependencies'],
  ...['bundledDependencies', 'devDependencies', 'overrides', 'workspaces'],
]

/**
 * What a source in JavaScript declares: nothing without dependencies in its package.json, and nothing when it brings its
 * node_modules with it.
 * @throws HksError INVALID_SOURCE without a lock file, or when one of the files is not JSON
 */
export async function readNpmDeclared(folder: string): Promise<Declared | undefined> {
  const manifest = await readObject(folder, 'package.json')
  if (manifest === undefined || (await exists(join(folder, 'node_modules')))) return undefined
  const names = ['dependencies', 'optionalDependencies'].flatMap(field => Object.keys(objectOf(manifest[field])))
  if (names.length === 0 && manifest['workspaces'] === undefined) return undefined
  const lock = await readLock(folder)
  if (lock === undefined) throw withoutLock(names)
  const required = Object.keys(objectOf(manifest['dependencies']))
  const missing = required.filter(
    name => !(name in objectOf(manifest['optionalDependencies'])) && !isLocked(lock, name),
  )
  if (missing.length > 0) throw outdated(await lockFileOf(folder), missing)
  const settings = (await ifThere(readFile(join(folder, '.npmrc'), 'utf8'))) ?? ''
  const facts = decisive.map(field => manifest[field] ?? null)
  const runsPrograms = programsOf(manifest, lock, settings)
  return {
    identity: [JSON.stringify(facts), JSON.stringify(lock), settings],
    ...(runsPrograms !== undefined && { runsPrograms }),
    ...packagesOf(lock),
  }
}

/** Which lock file a source has. */
export async function lockFileOf(folder: string): Promise<string> {
  for (const name of lockFiles) if (await exists(join(folder, name))) return name
  return lockFiles[1]
}

async function readLock(folder: string): Promise<Record<string, unknown> | undefined> {
  for (const name of lockFiles) {
    const found = await readObject(folder, name)
    if (found !== undefined) return found
  }
  return undefined
}

async function readObject(folder: string, file: string): Promise<Record<string, unknown> | undefined> {
  const text = await ifThere(readFile(join(folder, file), 'utf8'))
  if (text === undefined) return undefined
  try {
    const value = JSON.parse(text.replace(/^\uFEFF/, '')) as unknown
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
    throw new SyntaxError('it holds no object')
  } catch (cause) {
    throw new HksError('INVALID_SOURCE', `source: ${file}: ${(cause as Error).message}`, {
      details: { field: 'source', file },
      hint: 'Nothing was replaced. Correct the file and deploy again.',
      cause,
    })
  }
}

/** Npm would look for what is missing in the registry before it says so. */
const isLocked = ({ packages, dependencies }: Record<string, unknown>, name: string): boolean =>
  packages === undefined ? name in objectOf(dependencies) : `node_modules/${name}` in objectOf(packages)

const outdated = (file: string, missing: readonly string[]) =>
  new HksError('INVALID_SOURCE', `source: ${file} does not have ${missing.join(', ')}, which package.json names.`, {
    details: { field: 'source', file, reason: 'outdated', missing },
    hint: 'Run "npm install" in the folder of the function, then deploy again.',
  })

/** Without a lock file the same source would get other packages every day. */
const withoutLock = (names: readonly string[]) =>
  new HksError(
    'INVALID_SOURCE',
    `source: package.json names packages (${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}), but there is no package-lock.json that says which versions.`,
    {
      details: { field: 'source', file: 'package.json', missing: 'package-lock.json' },
      hint: 'Run "npm install" in the folder of the function, keep the package-lock.json that it writes, and deploy again. Lock files of yarn and pnpm are not read.',
    },
  )

/** Settings of a project by which npm finds packages and no program is started. */
const plainSettings =
  /^(?:registry|@[\w.-]+:registry|\/\/[\w./:-]+:[\w-]+|proxy|https-proxy|noproxy|strict-ssl|ca|cafile|legacy-peer-deps|engine-strict|save-exact|save-prefix|package-lock|fund|audit|omit|include|loglevel|update-notifier)\s*=|^ignore-scripts\s*=\s*true$/
/** Hosts whose addresses npm takes for repositories. */
const repositoryHosts = /(?:^|\.)(?:github\.com|gitlab\.com|bitbucket\.org|git\.sr\.ht)$/

/** Why npm may start programs: by a setting, or to prepare what it takes from a repository, also without scripts of packages. */
function programsOf(
  manifest: Record<string, unknown>,
  lock: Record<string, unknown>,
  settings: string,
): string | undefined {
  const setting = settings
    .split(/[\r\n]+/)
    .map(line => line.trim())
    .find(line => line !== '' && !/^[#;]/.test(line) && !plainSettings.test(line))
  // A setting with a secret in it is one of the plain ones.
  if (setting !== undefined) return saidBy(setting)
  const repository = [...placesIn(lock)].find(isRepository)
  if (repository !== undefined) return `the lock file names a git repository, ${repository}`
  // An entry need not say where it comes from.
  const entries = ['packages', 'dependencies'].flatMap(field => Object.values(objectOf(lock[field])).map(objectOf))
  const asked = [manifest, ...entries].flatMap(entry => specFields.flatMap(field => [...textsIn(entry[field])]))
  const spec = asked.find(one => repositorySpec.test(one))
  return spec === undefined ? undefined : `a git repository is asked for, ${spec}`
}

const specFields = [
  'dependencies',
  'optionalDependencies',
  'devDependencies',
  'peerDependencies',
  'requires',
  'overrides',
]
/** `git+ssh://…`, `github:a/b`, `git@host:a/b`, `a/b`, `https://github.com/a/b`, `https://host/a/b.git`. */
const repositorySpec =
  /^(?:git\b|github:|gitlab:|bitbucket:|gist:|[\w.-]+@[\w.-]+:|[\w.-]*[\w-]\/[\w.-]+(?:#|$)|https?:\/\/(?:[\w.-]+\.)?(?:github\.com|gitlab\.com|bitbucket\.org|git\.sr\.ht)\/)|\.git(?:#|$)/

function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value
  else for (const inner of Object.values(objectOf(value))) yield* textsIn(inner)
}

const saidBy = (setting: string): string => `.npmrc says "${setting}"`

/** Whether that is why programs of packages may run: the source says it in so many words. */
export const allowsScripts = (why: string): boolean => /^\.npmrc says "ignore-scripts\s*=\s*false"$/.test(why)

/** Where the entries of a lock file say that their packages come from; not those of the source that are linked. */
function* placesIn(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return
  const { resolved, version, link } = value as Readonly<Record<string, unknown>>
  if (typeof resolved === 'string' && link !== true) yield resolved
  // The first form of the file has it here for what is in no registry.
  if (typeof version === 'string' && /[:/]/.test(version)) yield version
  for (const inner of Object.values(value)) yield* placesIn(inner)
}

/** Neither of a registry nor of the source: `git+ssh://…`, `github:a/b`, `a/b`. */
function isRepository(place: string): boolean {
  const url = URL.parse(place)
  if (url === null) return true
  if (url.protocol === 'file:' || url.protocol === 'npm:') return false
  return !/^https?:$/.test(url.protocol) || repositoryHosts.test(url.hostname) || url.pathname.endsWith('.git')
}

/** How many will be there: those for development and for other systems are not installed. */
function packagesOf(lock: Record<string, unknown>): { readonly total?: number } {
  if (lock['packages'] === undefined) return {}
  const entries = Object.entries(objectOf(lock['packages']))
  const installed = entries.filter(([path, value]) => {
    const { dev, link, os, cpu } = objectOf(value)
    return (
      path.includes('node_modules/') &&
      dev !== true &&
      link !== true &&
      suits(os, process.platform) &&
      suits(cpu, process.arch)
    )
  })
  return { total: installed.length }
}

const suits = (wanted: unknown, here: string): boolean => {
  if (!Array.isArray(wanted)) return true
  const refused = wanted.filter(name => String(name).startsWith('!'))
  return refused.length > 0 ? !refused.includes(`!${here}`) : wanted.includes(here)
}

const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
