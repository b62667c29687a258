import type { ContainerStatus, KubePod } from '../objects/coreV1.ts'
import type { ContainerPhase } from './containerLog.ts'

/** One start of a container of a pod: restarts are counted from 0. */
export interface ContainerStart {
  readonly podUid: string
  readonly pod: string
  readonly container: string
  readonly start: number
}

/** Names a start among all of a run. */
export const startKey = ({ podUid, container, start }: ContainerStart): string => `${podUid}/${container}/${start}`

const statusesOf = ({ status }: KubePod): readonly ContainerStatus[] => [
  ...(status?.initContainerStatuses ?? []),
  ...(status?.containerStatuses ?? []),
]

/** The starts of a pod's containers whose log can be there: the present one and the one before. */
export function containerStarts(pod: KubePod): readonly ContainerStart[] {
  const { uid: podUid, name } = pod.metadata
  return statusesOf(pod).flatMap(status => {
    const at = (start: number): ContainerStart => ({ podUid, pod: name, container: status.name, start })
    const { restartCount: present } = status
    const before = present > 0 && status.lastState?.terminated && !status.state?.waiting ? [at(present - 1)] : []
    const phase = phaseOf(pod, at(present))
    return phase === 'running' || phase === 'ended' ? [...before, at(present)] : before
  })
}

/** Where a start is in its life; `pod` is its pod as it is known now. */
export function phaseOf(
  pod: KubePod | undefined,
  { container, start }: Omit<ContainerStart, 'podUid' | 'pod'>,
): ContainerPhase {
  if (!pod) return 'gone'
  const status = statusesOf(pod).find(each => each.name === container)
  const isOver = pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded'
  if (!status || status.restartCount < start) return isOver ? 'gone' : 'waiting'
  if (status.restartCount > start) return status.restartCount === start + 1 ? 'ended' : 'gone'
  if (status.state?.running) return 'running'
  if (status.state?.terminated || status.lastState?.terminated) return 'ended'
  return isOver ? 'gone' : 'waiting'
}

/** Whether the log of a start is that before the present one. */
export const isPreviousStart = (pod: KubePod | undefined, { container, start }: ContainerStart): boolean =>
  pod !== undefined && statusesOf(pod).some(each => each.name === container && each.restartCount === start + 1)

/** The span of a start, epoch milliseconds, as far as it is known. */
export function spanOf(pod: KubePod, { container, start }: ContainerStart): { from: number; to: number } {
  const status = statusesOf(pod).find(each => each.name === container)
  const isPresent = status?.restartCount === start
  const ended = isPresent ? status.state?.terminated : status?.lastState?.terminated
  const from = Date.parse((isPresent ? status.state?.running?.startedAt : undefined) ?? ended?.startedAt ?? '')
  const to = Date.parse(ended?.finishedAt ?? '')
  return { from: Number.isNaN(from) ? -Infinity : from, to: Number.isNaN(to) ? Infinity : to }
}

/** What stands before each line: which container it is of, and which pod, where there are several. */
export function linePrefix({ metadata, spec }: KubePod, container: string, parallelism: number): string {
  const isAlone = spec.containers.length + (spec.initContainers?.length ?? 0) === 1
  const pod = parallelism > 1 ? metadata.name.slice(metadata.name.lastIndexOf('-') + 1) : undefined
  const parts = [pod, isAlone ? undefined : container].filter(part => part !== undefined)
  return parts.length === 0 ? '' : `[${parts.join('/')}] `
}
