// What the other client does in the tests of Drizzle.
import { eq, sql } from 'drizzle-orm';

import { drizzle, migrate } from '../../wasm/dist/adapters/drizzle.js';
import { author, migrations, schema } from './drizzle_schema.mjs';

const over = (db) => drizzle(db, { schema });

export const names = ({ db }) => over(db).select({ name: author.name }).from(author).orderBy(author.id).all().map(({ name }) => name);

export const add = ({ db }, email) => over(db).insert(author).values({ email, name: email }).run().changes;

/** Reads, and writes what it has read plus one, `times` times. */
export function rate({ db }, times) {
  const orm = over(db);
  for (let i = 0; i < times; i++) {
    orm.transaction((tx) => {
      const { rating } = tx.select().from(author).where(eq(author.id, 1)).get();
      tx.update(author).set({ rating: rating + 1 }).where(eq(author.id, 1)).run();
    }, { behavior: 'immediate' });
  }
}

/** Applies all migrations when the shared word says so, and returns how many are noted then. */
export function migrateAtOnce({ db, say }, start) {
  say('here');
  Atomics.wait(start, 0, 0);
  const orm = over(db);
  migrate(orm, migrations);
  return orm.get(sql`select count(*) as n from __drizzle_migrations`).n;
}
