import type { Kysely } from 'kysely'
import { HksError, notFound } from '../../contract/errors.ts'
import type { FunctionSpec, RevisionRecord } from '../domain/function.ts'
import { defaultResources } from '../domain/functionResources.ts'
import { defaultScaling } from '../domain/functionScaling.ts'
import type { LocalFunctions, StoredFunction } from '../domain/localState.ts'
import { applicationErrors } from './applicationErrors.ts'
import { fromJson, present } from './columns.ts'
import type { Row, Schema } from './schema.ts'
import { explaining } from './storeError.ts'

/** Functions in the table `applications`, their revisions in `revisions`. */
export function createLocalFunctions(db: Kysely<Schema>): LocalFunctions {
  const rows = () => db.selectFrom('applications').selectAll().where('type', '=', 'function')
  return {
    list: async projectId => {
      const query = projectId === undefined ? rows() : rows().where('project_id', '=', projectId)
      return (await query.orderBy('name').orderBy('id').execute()).map(toFunction)
    },
    get: async id => {
      const row = await rows().where('id', '=', id).executeTakeFirst()
      return row && toFunction(row)
    },
    insert: async (fn, revision) => {
      const values = { id: fn.id, type: 'function', created_at: fn.createdAt, ...columnsOf(fn) } as const
      await db.transaction().execute(async transaction => {
        await explaining(transaction.insertInto('applications').values(values).execute(), errorsOf(fn))
        if (revision) await saveRevision(transaction, revision)
      })
    },
    update: async (fn, revision) => {
      await db.transaction().execute(async transaction => {
        const write = transaction
          .updateTable('applications')
          .set(columnsOf(fn))
          .where('id', '=', fn.id)
          .where('type', '=', 'function')
          .executeTakeFirst()
        const { numUpdatedRows } = await explaining(write, errorsOf(fn))
        if (numUpdatedRows === 0n) throw notFound('function', fn.id)
        if (revision) await saveRevision(transaction, revision)
        await removeReplaced(transaction, fn)
      })
    },
    remove: async id => {
      await db.deleteFrom('applications').where('id', '=', id).where('type', '=', 'function').execute()
    },
    saveRevision: revision => saveRevision(db, revision),
    revisions: async (functionId, limit) => {
      const query = db
        .selectFrom('revisions')
        .selectAll()
        .where('function_id', '=', functionId)
        .orderBy('number', 'desc')
      return (await (limit === undefined ? query : query.limit(limit)).execute()).map(toRevision)
    },
    hasSource: async digest => {
      const query = db.selectFrom('revisions').select('id').where('source_digest', '=', digest).limit(1)
      return (await query.executeTakeFirst()) !== undefined
    },
  }
}

async function saveRevision(db: Kysely<Schema>, revision: RevisionRecord): Promise<void> {
  const row = toRevisionRow(revision)
  const write = db
    .insertInto('revisions')
    .values(row)
    .onConflict(conflict => conflict.column('id').doUpdateSet(row))
    .execute()
  await explaining(write, {
    unique: () =>
      new HksError('CONFLICT', `The function "${revision.functionId}" has a revision ${revision.number} already.`),
    foreignKey: () => notFound('function', revision.functionId),
  })
}

/** Transient revisions that neither serve nor may come to, and that are not the newest. */
const removeReplaced = (db: Kysely<Schema>, { id, serving }: StoredFunction) =>
  db
    .deleteFrom('revisions')
    .where('function_id', '=', id)
    .where('transient', '=', 1)
    .where('status', '!=', 'deploying')
    .where('number', '!=', serving)
    .where('number', '<', eb =>
      eb
        .selectFrom('revisions')
        .select(({ fn }) => fn.max('number').as('newest'))
        .where('function_id', '=', id),
    )
    .execute()

const errorsOf = (fn: StoredFunction) => applicationErrors('function', { projectId: fn.projectId, name: fn.spec.name })

const columnsOf = (fn: StoredFunction) => ({
  project_id: fn.projectId,
  name: fn.spec.name,
  status: fn.status,
  reason: fn.reason ?? null,
  serving: fn.serving,
  spec: JSON.stringify(fn.spec),
  updated_at: fn.updatedAt,
})

const toFunction = (row: Row<'applications'>): StoredFunction =>
  present({
    id: row.id,
    projectId: row.project_id,
    spec: toSpec(row.spec),
    status: row.status ?? ('failed' as const),
    reason: row.reason,
    serving: row.serving ?? 0,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  })

/** What was stored before there was a choice of these says nothing of them. */
const toSpec = (text: string): FunctionSpec => ({
  scaling: defaultScaling,
  resources: defaultResources,
  profile: 'function',
  network: 'full',
  ...fromJson<Omit<FunctionSpec, 'scaling' | 'resources' | 'profile' | 'network'> & Partial<FunctionSpec>>(text),
})

const toRevisionRow = (revision: RevisionRecord): Row<'revisions'> => ({
  id: revision.id,
  function_id: revision.functionId,
  number: revision.number,
  spec: JSON.stringify(revision.spec),
  source_digest: revision.sourceDigest,
  status: revision.status,
  reason: revision.reason ?? null,
  created_at: revision.createdAt,
  transient: revision.transient ? 1 : 0,
})

const toRevision = (row: Row<'revisions'>): RevisionRecord =>
  present({
    id: row.id,
    functionId: row.function_id,
    number: row.number,
    spec: toSpec(row.spec),
    sourceDigest: row.source_digest,
    status: row.status,
    reason: row.reason,
    ...(row.transient === 1 && { transient: true as const }),
    createdAt: row.created_at,
  })
