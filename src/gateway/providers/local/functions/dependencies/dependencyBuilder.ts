import { createHash } from 'node:crypto'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { FunctionNetwork } from '../../../../../contract/functions.ts'
import { HksError } from '../../../../../contract/errors.ts'
import { ifThere } from '../../../../platform/ifThere.ts'
import { removeFolder } from '../codeStore.ts'
import type { Interpreter } from '../interpreters.ts'
import type { SourceBuilder } from '../sourceBuilder.ts'
import type { DependencyCache } from './dependencyCache.ts'
import type { Declared, Installer } from './installer.ts'

/** What building needs. */
export interface DependencyBuilderOptions {
  readonly installer: Installer
  readonly find: (version?: string) => Promise<Interpreter>
  readonly cache: DependencyCache
  /** Folder in which an empty folder says for a source which entry of the cache it uses; nothing else is in it. */
  readonly usesFolder: string
}

/** To be raised when entries of before are not to be used any more. */
const formatOfEntries = '1'
const keyLength = 32

/** Has the packages that sources declare, installed once for all sources that declare the same. */
export function createDependencyBuilder(options: DependencyBuilderOptions): SourceBuilder {
  const { installer, cache, usesFolder } = options
  /** What a source declares never changes. A lock file may be long: its digest is remembered. */
  const declaredBy = new Map<string, Promise<Declared | undefined>>()

  const declaredIn = (digest: string, folder: string): Promise<Declared | undefined> => {
    const known = declaredBy.get(digest)
    if (known) return known
    const reading = installer
      .read(folder)
      .then(declared => declared && { ...declared, identity: [digestOf(declared.identity)] })
    declaredBy.set(digest, reading)
    reading.catch(() => declaredBy.delete(digest))
    return reading
  }
  const keyOf = (declared: Declared, { version }: Interpreter): string => {
    const abi = version.split('.').slice(0, installer.decisiveVersionParts).join('.')
    const parts = [formatOfEntries, installer.place, abi, process.platform, process.arch, ...declared.identity]
    return digestOf(parts).slice(0, keyLength)
  }
  const keysInUse = async (): Promise<ReadonlySet<string>> => {
    const names = (await ifThere(readdir(usesFolder))) ?? []
    return new Set(names.map(name => name.slice(name.indexOf('-') + 1)))
  }
  const removeUses = async (isGone: (digest: string) => boolean) => {
    for (const name of (await ifThere(readdir(usesFolder))) ?? []) {
      if (isGone(name.slice(0, name.indexOf('-')))) await removeFolder(join(usesFolder, name))
    }
  }
  const forget = (isKept: (digest: string) => boolean) => {
    for (const digest of declaredBy.keys()) if (!isKept(digest)) declaredBy.delete(digest)
  }
  return {
    build: async ({ digest, folder, network, runtimeVersion }, signal, tell) => {
      const declared = await declaredIn(digest, folder)
      if (declared === undefined) return { folder }
      if (declared.runsPrograms !== undefined && network !== 'full') throw reachesMore(declared.runsPrograms, network)
      const interpreter = await options.find(runtimeVersion)
      const key = keyOf(declared, interpreter)
      const name = `${digest}-${key}`
      let isNew = false
      const install = (staged: string) => {
        isNew = true
        const { total } = declared
        tell.progress({ phase: 'installing', ...(total !== undefined && { completed: 0, total }) })
        return installer.install({ folder, declared, interpreter }, staged, signal, tell)
      }
      const packages = await cache.with(key, signal, install, async found => {
        await mkdir(join(usesFolder, name), { recursive: true })
        return found
      })
      if (isNew) {
        const used = await keysInUse()
        await cache.prune(one => used.has(one))
      }
      return { folder, packages: { folder: packages, place: installer.place, name } }
    },
    keepOnly: async digests => {
      forget(digest => digests.has(digest))
      await removeUses(digest => !digests.has(digest))
      const used = await keysInUse()
      await cache.clean(one => used.has(one))
    },
    remove: async digest => {
      forget(one => one !== digest)
      await removeUses(one => one === digest)
    },
    warm: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  }
}

const digestOf = (parts: readonly string[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex')

/** Such programs have the network that installing needs; the function was promised to have less. */
const reachesMore = (why: string, network: FunctionNetwork) =>
  new HksError(
    'INVALID_SOURCE',
    `source: ${why}: programs of packages would have more than the network "${network}".`,
    {
      details: { field: 'source', network },
      hint: 'Deploy it with network: full, or without that.',
    },
  )
