import type { WatchMessage } from '../../../contract/watch.ts'
import type { Break, ChangeLog, NumberedChange } from './changeLog.ts'
import type { Everything, WatchTranslation } from './watchTranslation.ts'

/** One who watches. */
export interface Watcher {
  /** Where it left off; `undefined` for one that knows nothing yet. */
  readonly cursor: string | undefined
  /** What it may see. */
  readonly projects: 'all' | readonly string[]
  readonly send: (message: WatchMessage) => void
  /** No more can be sent, for this reason: it has to come back. */
  readonly lost: (error: unknown) => void
}

/**
 * Sends what the watcher missed, or a snapshot when that is not known, then each change: none twice, none left out.
 * Rejects when the first snapshot can not be read. Dispose to stop.
 */
export async function openWatchSubscription(
  log: ChangeLog,
  everything: WatchTranslation['everything'],
  { cursor, projects, send, lost }: Watcher,
): Promise<Disposable> {
  /** What comes while a snapshot is read; absent when there is none under way. */
  let waiting: (NumberedChange | Break)[] | undefined
  /** The place up to which the watcher knows everything. */
  let sent = 0

  const sees = (projectId: string | undefined) =>
    projects === 'all' || (projectId !== undefined && projects.includes(projectId))
  const take = (entry: NumberedChange | Break) => {
    if (waiting) waiting.push(entry)
    else if (entry.seq > sent) deliver(entry)
  }
  const deliver = (entry: NumberedChange | Break) => {
    sent = entry.seq
    if (!entry.message) void sendSnapshot().catch(lost)
    else if (sees(entry.projectId)) send(entry.message)
  }
  const sendSnapshot = async () => {
    waiting = []
    // The place first: what changes while the snapshot is read comes again after it rather than not at all.
    const place = log.position()
    const snapshot = visiblePart(await everything(), sees)
    sent = place.seq
    send({ type: 'snapshot', cursor: place.cursor, ...snapshot })
    const meanwhile = waiting
    waiting = undefined
    // A break among them starts the next snapshot, for which the rest has to wait.
    meanwhile.forEach(take)
  }

  const listening = log.subscribe(take)
  const known = cursor === undefined ? undefined : log.resume(cursor)
  if (known) {
    sent = known.seq
    known.missed.forEach(deliver)
    return listening
  }
  try {
    await sendSnapshot()
    return listening
  } catch (error) {
    listening[Symbol.dispose]()
    throw error
  }
}

function visiblePart(
  { connections, projects, cronJobs, functions, deployments, invocations, calls, sandbox }: Everything,
  sees: (projectId: string | undefined) => boolean,
): Everything {
  const visible = functions.filter(fn => sees(fn.projectId))
  const ids = new Set(visible.map(({ id }) => id))
  return {
    // As their changes: they are of no project.
    connections: sees(undefined) ? connections : [],
    projects: projects.filter(project => sees(project.id)),
    cronJobs: cronJobs.filter(cronJob => sees(cronJob.projectId)),
    functions: visible,
    deployments: deployments.filter(deployment => sees(deployment.projectId)),
    invocations: invocations.filter(({ functionId }) => ids.has(functionId)),
    calls: calls.filter(({ functionId }) => ids.has(functionId)),
    ...(sandbox && sees(undefined) ? { sandbox } : {}),
  }
}
