import { createQueue } from '../../../../base/queue.ts'
import { notFound } from '../../../../contract/errors.ts'
import type { ChangePublisher } from '../../../domain/changes.ts'
import type { FunctionRecord, RevisionRecord } from '../../../domain/function.ts'
import type { FunctionScaling } from '../../../domain/functionScaling.ts'
import type { LocalFunctions, StoredFunction } from '../../../domain/localState.ts'

/** What is stored of functions, completed by what is known only while the gateway runs. */
export interface FunctionRecords {
  get(id: string): Promise<FunctionRecord | undefined>
  list(projectId?: string): Promise<readonly FunctionRecord[]>
  /**
   * Changes a stored function, saves a revision with it, and publishes it. Changes of one function are made one after the
   * other.
   */
  update(
    id: string,
    change: (stored: StoredFunction) => StoredFunction,
    revision?: RevisionRecord,
  ): Promise<FunctionRecord>
  /** Publishes the function as it is now. Publications are in the order in which they were asked for. */
  publish(id: string): Promise<FunctionRecord | undefined>
}

/** What {@link createFunctionRecords} needs. */
export interface FunctionRecordsOptions {
  readonly state: LocalFunctions
  readonly changes: ChangePublisher
  readonly replicas: (id: string) => number
  readonly isDebugged: (id: string) => boolean
  readonly url: (id: string) => string
  /** Fills in what the function leaves to this machine. */
  readonly scaling: (asked: FunctionScaling) => FunctionScaling
}

/** Revisions that an answer carries. */
export const listedRevisions = 5

/** Reads and writes records of functions in order. */
export function createFunctionRecords(options: FunctionRecordsOptions): FunctionRecords {
  const { state, changes } = options
  const queue = createQueue()
  /** What was made of a stored function: each call asks for it, and it seldom changes. */
  const completed = new WeakMap<StoredFunction, FunctionRecord>()

  const complete = (stored: StoredFunction, revisions: readonly RevisionRecord[]): FunctionRecord => ({
    ...stored,
    spec: { ...stored.spec, scaling: options.scaling(stored.spec.scaling) },
    url: options.url(stored.id),
    replicas: options.replicas(stored.id),
    ...(options.isDebugged(stored.id) && { debugging: true }),
    revisions,
  })
  const isCurrent = ({ id, url, replicas, debugging }: FunctionRecord) =>
    replicas === options.replicas(id) && (debugging === true) === options.isDebugged(id) && url === options.url(id)
  const get = async (id: string) => {
    const stored = await state.get(id)
    if (!stored) return undefined
    const known = completed.get(stored)
    if (known && isCurrent(known)) return known
    const record = complete(stored, await state.revisions(id, listedRevisions))
    completed.set(stored, record)
    return record
  }
  const publishNow = async (id: string) => {
    const record = await get(id)
    if (record) changes.publish({ kind: 'function', function: record })
    return record
  }
  return {
    get,
    list: async projectId =>
      Promise.all(
        (await state.list(projectId)).map(async stored =>
          complete(stored, await state.revisions(stored.id, listedRevisions)),
        ),
      ),
    update: (id, change, revision) =>
      queue.add(async () => {
        const stored = await state.get(id)
        if (!stored) throw notFound('function', id)
        await state.update(change(stored), revision)
        return (await publishNow(id))!
      }),
    publish: id => queue.add(() => publishNow(id)),
  }
}
