import { join } from 'node:path'
import type { Runtime } from '../../../../contract/functions.ts'
import type { TargetBuilds } from '../../../domain/targetBuilds.ts'
import { createSharedScan } from '../../../platform/processTable.ts'
import { type AssembledFolders, createAssembledFolders } from './assembledFolders.ts'
import { createBuiltFolders } from './builtFolders.ts'
import { createDependencyBuilder } from './dependencies/dependencyBuilder.ts'
import { createDependencyCache } from './dependencies/dependencyCache.ts'
import { createTargetPackages } from './dependencies/targetPackages.ts'
import type { Installer } from './dependencies/installer.ts'
import { createNpmInstaller } from './dependencies/npmInstaller.ts'
import { createPipInstaller } from './dependencies/pipInstaller.ts'
import { createToolRunner } from './dependencies/runTool.ts'
import type { FunctionSandboxing } from './functionSandboxing.ts'
import { createGoBuilder, type GoBuilder } from './goBuilder.ts'
import type { Interpreters } from './interpreters.ts'
import type { LocalFunctionsDeps } from './localFunctionsHost.ts'
import type { SourceBuilder } from './sourceBuilder.ts'
import { createTargetBuilds } from './targetBuilds.ts'

/** The builders of all languages. */
export interface Builders extends Pick<SourceBuilder, 'keepOnly' | 'remove' | 'stop'> {
  of(runtime: Runtime): SourceBuilder
  readonly goLauncher: GoBuilder['launcher']
  /** For other machines than this one. */
  readonly targets: TargetBuilds
  readonly assemble: AssembledFolders['assemble']
}

/** What builders need of the gateway. */
export type BuildersDeps = Pick<
  LocalFunctionsDeps,
  'dataFolder' | 'cacheFolder' | 'runtimesFolder' | 'environment' | 'homeId' | 'newId' | 'clock'
>

/** Builders that keep what they make in the data folder. */
export function createBuilders(
  deps: BuildersDeps,
  { sandboxes, surroundings }: Pick<FunctionSandboxing, 'sandboxes' | 'surroundings'>,
  interpreters: Pick<Interpreters, 'find'>,
): Builders {
  const { dataFolder, newId, clock } = deps
  const cacheFolder = deps.cacheFolder ?? join(dataFolder, 'cache')
  const run = createToolRunner({ ...deps, sandboxes })
  const go = createGoBuilder({
    ...deps,
    find: () => interpreters.find('go'),
    cacheFolder: join(cacheFolder, 'go-build'),
    buildsFolder: join(dataFolder, 'builds'),
    moduleFolder: join(deps.runtimesFolder, 'go'),
    scan: createSharedScan(),
  })
  const installing = (runtime: Runtime, installer: Installer) => {
    const find = (version?: string) => interpreters.find(runtime, version)
    const cache = createDependencyCache(join(dataFolder, 'dependencies', runtime), newId, clock.now)
    const usesFolder = join(dataFolder, 'dependencies', `${runtime}-uses`)
    return {
      here: createDependencyBuilder({ installer, find, cache, usesFolder }),
      elsewhere: createTargetPackages({ installer, find, cache }),
    }
  }
  const tools = { ...deps, run, surroundings }
  const node = installing('node', createNpmInstaller({ ...tools, cacheFolder: join(cacheFolder, 'npm') }))
  const python = installing('python', createPipInstaller({ ...tools, cacheFolder: join(cacheFolder, 'pip') }))
  const builders: Readonly<Record<Runtime, SourceBuilder>> = { go, node: node.here, python: python.here }
  const targets = createBuiltFolders(join(dataFolder, 'targets'), newId)
  const each = async (work: (builder: SourceBuilder) => Promise<void>) => {
    await Promise.all(Object.values(builders).map(work))
  }
  const assembled = createAssembledFolders(join(dataFolder, 'assembled'), newId)
  return {
    of: runtime => builders[runtime],
    goLauncher: go.launcher,
    targets: createTargetBuilds({
      packages: { node: node.elsewhere, python: python.elsewhere },
      programs: go.programs,
      scratch: targets.scratch,
    }),
    assemble: assembled.assemble,
    keepOnly: async digests => {
      await each(builder => builder.keepOnly(digests))
      await assembled.keepOnly(digests)
      await targets.keepOnly(() => false)
    },
    remove: async digest => {
      await each(builder => builder.remove(digest))
      await assembled.remove(digest)
    },
    stop: () => each(builder => builder.stop()),
  }
}
