import { type Disposable, type Event, EventEmitter, type Memento } from 'vscode'
import { createQueue } from '../../base/queue.ts'
import type { Reload } from '../../client/hotReload.ts'
import { memory } from '../contributions.ts'
import type { GatewaySession } from '../gatewayProcess/gatewaySession.ts'
import { refusalOf } from './refusal.ts'
import type { ReloadedFunction, Reloading } from './reloadAtSaves.ts'

/** A function that is deployed at each save, and how it stands. */
export interface HotReloadState {
  readonly fn: ReloadedFunction
  /** Why the last save was not taken, such as `index.mjs:2`. */
  readonly refusedAt?: string | undefined
}

/** The functions that this window deploys at each save. */
export interface HotReloads extends Disposable {
  readonly functions: ReadonlyMap<string, HotReloadState>
  readonly onDidChange: Event<void>
  /** Deploys the source now and at each save. @throws HksError when it can not be watched */
  start(fn: ReloadedFunction): Promise<void>
  stop(functionId: string): Promise<void>
  /** Goes on with what was on when the window was last open, from the next save on: nothing is deployed unasked. */
  resume(): Promise<void>
}

/** What hot reload needs. */
export interface HotReloadsOptions {
  readonly session: GatewaySession
  /** Of the workspace. */
  readonly memento: Memento
  readonly onReload: (fn: ReloadedFunction, reload: Reload) => void
  /** It has ended: by the user, with its function, or because of an error. */
  readonly onEnd: (fn: ReloadedFunction, error?: unknown) => void
}

interface Entry extends HotReloadState {
  readonly reloading: Reloading
}

/** Makes it; nothing is watched yet. */
export function createHotReloads({ session, memento, onReload, onEnd }: HotReloadsOptions): HotReloads {
  const entries = new Map<string, Entry>()
  const changed = new EventEmitter<void>()
  const turns = createQueue()
  let isDisposed = false

  const noteChange = async (): Promise<void> => {
    changed.fire()
    await memento.update(
      memory.hotReload,
      [...entries.values()].map(({ fn }) => fn),
    )
  }
  const noteRefusal = (functionId: string, reload: Reload): void => {
    const entry = entries.get(functionId)
    const refusedAt = reload.kind === 'refused' ? refusalOf(reload.error)?.at : undefined
    if (entry === undefined || entry.refusedAt === refusedAt) return
    entries.set(functionId, { ...entry, refusedAt })
    changed.fire()
  }
  const end = async (functionId: string, error?: unknown): Promise<void> => {
    const entry = entries.get(functionId)
    if (entry === undefined) return
    entries.delete(functionId)
    await Promise.all([noteChange(), entry.reloading.stop()])
    onEnd(entry.fn, error)
  }
  const begin = async (fn: ReloadedFunction): Promise<Reloading | undefined> => {
    // Loaded here, as an activation must not pay for it.
    const { reloadAtSaves } = await import('./reloadAtSaves.ts')
    const reloading = await reloadAtSaves(fn, session.ready, {
      onReload: reload => {
        noteRefusal(fn.functionId, reload)
        onReload(fn, reload)
      },
      onEnd: error => void turns.add(() => end(fn.functionId, error)),
    })
    if (isDisposed) await reloading.stop()
    else entries.set(fn.functionId, { fn, reloading })
    return reloading
  }
  const forgetDeleted = session.onDidReceive(change => {
    if (change.type === 'delete' && change.kind === 'function') void turns.add(() => end(change.id))
  })
  return {
    get functions() {
      return entries
    },
    onDidChange: changed.event,
    start: fn =>
      turns.add(async () => {
        await end(fn.functionId)
        const reloading = await begin(fn)
        await noteChange()
        reloading?.deploy()
      }),
    stop: functionId => turns.add(() => end(functionId)),
    resume: () =>
      turns.add(async () => {
        const there = session.resources.functions
        for (const fn of memento.get<readonly ReloadedFunction[]>(memory.hotReload, [])) {
          if (!there.has(fn.functionId) || entries.has(fn.functionId)) continue
          // A source that is gone by now is not watched any more; nobody has asked for it in this window.
          await begin(fn).catch((error: unknown) => onEnd(fn, error))
        }
        await noteChange()
      }),
    dispose: () => {
      isDisposed = true
      forgetDeleted.dispose()
      for (const { reloading } of entries.values()) void reloading.stop()
      entries.clear()
      changed.dispose()
    },
  }
}
