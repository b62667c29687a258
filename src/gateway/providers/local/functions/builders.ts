import { join } from 'node:path'
import type { Runtime } from '../../../../contract/functions.ts'
import { createSharedScan } from '../../../platform/processTable.ts'
import { createGoBuilder, type GoBuilder } from './goBuilder.ts'
import type { Interpreter } from './interpreters.ts'
import type { LocalFunctionsDeps } from './localFunctionsHost.ts'
import type { SourceBuilder } from './sourceBuilder.ts'

/** The builders of those languages that have one. */
export interface Builders extends Pick<SourceBuilder, 'keepOnly' | 'remove' | 'stop'> {
  /** `undefined` for a language whose runtime loads the source itself. */
  of(runtime: Runtime): SourceBuilder | undefined
  readonly goLauncher: GoBuilder['launcher']
}

/** Builders that keep what they make in the data folder. */
export function createBuilders(
  deps: Pick<LocalFunctionsDeps, 'dataFolder' | 'cacheFolder' | 'runtimesFolder' | 'environment' | 'homeId' | 'newId'>,
  findGo: () => Promise<Interpreter>,
): Builders {
  const go = createGoBuilder({
    ...deps,
    find: findGo,
    cacheFolder: join(deps.cacheFolder ?? join(deps.dataFolder, 'cache'), 'go-build'),
    buildsFolder: join(deps.dataFolder, 'builds'),
    moduleFolder: join(deps.runtimesFolder, 'go'),
    scan: createSharedScan(),
  })
  const builders: Partial<Record<Runtime, SourceBuilder>> = { go }
  return {
    of: runtime => builders[runtime],
    goLauncher: go.launcher,
    keepOnly: go.keepOnly,
    remove: go.remove,
    stop: go.stop,
  }
}
