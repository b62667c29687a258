import { HksError } from '../../../../contract/errors.ts'
import type { Clock } from '../../../domain/clock.ts'
import type { ConnectionFault } from '../client/translateError.ts'
import type { KubeClient } from '../client/kubeClient.ts'
import { logSilence } from './logSilence.ts'
import { goneFromNode, isLogGone, isNodeError, notFollowed } from './nodeError.ts'
import type { SeenLines } from './seenLines.ts'
import { createTimedSplitter, type TimedLine } from './timedLines.ts'

/** Where a start of a container is in its life, as the cache knows it. */
export type ContainerPhase = 'waiting' | 'running' | 'ended' | 'gone'

/** One start of a container. */
export interface ContainerSource {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  /** Asked before each request: whether it is the start before the present one by now. */
  isPrevious(): boolean
  /** Asked again and again. */
  phase(): ContainerPhase
  /** Resolves at the next change of its pod, or after that many milliseconds. */
  changed(milliseconds: number): Promise<void>
}

/** What reading logs needs. */
export interface ContainerLogDeps {
  readonly client: Pick<KubeClient, 'server' | 'stream'>
  readonly clock: Clock
}

/** What the reader of a log says besides its lines. */
export type ContainerLogEvent =
  | { readonly lines: readonly TimedLine[] }
  /** A sentence of the platform: lines are missing, or none will come. */
  | { readonly notice: string }

/** Failures after the end of a container after which its log counts as lost; while the cluster is away none is counted. */
const mostFailures = 8
/** Reasons of CONNECTION_FAILED that say nothing of the log: it can be read when the connection is back. */
const away: readonly ConnectionFault[] = ['unreachable', 'untrusted', 'unauthenticated', 'credentials', 'kubeconfig']
const firstPauseMs = 250
const longestPauseMs = 10_000
/** Time in which the cluster says that a container has ended whose log ended. */
const settleMs = 5000
/** As often in a row does the node of a running container refuse its log before that is said. */
const toldRefusals = 3

/**
 * Reads the log of a container from its start, or from what was seen of it, to its end: cut off, it goes on where it was.
 * It ends with the container, or with a notice. @throws `signal.reason`
 */
export async function* readContainerLog(
  { client, clock }: ContainerLogDeps,
  source: ContainerSource,
  seen: SeenLines,
  signal: AbortSignal,
): AsyncGenerator<ContainerLogEvent> {
  let failures = 0
  let counted = 0
  let hasEnded = false
  let rest: readonly TimedLine[] = []
  /** Answers in a row that ended with an error of the node, and the error. */
  let refusals = 0
  let nodeError: string | undefined
  const printed = (lines: readonly TimedLine[]): readonly TimedLine[] => {
    nodeError = lines.findLast(isNodeError)?.text ?? nodeError
    return lines.filter(line => !isNodeError(line))
  }
  const fresh = (lines: readonly TimedLine[]) => printed(lines).filter(line => seen.take(line))

  for (;;) {
    signal.throwIfAborted()
    const phase = source.phase()
    if (phase === 'waiting') {
      await source.changed(longestPauseMs)
      continue
    }
    const before = seen.last()
    const splitter = createTimedSplitter()
    let isJoinChecked = before === undefined
    let isFresh = false
    nodeError = undefined
    seen.readAgain()
    using silence = logSilence(clock, client.server, () => source.phase() === 'running')
    try {
      const stream = await client.stream(pathOf(source), {
        query: queryOf(source, seen, phase === 'running'),
        signal: AbortSignal.any([signal, silence.signal]),
      })
      for await (const chunk of stream) {
        silence.broken()
        failures = counted = 0
        const lines = fresh(splitter.push(chunk))
        if (lines.length > 0) {
          isFresh = true
          if (!isJoinChecked && !seen.isJoined()) yield { notice: lost(before!, lines[0]!.time) }
          isJoinChecked = true
          yield { lines }
        }
        silence.waits()
      }
      rest = printed(splitter.flush())
      if (nodeError !== undefined) {
        refusals += 1
        if (isFresh) hasEnded = false
        const isOver = source.phase() !== 'running'
        if (isOver && (hasEnded || isLogGone(nodeError) || refusals >= mostFailures)) {
          if (hasEnded) return
          const isGone = isLogGone(nodeError)
          yield { notice: isGone ? goneFromNode(source.pod, seen.last()) : notToItsEnd(source.pod, nodeError) }
          return
        }
        if (!isOver && refusals === toldRefusals) yield { notice: notFollowed(source.pod, nodeError) }
        await source.changed(isOver ? pauseMs(refusals) : settleMs)
        continue
      }
      refusals = 0
      hasEnded = true
      if (phase !== 'running') {
        const lines = fresh(rest)
        if (lines.length > 0) yield { lines }
        return
      }
      // It ended with its container, or was cut without an error: once the container has ended the end is read again.
      if (source.phase() === 'running') await source.changed(settleMs)
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof HksError)) throw error
      const isGone = error.code === 'NOT_FOUND' || (error.code === 'INVALID_REQUEST' && source.phase() === 'gone')
      if (isGone) {
        const lines = fresh(rest)
        if (lines.length > 0) yield { lines }
        if (!hasEnded) yield { notice: `The pod ${source.pod} is gone; its log ends here.` }
        return
      }
      if (error.code === 'FORBIDDEN') {
        yield { notice: `The log of ${source.pod} can not be read: ${error.message}` }
        return
      }
      failures += 1
      if (silence.signal.aborted || !isAway(error)) counted += 1
      hasEnded = false
      const isOver = source.phase() === 'ended' || source.phase() === 'gone'
      // A container that never ran has no log (400).
      if (isOver && error.code === 'INVALID_REQUEST') return
      if (isOver && counted >= mostFailures) {
        yield { notice: notToItsEnd(source.pod, error.message) }
        return
      }
      await source.changed(pauseMs(failures))
    }
  }
}

/** Whether the cluster can not be reached or asked at all, which says nothing of what was asked for. */
export const isAway = ({ code, details }: HksError): boolean =>
  code === 'CONNECTION_FAILED' && away.some(reason => reason === details?.['reason'])

const pathOf = ({ namespace, pod }: ContainerSource): string =>
  `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`

const queryOf = (source: ContainerSource, seen: SeenLines, isRunning: boolean) => ({
  container: source.container,
  timestamps: true,
  follow: isRunning ? true : undefined,
  previous: source.isPrevious() ? true : undefined,
  sinceTime: seen.since(),
})

const notToItsEnd = (pod: string, why: string): string => `The log of ${pod} could not be read to its end: ${why}`

const lost = (from: number, to: number | undefined): string => {
  const until = to === undefined ? '' : ` to ${new Date(to).toISOString()}`
  return `Lines from ${new Date(from).toISOString()}${until} may be missing: the log was rotated while it could not be read.`
}

const pauseMs = (failures: number): number =>
  Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1)) * (0.75 + Math.random() / 2)
