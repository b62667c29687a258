import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { FunctionNetwork } from '../../../../../contract/functions.ts'
import { HksError } from '../../../../../contract/errors.ts'
import { ifThere } from '../../../../platform/ifThere.ts'
import { createBuiltFolders } from '../builtFolders.ts'
import { exists } from '../codeStore.ts'
import type { Interpreter } from '../interpreters.ts'
import { linkTree } from '../linkTree.ts'
import type { SourceBuilder } from '../sourceBuilder.ts'
import type { DependencyCache } from './dependencyCache.ts'
import type { Declared, Installer } from './installer.ts'

/** What building needs. */
export interface DependencyBuilderOptions {
  readonly installer: Installer
  readonly find: (version?: string) => Promise<Interpreter>
  readonly cache: DependencyCache
  /** Folder for sources with their packages; other builders may have theirs in it. */
  readonly buildsFolder: string
  readonly newId: () => string
}

/** To be raised when entries of before are not to be used any more. */
const formatOfEntries = '1'
const keyLength = 32

/**
 * Puts the packages that a source declares beside its files. Both are linked into a folder named by source and packages; a
 * source that declares nothing is loaded from where it is.
 */
export function createDependencyBuilder(options: DependencyBuilderOptions): SourceBuilder {
  const { installer, cache, buildsFolder } = options
  const builds = createBuiltFolders(buildsFolder, options.newId)
  /** What a source declares never changes. */
  const declaredBy = new Map<string, Promise<Declared | undefined>>()

  const declaredIn = (digest: string, folder: string): Promise<Declared | undefined> => {
    const known = declaredBy.get(digest)
    if (known) return known
    const reading = installer.read(folder)
    declaredBy.set(digest, reading)
    reading.catch(() => declaredBy.delete(digest))
    return reading
  }
  const keyOf = (declared: Declared, { version }: Interpreter): string => {
    const abi = version.split('.').slice(0, installer.decisiveVersionParts).join('.')
    const parts = [formatOfEntries, installer.place, abi, process.platform, process.arch, ...declared.identity]
    return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, keyLength)
  }
  const keysInUse = async (): Promise<ReadonlySet<string>> => {
    const names = (await ifThere(readdir(buildsFolder))) ?? []
    return new Set(names.map(name => name.slice(name.indexOf('-') + 1)))
  }
  const forget = (isKept: (digest: string) => boolean) => {
    for (const digest of declaredBy.keys()) if (!isKept(digest)) declaredBy.delete(digest)
  }
  return {
    build: async ({ digest, folder, network, runtimeVersion }, signal, tell) => {
      const declared = await declaredIn(digest, folder)
      if (declared === undefined) return folder
      if (declared.runsPrograms !== undefined && network !== 'full') throw reachesMore(declared.runsPrograms, network)
      const interpreter = await options.find(runtimeVersion)
      const key = keyOf(declared, interpreter)
      const name = `${digest}-${key}`
      const target = builds.path(name)
      if (await exists(target)) return target
      let isNew = false
      const install = (staged: string) => {
        isNew = true
        tell.progress({
          phase: 'installing',
          ...(declared.total !== undefined && { completed: 0, total: declared.total }),
        })
        return installer.install({ folder, declared, interpreter }, staged, signal, tell)
      }
      await cache.with(key, signal, install, packages =>
        builds.once(name, signal, async staged => {
          const built = join(staged, 'folder')
          await linkTree(folder, built)
          await linkTree(packages, join(built, installer.place))
          return built
        }),
      )
      if (isNew) {
        const used = await keysInUse()
        await cache.prune(one => used.has(one))
      }
      return target
    },
    keepOnly: async digests => {
      forget(digest => digests.has(digest))
      await builds.keepOnly(name => digests.has(name.split('-')[0]!))
      const used = await keysInUse()
      await cache.clean(one => used.has(one))
    },
    remove: async digest => {
      forget(one => one !== digest)
      await builds.keepOnly(name => !name.startsWith(`${digest}-`))
    },
    warm: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  }
}

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
