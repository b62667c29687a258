import type { NewLogLine, StoredLogLine } from '../../../../domain/log.ts'

/** The mark at the end of each line of a pod (docs/runtime-protocol.md, "Logs"). */
const mark = /\t\[(?<stream>out|err|system)(?: (?<invocation>[0-9a-f-]{36}))?(?: \+(?<truncated>\d+))?\]$/
/** RFC 3339 with nanoseconds, as the kubelet writes it before a line. */
const stamped = /^(?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?<fraction>\.\d+)?(?<zone>Z|[+-]\d\d:\d\d) (?<text>.*)$/s

const streams = { out: 'stdout', err: 'stderr', system: 'system' } as const

/** A line of a pod's log with `timestamps=true`; `undefined` for what has no timestamp. */
export function readPodLine(line: string): NewLogLine | undefined {
  const found = stamped.exec(line)?.groups
  if (!found) return undefined
  const { time = '', fraction = '', zone = '', text = '' } = found
  return { time: Date.parse(time + zone) + Number(`0${fraction}`) * 1000, ...readMarked(text) }
}

/** A line of the program in a pod, without its mark. One that has none was not written by it. */
export function readMarked(text: string): Pick<NewLogLine, 'stream' | 'text' | 'invocationId' | 'truncated'> {
  const found = mark.exec(text)
  if (!found?.groups) return { stream: 'stderr', text }
  const { stream, invocation, truncated } = found.groups
  return {
    stream: streams[stream as keyof typeof streams],
    text: text.slice(0, found.index),
    ...(invocation === undefined ? {} : { invocationId: invocation }),
    ...(truncated === undefined ? {} : { truncated: Number(truncated) }),
  }
}

const words = { stdout: 'out', stderr: 'err', system: 'system' } as const

/** The same line as the pod wrote it: what {@link readMarked} reads. */
export function writeMarked({
  stream,
  text,
  invocationId,
  truncated,
}: Pick<StoredLogLine, 'stream' | 'text' | 'invocationId' | 'truncated'>): string {
  const call = invocationId === undefined ? '' : ` ${invocationId}`
  const cut = truncated === undefined ? '' : ` +${truncated}`
  return `${text}\t[${words[stream]}${call}${cut}]`
}
