import type { Clock } from './clock.ts'
import type { InvocationRequest, KeptRequest } from './function.ts'
import type { PayloadStore } from './payloadStore.ts'
import type { Functions } from './ports.ts'

/** A request on its way to be kept, and the provider that knows which secrets may be in it. */
export interface RequestToKeep {
  readonly functions: Functions
  readonly functionId: string
  readonly invocationId: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly request: InvocationRequest
}

/** Keeps what the last calls of each function were sent. */
export interface RequestKeeper {
  /** Costs nothing to speak of: what is kept is written a moment later, and only if it is still among the last. */
  keep(request: RequestToKeep): void
  /** Writes what waits. Call it before the store closes. */
  flush(): Promise<void>
}

/** Larger bodies are not kept. */
export const largestKeptRequest = 64 * 1024
/** Requests of one function that wait to be written: the store keeps no more either. */
const mostWaiting = 20
const writeAfterMs = 1000
/** What says how the body is to be read. Other headers may hold credentials of the caller. */
const kept = /^(?:content-type|ce-.+)$/

/** Nothing kept. `report` receives failures to write, which no caller waits for. */
export function createRequestKeeper(
  payloads: PayloadStore,
  clock: Clock,
  report: (error: unknown) => void,
): RequestKeeper {
  let waiting = new Map<string, RequestToKeep[]>()
  let timer: Disposable | undefined
  let writing = Promise.resolve()

  const write = async (groups: readonly (readonly RequestToKeep[])[]) => {
    for (const group of groups) {
      try {
        await payloads.saveRequests(await masked(group))
      } catch (error) {
        report(error)
      }
    }
  }
  const flush = (): Promise<void> => {
    timer?.[Symbol.dispose]()
    timer = undefined
    if (waiting.size === 0) return writing
    const groups = [...waiting.values()]
    waiting = new Map()
    writing = writing.then(() => write(groups))
    return writing
  }
  return {
    keep: given => {
      if (given.request.body.length > largestKeptRequest) return
      const group = waiting.get(given.functionId)
      if (!group) waiting.set(given.functionId, [given])
      else if (group.push(given) > mostWaiting) group.shift()
      timer ??= clock.callAfter(writeAfterMs, () => void flush())
    },
    flush,
  }
}

/** The requests of one function without its secrets; none when it is gone. */
async function masked(group: readonly RequestToKeep[]): Promise<readonly KeptRequest[]> {
  const [first] = group
  if (!first || !(await first.functions.get(first.functionId))) return []
  const mask = await first.functions.mask(first.functionId)
  return group.map(({ invocationId, functionId, at, request }) => {
    const given = Object.fromEntries(Object.entries(request.headers).filter(([name]) => kept.test(name)))
    const text = JSON.stringify(given)
    const headers = new TextDecoder().decode(mask(new TextEncoder().encode(text)))
    const body = mask(request.body)
    return {
      invocationId,
      functionId,
      at,
      headers: headers === text ? given : (JSON.parse(headers) as KeptRequest['headers']),
      body,
      masked: body !== request.body || headers !== text,
    }
  })
}
