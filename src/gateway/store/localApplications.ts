import type { Kysely } from 'kysely'
import type { ApplicationRecord, ApplicationSpec } from '../domain/application.ts'
import type { LocalApplications } from '../domain/localState.ts'
import { applicationErrors } from './applicationErrors.ts'
import { fromJson } from './columns.ts'
import type { Row, Schema } from './schema.ts'
import { explaining } from './storeError.ts'

/** Named commands in the table `applications`. */
export function createLocalApplications(db: Kysely<Schema>): LocalApplications {
  const rows = () => db.selectFrom('applications').selectAll().where('type', '=', 'stateless')
  return {
    list: async projectId =>
      (await rows().where('project_id', '=', projectId).orderBy('name').orderBy('id').execute()).map(toRecord),
    get: async id => {
      const row = await rows().where('id', '=', id).executeTakeFirst()
      return row && toRecord(row)
    },
    insert: async ({ id, projectId, spec: { name, ...spec }, createdAt }) => {
      const write = db
        .insertInto('applications')
        .values({
          id,
          type: 'stateless',
          project_id: projectId,
          name,
          spec: JSON.stringify(spec),
          created_at: createdAt,
          updated_at: createdAt,
        })
        .execute()
      await explaining(write, applicationErrors('named command', { projectId, name }))
    },
    remove: async id => {
      await db.deleteFrom('applications').where('id', '=', id).where('type', '=', 'stateless').execute()
    },
  }
}

const toRecord = (row: Row<'applications'>): ApplicationRecord => ({
  id: row.id,
  projectId: row.project_id,
  kind: 'Command',
  spec: { ...fromJson<Omit<ApplicationSpec, 'name'>>(row.spec), name: row.name },
  createdAt: row.created_at,
})
