import { HksError } from '../../../../contract/errors.ts'
import type { NewLogLine } from '../../../domain/log.ts'
import type { DebuggedCode, LaunchDebuggee } from './debugLauncher.ts'
import type { FunctionPool } from './functionPool.ts'
import { createLoadLimit } from './loadLimit.ts'
import { loadInto } from './loadInto.ts'
import type { DebuggerAddress, ReadyFrame } from './runtimeFrames.ts'
import { startRuntime } from './startRuntime.ts'

/** Seconds that code which is debugged may take for anything: a week, as somebody may stop it for as long as he likes. */
export const debugSeconds = 7 * 24 * 3600

/** The one process of a debug session. */
export interface DebugPool extends FunctionPool {
  /** Where it waits for a debugger. Rejects when it could not be started. */
  readonly waiting: Promise<{ readonly debugger: DebuggerAddress; readonly platformFolder: string }>
  /** Resolves when the code is loaded; rejects with a LoadFailure or HksError when it can not be. */
  readonly loaded: Promise<void>
  /** Resolves with a sentence when it takes no calls any more, not because it was closed. */
  readonly lost: Promise<string>
}

/** What the process needs. */
export interface DebugPoolOptions {
  readonly launch: LaunchDebuggee
  readonly code: DebuggedCode
  /** Seconds that the start of the process may take. */
  readonly startSeconds: number
  readonly onLines: (lines: readonly NewLogLine[]) => void
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly report: (error: unknown) => void
}

/** Starts the process when it is first asked for an instance, and never another one: a session is over with its process. */
export function createDebugPool({ launch, code, startSeconds, onLines, now, report }: DebugPoolOptions): DebugPool {
  const waiting = Promise.withResolvers<{ debugger: DebuggerAddress; platformFolder: string }>()
  const loaded = Promise.withResolvers<void>()
  const lost = Promise.withResolvers<string>()
  let isBegun = false
  const takeLines = (lines: readonly NewLogLine[]) => {
    const own = lines.filter(line => !isOfInspector(line))
    if (own.length > 0) onLines(own)
  }
  const open: FunctionPool['open'] = async (revision, listener, signal) => {
    if (isBegun) throw new HksError('FUNCTION_UNAVAILABLE', 'The process that was debugged has ended.')
    isBegun = true
    const limit = createLoadLimit(startSeconds, signal)
    const { launched, platformFolder } = await launch(code, signal)
    let address: DebuggerAddress | undefined
    const onReady = (frame: ReadyFrame) => {
      address = frame.debugger
    }
    const runtime = await startRuntime(launched, { onLines: takeLines, report, onReady }, limit)
    if (!address) {
      await runtime.end()
      throw noDebugger()
    }
    waiting.resolve({ debugger: address, platformFolder })
    const onLost = (reason: string) => {
      listener.onLost(reason)
      lost.resolve(reason)
    }
    return loadInto(runtime, revision, {
      listener: { ...listener, onLost },
      limit: createLoadLimit(debugSeconds, signal),
      onLines: takeLines,
      now,
    })
  }
  for (const { promise } of [waiting, loaded]) promise.catch(() => undefined)
  return {
    waiting: waiting.promise,
    loaded: loaded.promise,
    lost: lost.promise,
    open: async (...given) => {
      try {
        const instance = await open(...given)
        loaded.resolve()
        return instance
      } catch (error) {
        waiting.reject(error)
        loaded.reject(error)
        throw error
      }
    },
  }
}

/** Node brings its debugger with it, so this is about Python. */
const noDebugger = () =>
  new HksError('RUNTIME_MISSING', 'There is no debugger for Python: debugpy is missing, or does not work.', {
    details: { runtime: 'python' },
    hint: 'Install it with: python3 -m pip install debugpy',
  })

/** What Node's inspector says on stderr of who attaches; its address is nobody's business. */
const isOfInspector = ({ stream, text }: NewLogLine): boolean =>
  stream === 'stderr' &&
  /^(?:Debugger (?:listening on|ending on|attached)|For help, see: https:\/\/nodejs\.org)/.test(text)
