import { readMemory } from '../../../../../base/memoryQuantity.ts'
import type { Clock } from '../../../../domain/clock.ts'
import type { PlatformCode } from '../../../../domain/functionAnswer.ts'
import { limitExceeded, memoryExcess } from '../../../../domain/limitExceeded.ts'
import type { KubePod } from '../../objects/coreV1.ts'
import type { FunctionsView } from '../functionsView.ts'
import type { Termination } from '../revisions/revisionFailure.ts'
import { functionContainer } from '../revisions/revisionOutcome.ts'

/** How the container of a function ended. */
export interface ContainerEnd extends Termination {
  /** What the container might use. */
  readonly memoryBytes: number | undefined
}

/** Ends of functions' containers, as the cluster tells of them. */
export interface ContainerEnds extends Disposable {
  /**
   * The newest end of a container of the function that was told of since then, or that is within so many milliseconds: the
   * kubelet says so a second or two later.
   */
  since(functionId: string, from: number, waitMs: number): Promise<ContainerEnd | undefined>
}

interface ToldEnd {
  /** By this machine's clock, epoch milliseconds. */
  readonly at: number
  readonly end: ContainerEnd
}

/** Listens from now on; what had ended before it heard of a function is no news. */
export function createContainerEnds(view: Pick<FunctionsView, 'sight' | 'subscribe'>, clock: Clock): ContainerEnds {
  const known = new Map<string, { readonly keys: ReadonlySet<string>; readonly last: ToldEnd | undefined }>()
  const waiting = new Set<() => void>()
  const look = (functionId: string) => {
    const sight = view.sight(functionId)
    if (!sight) {
      known.delete(functionId)
      return
    }
    const ends = sight.pods.flatMap(endOf)
    const before = known.get(functionId)
    const fresh = before && ends.findLast(({ key }) => !before.keys.has(key))
    const last = fresh ? { at: clock.now(), end: fresh.end } : before?.last
    known.set(functionId, { keys: new Set(ends.map(({ key }) => key)), last })
    if (fresh) for (const wake of [...waiting]) wake()
  }
  const subscription = view.subscribe(look)
  return {
    since: async (functionId, from, waitMs) => {
      const found = () => {
        const last = known.get(functionId)?.last
        return last && last.at >= from ? last.end : undefined
      }
      const { promise, resolve } = Promise.withResolvers<ContainerEnd | undefined>()
      const check = () => {
        const end = found()
        if (end) resolve(end)
      }
      using _timer = clock.callAfter(waitMs, () => resolve(undefined))
      waiting.add(check)
      check()
      try {
        return await promise
      } finally {
        waiting.delete(check)
      }
    },
    [Symbol.dispose]: () => subscription[Symbol.dispose](),
  }
}

/** How the container of a pod ended last, with what tells this end from others. That of a pod which is to go has to end. */
function endOf({ metadata, spec, status }: KubePod): readonly { readonly key: string; readonly end: ContainerEnd }[] {
  const isOurs = ({ name }: { readonly name: string }) => name === functionContainer
  const container = status?.containerStatuses?.find(isOurs)
  const end = container?.state?.terminated ?? container?.lastState?.terminated
  if (!end || metadata.deletionTimestamp !== undefined) return []
  const memory = spec.containers.find(isOurs)?.resources?.limits?.['memory']
  const key = `${metadata.uid} ${end.finishedAt ?? ''} ${end.reason ?? ''}`
  return [{ key, end: { ...end, memoryBytes: memory === undefined ? undefined : readMemory(memory) } }]
}

/** Of a program that was ended by SIGKILL, which its own processes can not send to process 1. */
const killed = 137

/** What a call is answered whose container ended before it answered; `undefined` where nobody tells how it ended. */
export function endedDuringCall(end: ContainerEnd | undefined): {
  readonly code: PlatformCode
  readonly message: string
} {
  if (end === undefined) return { code: 'FUNCTION_CRASHED', message: "The function's pod ended during the call." }
  const { exitCode, reason, memoryBytes } = end
  if (reason === 'OOMKilled' && memoryBytes !== undefined) {
    return { code: 'LIMIT_EXCEEDED', message: limitExceeded(memoryExcess(memoryBytes)) }
  }
  const guess = exitCode === killed ? ' It may have used more memory than resources.memory says.' : ''
  return {
    code: 'FUNCTION_CRASHED',
    message: `The function's container ended during the call (exit code ${exitCode}).${guess}`,
  }
}
