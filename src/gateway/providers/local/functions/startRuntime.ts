import type { NewLogLine } from '../../../domain/log.ts'
import { endedEarly } from './callOutcomes.ts'
import { LoadFailure } from './functionPool.ts'
import { type LoadLimit, withinLimit } from './loadLimit.ts'
import { protocolVersion } from './runtimeFrames.ts'
import { type RuntimeOptions, type RuntimeProcess, spawnRuntime } from './runtimeProcess.ts'

/** How to start a runtime that holds no function yet. */
export interface EmptyRuntimeOptions extends RuntimeOptions {
  /** Receives what it prints before somebody else listens to it. */
  readonly onLines: (lines: readonly NewLogLine[]) => void
}

/**
 * Starts a runtime and waits until it is ready for code. Its owner ends it, or hands it to `loadInto`.
 * @throws LoadFailure, HksError FUNCTION_UNAVAILABLE, `limit.signal.reason`; nothing is left of the process then
 */
export async function startRuntime(options: EmptyRuntimeOptions, limit: LoadLimit): Promise<RuntimeProcess> {
  const ready = Promise.withResolvers<void>()
  const printed = () => runtime.tail.since(0).map(line => line.text)
  const runtime = spawnRuntime(options, {
    onReady: ({ version }) => {
      if (version === protocolVersion) return ready.resolve()
      const message = `The runtime speaks protocol ${version}, not ${protocolVersion}.`
      ready.reject(new LoadFailure('ProtocolVersion', message))
    },
    onLines: options.onLines,
    onEnd: reason => ready.reject(endedEarly(reason, printed())),
  })
  try {
    await withinLimit(limit, ready.promise, printed)
    return runtime
  } catch (error) {
    await runtime.end()
    throw error
  }
}
