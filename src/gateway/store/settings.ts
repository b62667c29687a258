import type { Kysely } from 'kysely'
import type { Settings } from '../domain/localState.ts'
import type { Schema } from './schema.ts'

/** Settings in the table `settings`. */
export const createSettings = (db: Kysely<Schema>): Settings => ({
  get: async key => (await db.selectFrom('settings').select('value').where('key', '=', key).executeTakeFirst())?.value,
  set: async (key, value) => {
    await db
      .insertInto('settings')
      .values({ key, value })
      .onConflict(conflict => conflict.column('key').doUpdateSet({ value }))
      .execute()
  },
})
