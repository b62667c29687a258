import type { FunctionSight } from './functionRecord.ts'
import type { FunctionsView } from './functionsView.ts'

/** Whether a function is seen as wanted within so many milliseconds. @throws `signal.reason` */
export async function seenWithin(
  view: Pick<FunctionsView, 'until'>,
  functionId: string,
  milliseconds: number,
  test: (sight: FunctionSight | undefined) => boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const late = AbortSignal.timeout(milliseconds)
  try {
    return await view.until(functionId, sight => test(sight) || undefined, AbortSignal.any([signal, late]))
  } catch (error) {
    if (!late.aborted || signal.aborted) throw error
    return false
  }
}
