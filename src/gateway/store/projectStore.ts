import type { Kysely } from 'kysely'
import { HksError, notFound } from '../../contract/errors.ts'
import type { ProjectStore, StoredProject } from '../domain/projectStore.ts'
import { present } from './columns.ts'
import type { Row, Schema } from './schema.ts'
import { explaining } from './storeError.ts'

/** Projects in the table `projects`. */
export function createProjectStore(db: Kysely<Schema>): ProjectStore {
  const replace = async (id: string, project: StoredProject): Promise<void> => {
    const write = db.updateTable('projects').set(toRow(project)).where('id', '=', id).executeTakeFirst()
    const { numUpdatedRows } = await explaining(write, { unique: () => taken(project) })
    if (numUpdatedRows === 0n) throw notFound('project', id)
  }
  return {
    list: async connection => {
      const rows = db.selectFrom('projects').selectAll().where('connection', '=', connection)
      return (await rows.orderBy('name').orderBy('id').execute()).map(toProject)
    },
    get: async id => {
      const row = await db.selectFrom('projects').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toProject(row)
    },
    insert: async project => {
      await explaining(db.insertInto('projects').values(toRow(project)).execute(), { unique: () => taken(project) })
    },
    rekey: replace,
    remove: async id => {
      await explaining(db.deleteFrom('projects').where('id', '=', id).execute(), { foreignKey: () => inUse(id) })
    },
  }
}

const taken = (project: StoredProject) =>
  new HksError('CONFLICT', `Another project has the folder ${project.path ?? project.id}.`, {
    details: { field: 'path', value: project.path },
    hint: 'Forget that project first, or take another folder.',
  })

const inUse = (id: string) =>
  new HksError('CONFLICT', `The project "${id}" still has applications.`, {
    details: { id },
    hint: 'Delete its CronJobs and functions first.',
  })

const toRow = (project: StoredProject): Row<'projects'> => ({
  id: project.id,
  name: project.name,
  connection: project.connection,
  path: project.path ?? null,
  created_at: project.createdAt,
})

const toProject = (row: Row<'projects'>): StoredProject =>
  present({ id: row.id, name: row.name, connection: row.connection, path: row.path, createdAt: row.created_at })
