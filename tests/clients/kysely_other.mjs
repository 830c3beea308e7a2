// What the other client does in the tests of Kysely.
import { Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';

import { GlasswalDialect } from '../../wasm/dist/adapters/kysely.js';
import { serve } from '../../wasm/dist/index.js';
import { provider } from './kysely_migrations.mjs';

const over = (database) => new Kysely({ dialect: new GlasswalDialect({ database }) });

export const names = async ({ db }) => (await over(db).selectFrom('person').select('name').orderBy('id').execute()).map(({ name }) => name);

export const add = async ({ db }, name) => Number((await over(db).insertInto('person').values({ name }).executeTakeFirst()).insertId);

/** Reads, and writes what it has read plus one, `times` times. */
export async function count({ db }, times) {
  const kysely = over(db);
  for (let i = 0; i < times; i++) {
    await kysely.transaction().execute(async (trx) => {
      const { age } = await trx.selectFrom('person').select('age').where('id', '=', 1).executeTakeFirstOrThrow();
      await trx.updateTable('person').set({ age: age + 1 }).where('id', '=', 1).execute();
    });
  }
}

/** Applies all migrations when the shared word says so, and returns what the migrator did. */
export async function migrateAtOnce({ db, say }, start) {
  say('here');
  Atomics.wait(start, 0, 0);
  const kysely = over(db);
  const { error, results } = await new Migrator({ db: kysely, provider }).migrateToLatest();
  if (error !== undefined) throw error;
  const { rows } = await sql`select count(*) as n from kysely_migration`.execute(kysely);
  return { applied: results.length, noted: rows[0].n };
}

/** Serves a connection of its own through `port`. */
export function serveAt({ client }, port) {
  serve(client.open(), port);
}
