import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { AuditStore } from '../domain/auditStore.ts'
import type { Schema } from './schema.ts'

/** Audit rows in the table `audit`. */
export const createAuditStore = (db: Kysely<Schema>): AuditStore => ({
  write: async record => {
    await db
      .insertInto('audit')
      .values({ id: randomUUID(), ...record })
      .execute()
  },
})
