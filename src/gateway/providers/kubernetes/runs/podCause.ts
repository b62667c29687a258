import type { Container, ContainerStatus, KubePod, Terminated } from '../objects/coreV1.ts'

/** What keeps a pod from going on, or ended it: a word of Kubernetes and one line. */
export interface PodFault {
  readonly reason: string
  readonly cause: string
  /** What the container itself said at its end (core/v1 terminationMessagePath). */
  readonly said?: string
}

/** Signals that end a process most often, by number (POSIX; 137 is what a killed container answers). */
const signals: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  14: 'SIGALRM',
  15: 'SIGTERM',
}

/** The signal that an exit code above 128 speaks of. */
export const signalOf = (exitCode: number): string | undefined => signals[exitCode - 128]

/** What a kubelet says of a container that it has lost sight of, or that never was: the pod was deleted before. */
export const unknownEnd = 'ContainerStatusUnknown'

/** Why a pod failed or does not start; nothing while all is well. */
export function podFault(pod: KubePod): PodFault | undefined {
  const { status } = pod
  if (status?.reason === 'Evicted')
    return { reason: 'Evicted', cause: `The node evicted the pod: ${oneLine(status.message)}` }
  return containerFault(pod) ?? disruption(pod) ?? wholePod(pod) ?? unschedulable(pod)
}

/** Of all containers the init ones first: what comes after them has not started. */
function containerFault(pod: KubePod): PodFault | undefined {
  const { spec, status } = pod
  for (const each of status?.initContainerStatuses ?? []) {
    const container = spec.initContainers?.find(one => one.name === each.name)
    // A sidecar is ended when the others are done, and started again when it ends before.
    if (container?.restartPolicy === 'Always' && each.state?.terminated) continue
    const fault = faultOf(each, container, `init container "${each.name}"`)
    if (fault) return { ...fault, reason: fault.reason === 'Error' ? 'InitContainerFailed' : fault.reason }
  }
  const several = spec.containers.length > 1
  for (const each of status?.containerStatuses ?? []) {
    const container = spec.containers.find(one => one.name === each.name)
    const fault = faultOf(each, container, several ? `container "${each.name}"` : 'container')
    if (fault) return fault
  }
  return undefined
}

function faultOf(status: ContainerStatus, container: Container | undefined, what: string): PodFault | undefined {
  const { waiting, terminated } = status.state ?? {}
  const ended = terminated ?? (waiting?.reason === 'CrashLoopBackOff' ? status.lastState?.terminated : undefined)
  if (ended && ended.exitCode !== 0) return endFault(ended, container, what)
  const reason = waiting?.reason
  if (reason === undefined || harmless.has(reason)) return undefined
  if (imageReasons.has(reason)) {
    const image = container?.image ?? status.image
    return { reason, cause: `The image "${image}" of the ${what} can not be pulled: ${oneLine(waiting?.message)}` }
  }
  return { reason, cause: `The ${what} can not start: ${oneLine(waiting?.message ?? reason)}` }
}

/** Why a container that has ended did not end well. */
export function endFault(ended: Terminated, container: Container | undefined, what: string): PodFault {
  const { exitCode, reason = 'Error', message } = ended
  const limit = container?.resources?.limits?.['memory']
  const overLimit = `it used more than its limit of ${limit} of memory`
  if (reason === 'OOMKilled') {
    const over = limit === undefined ? 'the memory of its node ran out' : overLimit
    return { reason, cause: `The ${what} was killed: ${over} (OOMKilled).` }
  }
  if (reason !== 'Error' && reason !== 'Completed') {
    return { reason, cause: `The ${what} could not run: ${oneLine(message ?? reason)}` }
  }
  const signal = signalOf(exitCode)
  // containerd may learn of the end before it learns of its reason, and then the kubelet never does.
  const perhaps = signal === 'SIGKILL' && limit !== undefined ? `; perhaps ${overLimit}` : ''
  const code = `The ${what} exited with code ${exitCode}${signal === undefined ? '' : `, as after ${signal}${perhaps}`}`
  const said = message === undefined ? undefined : oneLine(message)
  return said === undefined
    ? { reason: 'Error', cause: `${code}.` }
    : { reason: 'Error', cause: `${code}: ${said}`, said }
}

const disruption = ({ status }: KubePod): PodFault | undefined => {
  const found = status?.conditions?.find(({ type, status: is }) => type === 'DisruptionTarget' && is === 'True')
  return (
    found && {
      reason: found.reason ?? found.type,
      cause: `The pod was taken off its node: ${oneLine(found.message ?? found.reason)}`,
    }
  )
}

const wholePod = ({ status }: KubePod): PodFault | undefined =>
  status?.phase === 'Failed' && status.reason !== undefined
    ? { reason: status.reason, cause: `The pod failed: ${oneLine(status.message ?? status.reason)}` }
    : undefined

const unschedulable = ({ status }: KubePod): PodFault | undefined => {
  const found = status?.conditions?.find(({ type, reason }) => type === 'PodScheduled' && reason === 'Unschedulable')
  return found && found.status === 'False'
    ? { reason: 'Unschedulable', cause: `No node takes the pod: ${oneLine(found.message)}` }
    : undefined
}

const harmless: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing', 'CrashLoopBackOff'])
const imageReasons: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
])

/** Longest line that is taken over from a cluster, characters. */
const longestLine = 500

/** What the cluster says, as the end of a sentence; what is longer ends after a whole word, where one is near. */
export function oneLine(text: string | undefined, longest: number = longestLine): string {
  const line = (text ?? 'Kubernetes does not say why').trim().replace(/\s+/g, ' ')
  const cut = line.length > longest ? `${line.slice(0, longest).replace(/ \S{0,100}$/, '')}…` : line
  return /[.!?…]$/.test(cut) ? cut : `${cut}.`
}
