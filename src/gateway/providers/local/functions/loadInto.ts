import type { NewLogLine } from '../../../domain/log.ts'
import { createMask } from '../../../platform/maskSecrets.ts'
import { endedEarly, loadFailure } from './callOutcomes.ts'
import { createFunctionInstance } from './functionInstance.ts'
import type { FunctionInstance, InstanceListener, RevisionCode } from './functionPool.ts'
import { type LoadLimit, withinLimit } from './loadLimit.ts'
import { maxAnswerBytes, type RuntimeListener, type RuntimeProcess } from './runtimeProcess.ts'

/** What a load needs besides the code. */
export interface LoadOptions {
  readonly listener: InstanceListener
  readonly limit: LoadLimit
  readonly onLines: (lines: readonly NewLogLine[]) => void
  /** Epoch milliseconds, for the deadline that a handler sees. */
  readonly now: () => number
}

const loadId = 'load'

/**
 * Loads a revision into a runtime that is ready and empty, which from then on belongs to the instance.
 * @throws LoadFailure, `limit.signal.reason`; nothing is left of the process then
 */
export async function loadInto(
  runtime: RuntimeProcess,
  code: RevisionCode,
  { listener, limit, onLines, now }: LoadOptions,
): Promise<FunctionInstance> {
  const begun = performance.now()
  const loaded = Promise.withResolvers<FunctionInstance>()
  const hide = createMask(Object.values(code.secrets))
  const printed = () => runtime.tail.since(0).map(line => hide(line.text))
  const writeLines = (lines: readonly NewLogLine[]) => onLines(lines.map(line => ({ ...line, text: hide(line.text) })))
  const loading: RuntimeListener = {
    onResult: ({ id }) => {
      // At once: what comes right behind the result is the instance's already.
      if (id !== loadId) return
      const loadMs = performance.now() - begun
      loaded.resolve(createFunctionInstance(runtime, code, { listener, hide, writeLines, now, loadMs }))
    },
    onError: frame => {
      if (frame.id === loadId) loaded.reject(loadFailure(frame, hide, printed()))
    },
    onLines: writeLines,
    onEnd: end => loaded.reject(endedEarly(end, printed())),
  }
  runtime.listen(loading)
  const load = async () => {
    const dir = await runtime.place(code)
    runtime.frames.send({
      t: 'load',
      id: loadId,
      dir,
      handler: code.handler,
      environment: code.environment,
      secrets: code.secrets,
      functionName: code.functionName,
      revision: code.revision,
      timeoutSeconds: code.timeoutSeconds,
      memoryBytes: code.limits.memoryBytes,
      maxAnswerBytes,
      check: code.isNew === true,
      ...(code.packagesElsewhere !== undefined && { packages: code.packagesElsewhere }),
    })
    return loaded.promise
  }
  try {
    return await withinLimit(limit, load(), printed)
  } catch (error) {
    // Nobody waits for an instance any more; what is printed to the end is still the function's.
    runtime.listen({ onLines: writeLines })
    await runtime.end()
    throw error
  }
}
