import { join } from 'node:path'
import type { Runtime } from '../../../../contract/functions.ts'
import { createSharedScan } from '../../../platform/processTable.ts'
import { type AssembledFolders, createAssembledFolders } from './assembledFolders.ts'
import { createDependencyBuilder } from './dependencies/dependencyBuilder.ts'
import { createDependencyCache } from './dependencies/dependencyCache.ts'
import type { Installer } from './dependencies/installer.ts'
import { createNpmInstaller } from './dependencies/npmInstaller.ts'
import { createPipInstaller } from './dependencies/pipInstaller.ts'
import { createToolRunner } from './dependencies/runTool.ts'
import type { FunctionSandboxing } from './functionSandboxing.ts'
import { createGoBuilder, type GoBuilder } from './goBuilder.ts'
import type { Interpreters } from './interpreters.ts'
import type { LocalFunctionsDeps } from './localFunctionsHost.ts'
import type { SourceBuilder } from './sourceBuilder.ts'

/** The builders of all languages. */
export interface Builders extends Pick<SourceBuilder, 'keepOnly' | 'remove' | 'stop'> {
  of(runtime: Runtime): SourceBuilder
  readonly goLauncher: GoBuilder['launcher']
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
  const installing = (runtime: Runtime, installer: Installer) =>
    createDependencyBuilder({
      installer,
      find: version => interpreters.find(runtime, version),
      cache: createDependencyCache(join(dataFolder, 'dependencies', runtime), newId, clock.now),
      usesFolder: join(dataFolder, 'dependencies', `${runtime}-uses`),
    })
  const tools = { ...deps, run, surroundings }
  const builders: Readonly<Record<Runtime, SourceBuilder>> = {
    go,
    node: installing('node', createNpmInstaller({ ...tools, cacheFolder: join(cacheFolder, 'npm') })),
    python: installing('python', createPipInstaller({ ...tools, cacheFolder: join(cacheFolder, 'pip') })),
  }
  const each = async (work: (builder: SourceBuilder) => Promise<void>) => {
    await Promise.all(Object.values(builders).map(work))
  }
  const assembled = createAssembledFolders(join(dataFolder, 'assembled'), newId)
  return {
    of: runtime => builders[runtime],
    goLauncher: go.launcher,
    assemble: assembled.assemble,
    keepOnly: async digests => {
      await each(builder => builder.keepOnly(digests))
      await assembled.keepOnly(digests)
    },
    remove: async digest => {
      await each(builder => builder.remove(digest))
      await assembled.remove(digest)
    },
    stop: () => each(builder => builder.stop()),
  }
}
