import { toInstant } from '../../base/instant.ts'
import type { CronJob, ExecutionSummary } from '../../contract/cronJobs.ts'
import type { Function } from '../../contract/functions.ts'
import type { Project } from '../../contract/projects.ts'
import type { WatchChange, WatchMessage } from '../../contract/watch.ts'
import type { Change } from '../domain/changes.ts'
import type { CronJobRecord, Execution } from '../domain/cronJob.ts'
import type { FunctionRecord } from '../domain/function.ts'
import type { Provider } from '../domain/ports.ts'
import { toWireProject } from './wire/project.ts'

/** How domain objects become the wire's; a CronJob needs its ledger summary, hence the promises. */
export interface WatchTranslation {
  cronJob(record: CronJobRecord): Promise<CronJob>
  /** The present state of a CronJob, or `undefined` when it is gone. */
  cronJobById(id: string): Promise<CronJob | undefined>
  cronJobs(): Promise<readonly CronJob[]>
  execution(execution: Execution): ExecutionSummary
  function(record: FunctionRecord): Function
}

/** Gathers the changes of all providers into one numbered sequence. */
export interface WatchHub extends Disposable {
  /**
   * Sends what happened since `cursor`, or a snapshot when that is unknown, then each change.
   * `projects` limits what is sent; `lost` is called when no more can be sent, so that the client comes back. Dispose to
   * stop.
   */
  subscribe(
    cursor: string | undefined,
    projects: 'all' | readonly string[],
    send: (message: WatchMessage) => void,
    lost: () => void,
  ): Promise<Disposable>
}

type Unnumbered = WatchChange extends infer C ? (C extends WatchChange ? Omit<C, 'cursor'> : never) : never
interface Numbered {
  readonly seq: number
  readonly projectId: string | undefined
  readonly message: WatchChange
}

/** Changes kept for clients that come back: a minute of a very busy gateway. */
const kept = 10_000

/** Starts to listen; `bootId` makes the cursors of an earlier gateway unknown. */
export function createWatchHub(providers: readonly Provider[], bootId: string, translate: WatchTranslation): WatchHub {
  const history: Numbered[] = []
  const listeners = new Set<(change: Numbered) => void>()
  const projectOf = new Map<string, string>()
  let seq = 0
  let queue = Promise.resolve()

  const publish = (change: Unnumbered, projectId: string | undefined) => {
    seq += 1
    const numbered = { seq, projectId, message: { ...change, cursor: `${bootId}:${seq}` } }
    history.push(numbered)
    if (history.length > kept) history.shift()
    for (const listener of [...listeners]) listener(numbered)
  }
  const publishCronJob = (cronJob: CronJob) => {
    projectOf.set(cronJob.id, cronJob.projectId)
    publish({ type: 'put', kind: 'cronJob', object: cronJob }, cronJob.projectId)
  }
  const take = async (change: Change): Promise<void> => {
    switch (change.kind) {
      case 'project':
        return publish({ type: 'put', kind: 'project', object: toWireProject(change.project) }, change.project.id)
      case 'cronJob':
        return publishCronJob(await translate.cronJob(change.cronJob))
      case 'function': {
        const object = translate.function(change.function)
        projectOf.set(object.id, object.projectId)
        return publish({ type: 'put', kind: 'function', object }, object.projectId)
      }
      case 'execution': {
        const { applicationId } = change.execution
        const cronJob = await translate.cronJobById(applicationId)
        const object = translate.execution(change.execution)
        publish({ type: 'put', kind: 'execution', object }, cronJob?.projectId ?? projectOf.get(applicationId))
        if (cronJob) publishCronJob(cronJob)
        return
      }
      case 'deployment': {
        const projectId = projectOf.get(change.step.functionId)
        return publish({ type: 'put', kind: 'deployment', object: change.step }, projectId)
      }
      case 'deleted': {
        publish({ type: 'delete', kind: change.what, id: change.id }, projectOf.get(change.id) ?? change.id)
        projectOf.delete(change.id)
        return
      }
    }
  }
  const subscriptions = providers.map(provider =>
    provider.changes.subscribe(change => {
      // One after the other: a later state must not overtake an earlier one.
      queue = queue.then(() => take(change)).catch(() => resync())
    }),
  )
  /** A change that could not be translated would leave views stale: everyone gets a new snapshot instead. */
  const resync = () => {
    history.length = 0
    seq += 1
    for (const listener of [...listeners]) listener({ seq, projectId: undefined, message: resyncMark })
  }

  const snapshot = async (visible: (projectId: string) => boolean): Promise<WatchMessage> => {
    const cursor = `${bootId}:${seq}`
    const projects: Project[] = []
    const functions: Function[] = []
    for (const provider of providers) {
      for (const project of await provider.projects.list()) projects.push(toWireProject(project))
      for (const record of (await provider.functions?.list()) ?? []) functions.push(translate.function(record))
    }
    const cronJobs = await translate.cronJobs()
    for (const object of [...cronJobs, ...functions]) projectOf.set(object.id, object.projectId)
    return {
      type: 'snapshot',
      cursor,
      projects: projects.filter(project => visible(project.id)),
      cronJobs: cronJobs.filter(cronJob => visible(cronJob.projectId)),
      functions: functions.filter(fn => visible(fn.projectId)),
    }
  }

  return {
    subscribe: async (cursor, projects, send, lost) => {
      const visible = (projectId: string) => projects === 'all' || projects.includes(projectId)
      let sent = -1
      let pending: Numbered[] | undefined = []
      const deliver = (change: Numbered) => {
        if (change.seq <= sent) return
        sent = change.seq
        if (change.message === resyncMark) return void restart().catch(lost)
        if (projects === 'all' || (change.projectId !== undefined && visible(change.projectId))) send(change.message)
      }
      const listener = (change: Numbered) => (pending ? void pending.push(change) : deliver(change))
      const restart = async () => {
        pending ??= []
        const message = await snapshot(visible)
        sent = Math.max(sent, seqOf(message) ?? 0)
        send(message)
        flush()
      }
      const flush = () => {
        const waiting = pending ?? []
        pending = undefined
        waiting.forEach(deliver)
      }
      listeners.add(listener)
      const known = resumePoint(cursor, bootId)
      const oldest = history[0]?.seq ?? seq + 1
      if (known !== undefined && known <= seq && known >= oldest - 1) {
        sent = known
        pending = history.filter(change => change.seq > known)
        flush()
      } else {
        try {
          await restart()
        } catch (error) {
          listeners.delete(listener)
          throw error
        }
      }
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
    [Symbol.dispose]: () => {
      for (const subscription of subscriptions) subscription[Symbol.dispose]()
      listeners.clear()
    },
  }
}

/** Stands in the sequence for "ask again"; it is never sent. */
const resyncMark: WatchChange = { type: 'delete', cursor: '', kind: 'project', id: toInstant(0) }

const seqOf = (message: WatchMessage): number | undefined =>
  'cursor' in message ? Number(message.cursor.slice(message.cursor.lastIndexOf(':') + 1)) : undefined

function resumePoint(cursor: string | undefined, bootId: string): number | undefined {
  if (cursor === undefined || !cursor.startsWith(`${bootId}:`)) return undefined
  const seq = Number(cursor.slice(bootId.length + 1))
  return Number.isInteger(seq) && seq >= 0 ? seq : undefined
}
