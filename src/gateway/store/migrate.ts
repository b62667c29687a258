import { type Kysely, sql } from 'kysely'

/** One step of the schema. */
export interface Migration {
  readonly name: string
  up(db: Kysely<unknown>): Promise<void>
}

/** Where the database records its steps. `version` counts from 1. */
type VersionTable = { schema_versions: { version: number; name: string } }

/** Applies the steps that the database lacks, each whole or not at all. */
export async function migrate(db: Kysely<unknown>, migrations: readonly Migration[]): Promise<void> {
  await sql`create table if not exists schema_versions (version integer primary key, name text not null)`.execute(db)
  const present = await versionOf(db)
  for (const [index, migration] of migrations.entries()) {
    const version = index + 1
    if (version <= present) continue
    await db.transaction().execute(async transaction => {
      await migration.up(transaction)
      await transaction
        .withTables<VersionTable>()
        .insertInto('schema_versions')
        .values({ version, name: migration.name })
        .execute()
    })
  }
}

async function versionOf(db: Kysely<unknown>): Promise<number> {
  const row = await db
    .withTables<VersionTable>()
    .selectFrom('schema_versions')
    .select(eb => eb.fn.max('version').as('version'))
    .executeTakeFirst()
  return row?.version ?? 0
}
