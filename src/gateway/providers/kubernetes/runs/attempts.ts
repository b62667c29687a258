import { defined } from '../../../../base/defined.ts'
import type { Attempt } from '../../../domain/cronJob.ts'
import { mainContainer } from '../cronJobs/mainContainer.ts'
import { millisecondsOf } from '../cronJobs/fromKube.ts'
import type { ContainerStatus, KubePod, Terminated } from '../objects/coreV1.ts'
import { signalOf, unknownEnd } from './podCause.ts'

/** Attempts as they were seen, by pod and start of its main container. */
export type SeenAttempts = ReadonlyMap<string, Omit<Attempt, 'number'>>

/** What was seen before with what the pods say now: a pod, and each start of its main container, is an attempt. */
export function seeAttempts(seen: SeenAttempts, pods: readonly KubePod[]): SeenAttempts {
  const all = new Map(seen)
  for (const pod of pods) {
    const { uid, creationTimestamp } = pod.metadata
    const createdAt = millisecondsOf(creationTimestamp) ?? 0
    const name = mainContainer(pod)?.name
    const status = pod.status?.containerStatuses?.find(each => each.name === name)
    const starts = status?.restartCount ?? 0
    const last = status?.lastState?.terminated
    if (last && starts > 0 && !status.state?.waiting) all.set(`${uid}/${starts - 1}`, endedAttempt(last, createdAt))
    all.set(`${uid}/${starts}`, presentAttempt(pod, status, createdAt))
  }
  return all
}

/** The attempts in order; `restored` are those that were stored by an earlier gateway, of pods that may be gone. */
export function numberAttempts(seen: SeenAttempts, restored: readonly Attempt[] = []): readonly Attempt[] {
  const present = [...seen.values()]
  const gone = restored.filter(
    each => each.completedAt !== undefined && !present.some(({ startedAt }) => startedAt === each.startedAt),
  )
  return [...gone, ...present]
    .sort((a, b) => a.startedAt - b.startedAt)
    .map((attempt, index) => ({ ...attempt, number: index + 1 }))
}

function presentAttempt(pod: KubePod, status: ContainerStatus | undefined, createdAt: number): Omit<Attempt, 'number'> {
  // A container that waits to be started again has ended before.
  const terminated = status?.state?.terminated ?? (status?.state?.waiting ? status.lastState?.terminated : undefined)
  if (terminated) return endedAttempt(terminated, createdAt)
  const startedAt = millisecondsOf(status?.state?.running?.startedAt) ?? createdAt
  const isOver = pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded'
  return isOver ? { startedAt, completedAt: Math.max(startedAt, changedAt(pod) ?? startedAt) } : { startedAt }
}

function endedAttempt(
  { startedAt, finishedAt, exitCode, reason }: Terminated,
  createdAt: number,
): Omit<Attempt, 'number'> {
  const begin = millisecondsOf(startedAt)
  // A container that could not start has the zero time, or none.
  const from = begin === undefined || begin <= 0 ? createdAt : begin
  // The exit code is made up then.
  const isKnown = reason !== unknownEnd
  return defined({
    startedAt: from,
    completedAt: Math.max(from, millisecondsOf(finishedAt) ?? from),
    exitCode: isKnown ? exitCode : undefined,
    signal: isKnown ? signalOf(exitCode) : undefined,
  })
}

/** The latest change of a condition: when a pod without an ended container was given up. */
function changedAt({ status }: KubePod): number | undefined {
  const times = (status?.conditions ?? []).flatMap(each => millisecondsOf(each.lastTransitionTime) ?? [])
  return times.length === 0 ? undefined : Math.max(...times)
}
