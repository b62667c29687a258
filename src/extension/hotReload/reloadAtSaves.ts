import type { GatewayClient } from '../../client/gatewayClient.ts'
import { createHotReload, type Reload } from '../../client/hotReload.ts'
import type { HksError } from '../../contract/errors.ts'
import { placedError, type ReadSource, readSource, type SourcePlace } from '../../scaffold/sourcePlace.ts'
import { watchSource } from '../../scaffold/watchSource.ts'

/** A function and where its source lies. */
export interface ReloadedFunction {
  readonly functionId: string
  readonly projectId: string
  readonly name: string
  readonly place: SourcePlace
}

/** Whom it tells. */
export interface ReloadListener {
  /** What became of a save; the file of an error has its path on this machine. */
  readonly onReload: (reload: Reload) => void
  /** The source can not be watched any more. */
  readonly onEnd: (error: HksError) => void
}

/** The reloading of one function. */
export interface Reloading {
  /** Deploys the source as it is now. */
  deploy(): void
  /** Ends it; a deployment under way is cancelled. Nothing is told any more. */
  stop(): Promise<void>
}

/** Deploys a function at each save of its source. @throws HksError NOT_FOUND, UNSUPPORTED_PLATFORM */
export async function reloadAtSaves(
  { projectId, name, place }: ReloadedFunction,
  connect: () => Promise<GatewayClient>,
  { onReload, onEnd }: ReloadListener,
): Promise<Reloading> {
  let tried: ReadSource | undefined
  const reload = createHotReload({
    projectId,
    connect,
    read: async signal => {
      tried = await readSource(place, signal)
      const { settings, source } = tried
      return { ...settings, name, ...(source !== undefined && { source }) }
    },
    onReload: done => {
      onReload(done.kind === 'refused' ? { ...done, error: placedError(done.error, { ...place, ...tried }) } : done)
    },
  })
  const watch = await watchSource(place, { onChange: reload.changed, onEnd })
  return {
    deploy: reload.again,
    stop: async () => {
      watch[Symbol.dispose]()
      await reload.stop()
    },
  }
}
