// People and their pets, as Kysely's migrations.
import { sql } from 'kysely';

const people = {
  async up(db) {
    await db.schema.createTable('person')
      .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn('name', 'text', (column) => column.notNull().unique())
      .addColumn('age', 'integer', (column) => column.notNull().defaultTo(0))
      .addColumn('photo', 'blob')
      .execute();
  },
  async down(db) {
    await db.schema.dropTable('person').execute();
  },
};

const pets = {
  async up(db) {
    await db.schema.createTable('pet')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('owner_id', 'integer', (column) => column.notNull().references('person.id').onDelete('cascade'))
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull().check(sql`kind IN ('cat', 'dog')`))
      .execute();
    await db.schema.createIndex('pet_owner').on('pet').column('owner_id').execute();
    await db.schema.createView('cat').as(db.selectFrom('pet').selectAll().where('kind', '=', 'cat')).execute();
  },
  async down(db) {
    await db.schema.dropView('cat').execute();
    await db.schema.dropTable('pet').execute();
  },
};

export const steps = { '001_people': people, '002_pets': pets };
export const provider = { getMigrations: async () => steps };
