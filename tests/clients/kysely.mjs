// The ways to a Kysely over a fresh database: in this thread, and through a port to the thread that has it.
import { MessageChannel } from 'node:worker_threads';

import { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';

import { GlasswalDialect } from '../../wasm/dist/adapters/kysely.js';
import { connect, place } from '../web/api/open.mjs';
import { provider } from './kysely_migrations.mjs';
import { otherClient } from './other_client.mjs';

export const OTHER = new URL('./kysely_other.mjs', import.meta.url).href;

/** 'here' or 'over a port': the database, and Kysely over it. */
export const WAYS = {
  async here(t, config) {
    const { runtime, open } = await place(t);
    return { runtime, ...kyselyOver(t, open(), config) };
  },
  async 'over a port'(t, config) {
    const { runtime } = await place(t);
    const other = await otherClient(t, runtime, OTHER);
    const { port1, port2 } = new MessageChannel();
    t.after(() => port1.close());
    await other.call('serveAt', port2);
    return { runtime, ...kyselyOver(t, connect(port1), config) };
  },
};

function kyselyOver(t, database, config) {
  const queries = [];
  const dialect = new GlasswalDialect({ database, ...config });
  const db = new Kysely({ dialect, log: ({ level, query }) => void (level === 'query' && queries.push(query.sql)) });
  t.after(() => db.destroy());
  return { database, db, queries };
}

/** The same with its tables, and foreign keys on. */
export async function withTables(t, way, config) {
  const all = await WAYS[way](t, config);
  await all.database.exec('PRAGMA foreign_keys = ON');
  const { error } = await new Migrator({ db: all.db, provider }).migrateToLatest();
  if (error !== undefined) throw error;
  all.queries.length = 0;
  return all;
}
