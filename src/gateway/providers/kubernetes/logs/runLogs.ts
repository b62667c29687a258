import type { Clock } from '../../../domain/clock.ts'
import type { LogStore, NewLogLine } from '../../../domain/log.ts'
import { maskLines } from '../../../platform/maskSecrets.ts'
import type { NamespaceScope } from '../namespaceScope.ts'
import type { KubePod } from '../objects/coreV1.ts'
import { readContainerLog } from './containerLog.ts'
import {
  type ContainerStart,
  containerStarts,
  isPreviousStart,
  linePrefix,
  phaseOf,
  spanOf,
  startKey,
} from './containerStarts.ts'
import { createMaskedSeenLines } from './maskedSeenLines.ts'
import { createLineMerge } from './mergeLines.ts'
import { createRunMask } from './runMask.ts'
import { storedLines } from './storedLines.ts'

/** What the logs of a run need. */
export interface RunLogsDeps {
  readonly scope: NamespaceScope
  readonly logs: LogStore
  readonly clock: Clock
  /** Bounds how many logs of ended containers are read at once. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>
  /** Receives the failure to read or store a line, once per run. The run goes on. */
  readonly report: (error: unknown) => void
}

/** Which run. */
export interface LoggedRun {
  readonly applicationId: string
  readonly executionId: string
  /** Pods that run at once. */
  readonly parallelism: number
  /** Lines of it may be stored already. */
  readonly isResumed: boolean
}

/** The logs of all containers of a run on their way into the store. */
export interface RunLogs extends Disposable {
  /** The pods of the run as they are now. */
  update(pods: readonly KubePod[]): void
  /** A line of the platform itself. */
  system(text: string, time?: number): void
  /** A line of the platform about how containers ended: after theirs, if these come in time. Resolves when it is there. */
  systemAfterEnded(text: string): Promise<void>
  /**
   * The text with the values of secrets masked that the containers which were seen get as variables; nothing when the run is
   * followed no more.
   */
  hide(text: string): Promise<string | undefined>
  /** Resolves when all containers that were seen have been read to their end. */
  drained(): Promise<void>
}

/** How long the last lines of a container that has ended are waited for, milliseconds. */
const lastLinesMs = 5000
/** Names the platform among the containers whose lines are put in order. */
const platform = ''

/** Reads whatever container has started, in the order of the lines' times. Ends with the scope's signal. */
export function createRunLogs(deps: RunLogsDeps, run: LoggedRun): RunLogs {
  const { scope, clock } = deps
  const { applicationId, executionId } = run
  /** Made with the first reader: a run that ended long ago has none, and there are thousands of them. */
  let stopping: AbortController | undefined
  let isOver = false
  const pods = new Map<string, KubePod>()
  const readers = new Map<string, { readonly start: ContainerStart; readonly done: Promise<void> }>()
  const prefixes = new Map([[platform, '']])
  let wakeUps: (() => void)[] = []
  let reported = false
  const stored = run.isResumed ? storedLines(deps.logs, applicationId, executionId) : Promise.resolve([])
  stored.catch(() => undefined)

  const report = (error: unknown): void => {
    if (!reported) deps.report(error)
    reported = true
  }
  const mask = createRunMask({ client: scope.client, namespace: scope.name, clock, report })
  const append = (lines: readonly NewLogLine[]): void => {
    try {
      deps.logs.append(applicationId, lines)
    } catch (error) {
      report(error)
    }
  }
  const system = (text: string, time: number = clock.now()) => append([{ time, stream: 'system', text, executionId }])
  const merge = createLineMerge<string>(clock, batch =>
    append(
      batch.map(([key, { time, text, truncated }]) => ({
        ...{ time: time ?? clock.now(), stream: time === undefined || key === platform ? 'system' : 'stdout' },
        text: prefixes.get(key)! + text,
        executionId,
        ...(truncated === undefined ? {} : { truncated }),
      })),
    ),
  )
  const changed = (milliseconds: number, signal: AbortSignal): Promise<void> =>
    new Promise(resolve => {
      const wake = () => {
        timer[Symbol.dispose]()
        signal.removeEventListener('abort', wake)
        resolve()
      }
      const timer = clock.callAfter(milliseconds, wake)
      signal.addEventListener('abort', wake, { once: true })
      wakeUps.push(wake)
    })

  const read = async (
    start: ContainerStart,
    pod: KubePod,
    key: string,
    hide: (text: string) => string,
    signal: AbortSignal,
  ): Promise<void> => {
    const { from, to } = spanOf(pod, start)
    const prefix = prefixes.get(key)!
    const known = (await stored).filter(
      ({ text, time = 0 }) => text.startsWith(prefix) && time >= from && time <= to + 1000,
    )
    const ofContainer = known.map(line => ({ ...line, text: line.text.slice(prefix.length) }))
    const seen = createMaskedSeenLines(ofContainer, hide)
    const present = () => pods.get(start.podUid)
    const source = {
      namespace: scope.name,
      pod: start.pod,
      container: start.container,
      isPrevious: () => isPreviousStart(present(), start),
      phase: () => phaseOf(present(), start),
      changed: (milliseconds: number) => changed(milliseconds, signal),
    }
    for await (const event of readContainerLog({ client: scope.client, clock }, source, seen, signal)) {
      if ('notice' in event) system(event.notice)
      else await merge.push(key, maskLines(event.lines, hide))
    }
  }
  const begin = (start: ContainerStart, pod: KubePod): void => {
    const key = startKey(start)
    if (readers.has(key) || isOver || scope.signal.aborted) return
    stopping ??= new AbortController()
    const signal = AbortSignal.any([scope.signal, stopping.signal])
    prefixes.set(key, linePrefix(pod, start.container, run.parallelism))
    merge.open(key)
    const masking = mask.of(pod, spanOf(pod, start).from, signal)
    const work = async () => read(start, pod, key, await masking, signal)
    const reading = phaseOf(pod, start) === 'running' ? work() : deps.inTurn(work)
    const done = reading
      .catch((error: unknown) => {
        if (!signal.aborted) report(error)
      })
      .finally(() => merge.close(key))
    readers.set(key, { start, done })
  }
  const readToEnd = async (): Promise<void> => {
    const ended = [...readers.values()].filter(({ start }) => phaseOf(pods.get(start.podUid), start) !== 'running')
    if (ended.length === 0) return
    const late = Promise.withResolvers<void>()
    using _timer = clock.callAfter(lastLinesMs, late.resolve)
    await Promise.race([Promise.all(ended.map(({ done }) => done)), late.promise])
  }
  return {
    update: present => {
      for (const uid of pods.keys()) if (!present.some(pod => pod.metadata.uid === uid)) pods.delete(uid)
      for (const pod of present) pods.set(pod.metadata.uid, pod)
      for (const pod of present) for (const start of containerStarts(pod)) begin(start, pod)
      const waiting = wakeUps
      wakeUps = []
      for (const wake of waiting) wake()
    },
    system,
    systemAfterEnded: async text => {
      await readToEnd()
      if (isOver || scope.signal.aborted) return
      await merge.push(platform, [{ time: clock.now(), stamp: '', text }])
      merge.close(platform)
    },
    hide: async text => {
      const hidden = await mask.hide(text)
      return isOver || scope.signal.aborted ? undefined : hidden
    },
    drained: async () => {
      // A reader may come while another is waited for.
      for (let count = -1; count !== readers.size; ) {
        count = readers.size
        await Promise.all([...readers.values()].map(({ done }) => done))
      }
    },
    [Symbol.dispose]: () => {
      isOver = true
      stopping?.abort()
      merge[Symbol.dispose]()
    },
  }
}
