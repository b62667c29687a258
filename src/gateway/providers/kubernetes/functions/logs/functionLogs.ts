import type { Clock } from '../../../../domain/clock.ts'
import type { FunctionLog } from '../../../../domain/functionLog.ts'
import type { LogStore, NewLogLine, StoredLogLine } from '../../../../domain/log.ts'
import { maskLines } from '../../../../platform/maskSecrets.ts'
import { readContainerLog } from '../../logs/containerLog.ts'
import {
  type ContainerStart,
  containerStarts,
  isPreviousStart,
  phaseOf,
  spanOf,
  startKey,
} from '../../logs/containerStarts.ts'
import { createMaskedSeenLines } from '../../logs/maskedSeenLines.ts'
import { createLineMerge, type LineMerge } from '../../logs/mergeLines.ts'
import { createSeenLines } from '../../logs/seenLines.ts'
import type { TimedLine } from '../../logs/timedLines.ts'
import type { NamespaceScope } from '../../namespaceScope.ts'
import type { KubePod } from '../../objects/coreV1.ts'
import type { FunctionsView } from '../functionsView.ts'
import type { ImageMasks } from './imageMasks.ts'
import { runsOwnImage } from '../objects/revisionFacts.ts'
import { readMarked, writeMarked } from './podLog.ts'
import { functionContainer } from '../revisions/revisionOutcome.ts'

/** What following logs needs. */
export interface FunctionLogsOptions {
  readonly scope: NamespaceScope
  readonly view: FunctionsView
  readonly logs: LogStore
  readonly log: FunctionLog
  readonly masks: ImageMasks
  readonly clock: Clock
  /** Receives failures that no caller waits for. */
  readonly report: (error: unknown) => void
}

/** How long the last lines of a call take through kubelet and API server, and wait for those of other pods; milliseconds. */
export const lateLogMs = 2000

/** Lines of a function that an earlier gateway may have stored of the containers that are there now. */
const mostStored = 2000

/** One container's log that is read. */
interface Reading {
  /** A program of ours marks its lines; an image of its user's does not. */
  readonly isMarked: boolean
}

/**
 * Brings what the pods of all revisions print into the log, in the order of time, and says when a function goes to zero.
 * Dispose to stop.
 */
export function followFunctionLogs(options: FunctionLogsOptions): Disposable {
  const { scope, view, logs, log, masks, clock, report } = options
  const stopping = new AbortController()
  const signal = AbortSignal.any([scope.signal, stopping.signal])
  const readers = new Set<string>()
  const merges = new Map<string, LineMerge<Reading>>()
  const withPods = new Set<string>()
  const stored = new Map<string, Promise<readonly StoredLogLine[]>>()

  const podOf = (uid: string) => view.pods.get(uid)
  const mergeOf = (functionId: string): LineMerge<Reading> => {
    const merge =
      merges.get(functionId) ??
      createLineMerge<Reading>(clock, batch =>
        log.write(
          functionId,
          batch.map(([{ isMarked }, line]) => lineOf(line, clock, isMarked)),
        ),
      )
    merges.set(functionId, merge)
    return merge
  }
  const storedOf = (functionId: string): Promise<readonly StoredLogLine[]> => {
    const lines =
      stored.get(functionId) ?? logs.read(functionId, { tail: mostStored }).then(read => read.lines.filter(isOfPod))
    stored.set(functionId, lines)
    return lines
  }
  const changed = (uid: string, milliseconds: number): Promise<void> =>
    new Promise(resolve => {
      const wake = () => {
        timer[Symbol.dispose]()
        subscription[Symbol.dispose]()
        signal.removeEventListener('abort', wake)
        resolve()
      }
      const timer = clock.callAfter(milliseconds, wake)
      const subscription = view.pods.subscribe(({ object }) => {
        if (object.metadata.uid === uid) wake()
      })
      signal.addEventListener('abort', wake, { once: true })
    })
  const read = async (functionId: string, start: ContainerStart, pod: KubePod): Promise<void> => {
    const merge = mergeOf(functionId)
    const reading = { isMarked: !runsOwnImage(pod) }
    merge.open(reading)
    try {
      const { from, to } = spanOf(pod, start)
      const known = (await storedOf(functionId))
        .filter(({ time }) => time >= from && time <= to + 1000)
        .map(line => ({ time: line.time, stamp: '', text: reading.isMarked ? writeMarked(line) : line.text }))
      const hide = await masks.of(functionId, pod, from, signal)
      const late = { lateMs: lateLogMs }
      const source = {
        namespace: scope.name,
        pod: start.pod,
        container: start.container,
        isPrevious: () => isPreviousStart(podOf(start.podUid), start),
        phase: () => phaseOf(podOf(start.podUid), start),
        changed: (milliseconds: number) => changed(start.podUid, milliseconds),
      }
      for await (const event of readContainerLog(
        { client: scope.client, clock },
        source,
        hide ? createMaskedSeenLines(known, hide, late) : createSeenLines(known, late),
        signal,
      )) {
        if ('lines' in event) await merge.push(reading, hide ? maskLines(event.lines, hide) : event.lines)
        // A pod that scales down is gone soon after its log has ended.
        else if (podOf(start.podUid)) log.system(functionId, event.notice)
      }
    } finally {
      merge.close(reading)
    }
  }
  const look = (pod: KubePod): void => {
    const functionId = view.functionIdOf(pod)
    if (functionId === undefined) return
    withPods.add(functionId)
    for (const start of containerStarts(pod)) {
      const key = startKey(start)
      if (start.container !== functionContainer || readers.has(key)) continue
      readers.add(key)
      read(functionId, start, pod).catch((error: unknown) => {
        if (!signal.aborted) report(error)
      })
    }
  }
  const lookAtAll = () => {
    for (const pod of view.pods.list()) look(pod)
  }
  const forgetPod = (pod: KubePod): void => {
    for (const key of readers) if (key.startsWith(`${pod.metadata.uid}/`)) readers.delete(key)
    const functionId = view.functionIdOf(pod)
    if (functionId === undefined) return
    const sight = view.sight(functionId)
    if (sight && sight.pods.length > 0) return
    merges.delete(functionId)
    masks.forget(functionId)
    stored.delete(functionId)
    if (!withPods.delete(functionId) || !sight || sight.service.metadata.deletionTimestamp !== undefined) return
    log.system(functionId, 'Scaled to zero: the next call starts a pod.')
  }
  const subscription = view.pods.subscribe(({ type, object }) => {
    if (type === 'delete') forgetPod(object)
    else look(object)
  })
  const states = view.pods.onState(({ synced }) => {
    if (synced) lookAtAll()
  })
  lookAtAll()
  return {
    [Symbol.dispose]: () => {
      stopping.abort()
      for (const one of [subscription, states, ...merges.values()]) one[Symbol.dispose]()
    },
  }
}

/**
 * What the gateway itself says says nothing of how far a container's log was read. Its lines have whole milliseconds; those of a
 * pod have the kubelet's nanoseconds.
 */
const isOfPod = ({ time }: StoredLogLine): boolean => !Number.isInteger(time)

/** A line of the kubelet itself has no time. */
const lineOf = ({ time, text, truncated }: TimedLine, clock: Clock, isMarked: boolean): NewLogLine =>
  time === undefined
    ? { time: clock.now(), stream: 'system', text }
    : {
        time,
        ...(isMarked ? readMarked(text) : { stream: 'stdout', text }),
        ...(truncated === undefined ? {} : { truncated }),
      }
