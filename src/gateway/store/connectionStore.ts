import type { Kysely } from 'kysely'
import { HksError, notFound } from '../../contract/errors.ts'
import type { ConnectionRecord, ConnectionStore } from '../domain/connection.ts'
import type { Row, Schema } from './schema.ts'
import { explaining } from './storeError.ts'

/** Connections in the table `connections`. */
export function createConnectionStore(db: Kysely<Schema>): ConnectionStore {
  return {
    list: async () => (await db.selectFrom('connections').selectAll().orderBy('name').execute()).map(toConnection),
    insert: async connection => {
      const write = db.insertInto('connections').values(toRow(connection)).execute()
      await explaining(write, { unique: () => taken(connection) })
    },
    update: async connection => {
      const write = db
        .updateTable('connections')
        .set(toRow(connection))
        .where('id', '=', connection.id)
        .executeTakeFirst()
      const { numUpdatedRows } = await explaining(write, { unique: () => taken(connection) })
      if (numUpdatedRows === 0n) throw notFound('connection', connection.id)
    },
    remove: async id => {
      await db.transaction().execute(async transaction => {
        await transaction.deleteFrom('projects').where('connection', '=', id).execute()
        await transaction.deleteFrom('connections').where('id', '=', id).execute()
      })
    },
  }
}

const taken = ({ name }: ConnectionRecord) =>
  new HksError('CONFLICT', `name: another connection is named "${name}".`, {
    details: { field: 'name', value: name },
    hint: 'Choose another name.',
  })

const toRow = ({ id, kind, name, createdAt, ...spec }: ConnectionRecord): Row<'connections'> => ({
  id,
  kind,
  name,
  spec: JSON.stringify(spec),
  created_at: createdAt ?? 0,
})

const toConnection = ({ id, kind, name, spec, created_at }: Row<'connections'>): ConnectionRecord => ({
  id,
  kind,
  name,
  ...(JSON.parse(spec) as Omit<ConnectionRecord, 'id' | 'kind' | 'name' | 'createdAt'>),
  createdAt: created_at,
})
