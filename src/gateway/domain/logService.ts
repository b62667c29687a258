import { authorize, type Caller } from './caller.ts'
import type { Clock } from './clock.ts'
import type { Directory } from './directory.ts'
import { notFound } from '../../contract/errors.ts'
import type { LogGap, LogPosition, LogRead, LogSelection, LogSource, StoredLogLine } from './log.ts'
import type { FunctionCalls } from './functionCalls.ts'
import type { ExecutionStore } from './executionStore.ts'
import type { InvocationStore } from './invocationStore.ts'

/** Whose log: all of an application, or one run of a CronJob. */
export interface LogTarget {
  readonly applicationId: string
  readonly executionId?: string
}

/**
 * Lines in order, lines that are not kept any more, the number up to which nothing else is wanted, or the sentence that
 * says why no more will come.
 */
export type LogEvent =
  | { readonly lines: readonly StoredLogLine[] }
  | { readonly gap: LogGap }
  | { readonly reached: number }
  | { readonly end: string }

/** Reads logs once, or on and on. */
export interface LogService {
  /** Checks scope and existence. @throws HksError NOT_FOUND, FORBIDDEN */
  cronJob(caller: Caller, id: string): Promise<LogTarget>
  execution(caller: Caller, id: string, executionId: string): Promise<LogTarget>
  function(caller: Caller, id: string): Promise<LogTarget>
  read(target: LogTarget, selection: LogSelection): Promise<LogRead & { readonly end?: string }>
  /** What is stored, then what comes; ends with the signal, or with an `end` when no line can come any more. */
  follow(target: LogTarget, selection: LogSelection, signal: AbortSignal): AsyncIterable<LogEvent>
}

/** Lines asked of the log at a time: bounds the memory of a follower. */
const batch = 2000
/** Lines that come within this time are read together, not each piece of them with a read of its own. */
const gatherMs = 10
/** Bytes that are looked through for one answer, about: a request may not take any time it likes. */
const readWork = 64 * 1024 * 1024
/** The same for a follower, who says afterwards how far it is. */
const followWork = 16 * 1024 * 1024
/** Numbers that a follower passes over before it says so: what is cut off does not look through them again. */
const reachedEvery = 10_000

/** Why no line comes any more, from an instant on (epoch milliseconds). */
interface LogEnd {
  readonly end: string
  readonly from: number
}

/** Where the end of a call is seen. */
export interface CallEnds {
  readonly invocations: Pick<InvocationStore, 'get'>
  readonly calls: Pick<FunctionCalls, 'ended'>
}

/** Reads from the log store; an ended run ends its log, and an ended call that of the call. */
export function createLogService(
  directory: Directory,
  logs: LogSource,
  executions: ExecutionStore,
  clock: Clock,
  { invocations, calls }: CallEnds,
): LogService {
  const lateLogMs = async (functionId: string): Promise<number> => {
    for (const { functions } of directory.providers.all()) {
      if (functions && (await functions.get(functionId))) return functions.lateLogMs ?? 0
    }
    return 0
  }
  const endOf = async (target: LogTarget, { invocationId }: LogSelection): Promise<LogEnd | undefined> => {
    if (invocationId !== undefined) {
      const call = await invocations.get(invocationId)
      if (call === undefined || call.outcome === 'running') return undefined
      const from = (call.completedAt ?? 0) + (await lateLogMs(call.functionId))
      return { end: `The call ended: ${call.outcome}.`, from }
    }
    if (target.executionId === undefined) return undefined
    const execution = await executions.get(target.executionId)
    if (!execution) return { end: 'The run is not kept any more.', from: 0 }
    return execution.status === 'running' ? undefined : { end: `The run ended: ${execution.status}.`, from: 0 }
  }
  const scoped = (target: LogTarget, selection: LogSelection): LogSelection =>
    target.executionId === undefined ? selection : { ...selection, executionId: target.executionId }

  return {
    cronJob: async (caller, id) => {
      const { cronJob } = await directory.cronJob(id)
      authorize(caller, 'read', cronJob.projectId)
      return { applicationId: id }
    },
    execution: async (caller, id, executionId) => {
      const { cronJob } = await directory.cronJob(id)
      authorize(caller, 'read', cronJob.projectId)
      const execution = await executions.get(executionId)
      if (execution?.applicationId !== id) throw notFound('execution', executionId)
      return { applicationId: id, executionId }
    },
    function: async (caller, id) => {
      const found = await directory.function(id)
      authorize(caller, 'read', found.function.projectId)
      return { applicationId: id }
    },
    read: async (target, selection) => {
      const found = await endOf(target, selection)
      const end = found && found.from <= clock.now() ? found.end : undefined
      const read = await logs.read(target.applicationId, scoped(target, { work: readWork, ...selection }))
      return end === undefined || read.more ? read : { ...read, end }
    },
    async *follow(target, selection, signal) {
      const news = createSignal()
      using _appended = logs.onAppend(target.applicationId, news.raise)
      using _changed = onRunChange(directory, target, news.raise)
      signal.addEventListener('abort', news.raise, { once: true })
      let position = selection
      let told = selection.after
      while (!signal.aborted) {
        news.lower()
        // Asked before the read: a run that ends between the two has its last lines in the read.
        const found = await endOf(target, selection)
        const rest = found ? found.from - clock.now() : 0
        const end = rest > 0 ? undefined : found?.end
        using _late = rest > 0 ? clock.callAfter(rest, news.raise) : undefined
        if (found === undefined && selection.invocationId !== undefined) {
          void calls.ended(selection.invocationId)?.then(news.raise)
        }
        const wanted = scoped(target, { limit: batch, work: followWork, ...position })
        const { lines, more, next, gap } = await logs.read(target.applicationId, wanted)
        if (gap) yield { gap }
        if (lines.length > 0) yield { lines }
        told = lines.at(-1)?.seq ?? told
        if (!('tail' in next) && (told === undefined || next.after - told >= reachedEvery)) {
          yield { reached: next.after }
          told = next.after
        }
        position = goOn(position, next)
        if (more) continue
        if (end !== undefined) {
          yield { end }
          return
        }
        // What comes from now on is new, whatever the clock says.
        const { since: _since, ...others } = position
        position = others
        await news.wait()
        await new Promise<void>(resolve => void clock.callAfter(gatherMs, resolve))
      }
    },
  }
}

/** The same conditions from another place on. */
function goOn(selection: LogSelection, next: LogPosition): LogSelection {
  const { after: _after, tail: _tail, before: _before, ...conditions } = selection
  return { ...conditions, ...next }
}

/** Calls back when the run whose log is read changes: its end is no line. */
function onRunChange({ providers }: Directory, { executionId }: LogTarget, callback: () => void): Disposable {
  return providers.changes.subscribe(change => {
    if (change.kind === 'execution' && change.execution.id === executionId) callback()
  })
}

/** A flag that one waiter waits for. */
function createSignal() {
  let raised = false
  let wake: (() => void) | undefined
  return {
    raise: () => {
      raised = true
      wake?.()
    },
    lower: () => {
      raised = false
    },
    wait: () =>
      new Promise<void>(resolve => {
        if (raised) return resolve()
        wake = () => {
          wake = undefined
          resolve()
        }
      }),
  }
}
