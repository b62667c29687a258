import type { NewLogLine } from '../../../domain/log.ts'
import { endedEarly } from './callOutcomes.ts'
import { LoadFailure } from '../../../domain/loadFailure.ts'
import { type LoadLimit, withinLimit } from './loadLimit.ts'
import { protocolVersion, type ReadyFrame } from './runtimeFrames.ts'
import type { LaunchedRuntime } from './launchedRuntime.ts'
import { attachRuntime, type RuntimeListener, type RuntimeProcess } from './runtimeProcess.ts'

/** What a runtime that holds no function yet needs besides its process. */
export interface EmptyRuntimeOptions {
  /** Receives a failure to end what is left of it. */
  readonly report: (error: unknown) => void
  /** Receives what it prints before somebody else listens to it. */
  readonly onLines: (lines: readonly NewLogLine[]) => void
  /** Receives what it says first. */
  readonly onReady?: (frame: ReadyFrame) => void
}

/**
 * Waits until a runtime that was just started is ready for code. Its owner ends it, or hands it to `loadInto`.
 * @throws LoadFailure, `limit.signal.reason`; nothing is left of the process then
 */
export async function startRuntime(
  launched: LaunchedRuntime,
  { onLines, onReady, report }: EmptyRuntimeOptions,
  limit: LoadLimit,
): Promise<RuntimeProcess> {
  const ready = Promise.withResolvers<void>()
  const printed = () => runtime.tail.since(0).map(line => line.text)
  const listener: RuntimeListener = {
    onReady: frame => {
      const { version } = frame
      if (version === protocolVersion) {
        onReady?.(frame)
        return ready.resolve()
      }
      const message = `The runtime speaks protocol ${version}, not ${protocolVersion}.`
      ready.reject(new LoadFailure('ProtocolVersion', message))
    },
    onLines,
    onEnd: end => ready.reject(endedEarly(end, printed())),
  }
  const runtime = attachRuntime(launched, listener, report)
  try {
    await withinLimit(limit, ready.promise, printed)
    return runtime
  } catch (error) {
    await runtime.end()
    throw error
  }
}
