import type { TimedLine } from './timedLines.ts'

/**
 * How a kubelet begins what it writes into an answer in place of lines that it can not read: errors of its reader of logs
 * (k8s.io/cri-client, pkg/logs) and of the container runtime. They have no time.
 */
const beginnings = [
  'unable to retrieve container logs for ',
  'failed to try resolving symlinks in path ',
  'failed to open log file ',
  'failed to create fsnotify watcher',
  'failed to watch ',
  'failed to seek ',
  'failed to tail ',
  'failed to read log file ',
  'failed to get container status ',
  'rpc error: code = ',
]
/** There is nothing to be read any more: the container was removed from its node, with its log. */
const gone = /^unable to retrieve container logs for |no such file or directory|^rpc error: code = NotFound/

/** Whether the node says why it can not give the log; anything else without a time may be a line of the container. */
export const isNodeError = ({ time, text }: TimedLine): boolean =>
  time === undefined && beginnings.some(beginning => text.startsWith(beginning))

/** Whether what the node says means that the log is not there any more. */
export const isLogGone = (nodeError: string): boolean => gone.test(nodeError)

/** What is said of a log that went with its container before its end was read; `last` is the time of the last line. */
export const goneFromNode = (pod: string, last: number | undefined): string =>
  `The log of ${pod} was removed from its node; ${
    last === undefined ? 'nothing of it could be read' : `lines after ${new Date(last).toISOString()} may be missing`
  }.`

/** What is said, once, of the log of a container that runs and that its node can not follow. */
export const notFollowed = (pod: string, nodeError: string): string =>
  `The node of ${pod} can not follow its log, which is read every few seconds instead: ${nodeError}`
