// What all three threads share: the tables, and Kysely over whatever kind of database a thread has.
import { GlasswalDialect } from 'glasswal/kysely';
import { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';

const migrations = {
  '001_notes': {
    up: (db) => db.schema.createTable('note')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('text', 'text', (column) => column.notNull().unique())
      .execute(),
  },
  '002_counts': {
    up: (db) => db.schema.createTable('count')
      .addColumn('note_id', 'integer', (column) => column.primaryKey().references('note.id').onDelete('cascade'))
      .addColumn('words', 'integer', (column) => column.notNull())
      .execute(),
  },
};

export const kyselyOver = (database) => new Kysely({ dialect: new GlasswalDialect({ database }) });

/** Brings the tables up to date. All threads may do it at once: one does it, and the others wait. */
export async function migrate(db) {
  const { error } = await new Migrator({ db, provider: { getMigrations: async () => migrations } }).migrateToLatest();
  if (error !== undefined) throw error;
}
