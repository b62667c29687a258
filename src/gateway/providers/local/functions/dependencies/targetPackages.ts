import { createHash } from 'node:crypto'
import { HksError } from '../../../../../contract/errors.ts'
import type { TargetParts, TargetSource, TargetTeller } from '../../../../domain/targetBuilds.ts'
import type { Interpreter } from '../interpreters.ts'
import type { DependencyCache } from './dependencyCache.ts'
import type { Installer, InstallTarget } from './installer.ts'

/** What installing for other machines needs. */
export interface TargetPackagesOptions {
  readonly installer: Installer
  /** Any version will do: it runs the tool alone. */
  readonly find: () => Promise<Interpreter>
  /** Of the packages of the language; those of other machines are beside those of this one. */
  readonly cache: DependencyCache
}

/** Lends the packages that a source declares. */
export type TargetPackages = <T>(
  source: Pick<TargetSource, 'runtime' | 'platform' | 'runtimeVersion'> & { readonly folder: string },
  signal: AbortSignal,
  tell: TargetTeller,
  use: (parts: TargetParts | undefined) => Promise<T>,
) => Promise<T>

/** To be raised when entries of before are not to be used any more. */
const formatOfEntries = 'target-1'
const keyLength = 32

/** Installs what a source declares, once for all that declare the same for the same machine. Nothing of it is run. */
export function createTargetPackages({ installer, find, cache }: TargetPackagesOptions): TargetPackages {
  return async ({ folder, runtime, platform, runtimeVersion }, signal, tell, use) => {
    const declared = await installer.read(folder)
    if (declared === undefined) return use(undefined)
    if (declared.runsPrograms !== undefined) throw builtHere(declared.runsPrograms, platform)
    const parts = runtimeVersion?.split('.').slice(0, installer.decisiveVersionParts) ?? []
    if (parts.length < installer.decisiveVersionParts) throw withoutVersion(runtime, runtimeVersion)
    const target: InstallTarget = { platform, version: parts.join('.') }
    const decisive = [formatOfEntries, installer.place, target.version, platform, ...declared.identity]
    const key = createHash('sha256').update(JSON.stringify(decisive)).digest('hex').slice(0, keyLength)
    const interpreter = await find()
    const install = (staged: string) => {
      tell.progress({ phase: 'installing' })
      return installer.install({ folder, declared, interpreter, target }, staged, signal, tell)
    }
    return cache.with(key, signal, install, packages => use({ folder: packages, place: installer.place }))
  }
}

const builtHere = (why: string, platform: string) =>
  new HksError('INVALID_SOURCE', `source: ${why}: its programs would run here, and the result is for ${platform}.`, {
    details: { field: 'source', platform },
    hint: 'Use packages that are ready-made (wheels, or packages of a registry), or an image of your own.',
  })

const withoutVersion = (runtime: string, said: string | undefined) =>
  new HksError('INVALID_REQUEST', `runtimeVersion: which ${runtime} the packages are for is not known.`, {
    details: { field: 'runtimeVersion', ...(said !== undefined && { value: said }) },
    hint: 'Name an image whose tag or variables say it, such as python:3.14-slim, or runtimeVersion in function.yaml.',
  })
