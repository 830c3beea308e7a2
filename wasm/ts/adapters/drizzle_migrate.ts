/** Applies Drizzle's migrations, which a browser has as data: it has no folder to read. */
import type { MigrationMeta } from 'drizzle-orm/migrator';
import type { Database } from '../api/database.js';
import { GlasswalError, MisuseError } from '../given/errors.js';
import { kindOf } from '../given/kinds.js';

/**
 * What drizzle-kit writes, as data: the journal of its folder `meta`, and the text of each .sql file. The texts are found by
 * 'm0000' (which drizzle-kit writes itself with `driver: 'expo'` or 'durable-sqlite': give the default export of its
 * migrations.js), by the tag, or by any path that ends in `<tag>.sql`, as a bundler's glob import gives them.
 */
export interface MigrationFiles {
  /** meta/_journal.json, which drizzle-kit writes. */
  readonly journal: {
    /** The migrations in their order. */
    readonly entries: readonly {
      /** Its place, from 0 on. */
      readonly idx: number;
      /** When it was made, in milliseconds since 1970; what is older than the last that was applied is not applied any more. */
      readonly when: number;
      /** The name of its file, without `.sql`. */
      readonly tag: string;
    }[];
  };
  /** The SQL of each, by the path of its file or as drizzle-kit's migrations.js names it: m0000, m0001, ... */
  readonly migrations: Readonly<Record<string, string>>;
}

/** How migrations are applied. */
export interface MigrationOptions {
  /** Where those that were applied are noted; '__drizzle_migrations', as with Drizzle's own drivers. */
  readonly migrationsTable?: string;
}

interface Migration {
  readonly when: number;
  readonly hash: string;
  readonly sql: readonly string[];
}

const BREAKPOINT = '--> statement-breakpoint';
const WITHOUT_FOREIGN_KEYS = /^\s*pragma\s+foreign_keys\s*=\s*(off|0|false|no)\b/im;

/**
 * Applies the migrations that were not applied yet, all or none. Several clients may call it at once: the first one applies them, and
 * the others wait and find nothing to do. In Node the folder is read with
 * `migrate(db, { migrations: readMigrationFiles({ migrationsFolder }) })`, of 'drizzle-orm/migrator'.
 *
 * A migration that turns foreign keys off to build a table anew has them off, and what it leaves is checked before it is committed;
 * in Drizzle's own drivers the pragma does nothing, since a transaction is open by then.
 */
export function migrate(
  db: { readonly $client: Database }, config: (MigrationFiles | { readonly migrations: readonly MigrationMeta[] }) & MigrationOptions,
): void {
  const client = (db as Partial<typeof db> | undefined)?.$client;
  if (client === undefined) throw new MisuseError('MISUSE', `migrate() takes what drizzle() returned, and got ${kindOf(db)}.`);
  const migrations = migrationsOf(config);
  const table = `"${(config.migrationsTable ?? '__drizzle_migrations').replaceAll('"', '""')}"`;
  const unchecked =
    client.pragma('foreign_keys', { simple: true }) === 1 &&
    migrations.some(({ sql }) => sql.some((text) => WITHOUT_FOREIGN_KEYS.test(text)));
  if (unchecked) client.pragma('foreign_keys = OFF');
  try {
    client.transaction(() => apply(client, table, migrations, unchecked)).immediate();
  } finally {
    if (unchecked) client.pragma('foreign_keys = ON');
  }
}

function apply(client: Database, table: string, migrations: readonly Migration[], unchecked: boolean): void {
  client.exec(`CREATE TABLE IF NOT EXISTS ${table} (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)`);
  const [last] = oneOff(client, `SELECT max(created_at) FROM ${table}`)[0]!;
  for (const { when, hash, sql } of migrations) {
    if (last !== null && when <= Number(last)) continue;
    for (const statements of sql) client.exec(statements);
    oneOff(client, `INSERT INTO ${table} (hash, created_at) VALUES (?, ?) RETURNING 1`, hash, when);
  }
  const broken = unchecked ? client.pragma('foreign_key_check') : [];
  if (broken.length !== 0) {
    const { table: child, parent } = broken[0]!;
    throw new GlasswalError(
      'MISUSE',
      `The migrations would leave ${broken.length} rows that refer to none, the first in '${String(child)}', which refers to ` +
        `'${String(parent)}': nothing was applied.`,
    );
  }
}

function oneOff(client: Database, sql: string, ...values: (string | number)[]): unknown[][] {
  const statement = client.prepare(sql);
  try {
    return statement.values(...values);
  } finally {
    statement.finalize();
  }
}

function migrationsOf(config: MigrationFiles | { readonly migrations: readonly MigrationMeta[] }): readonly Migration[] {
  const given = Object(config) as Partial<MigrationFiles>;
  if (given.migrations === undefined || (given.journal === undefined && !Array.isArray(given.migrations))) {
    throw new MisuseError(
      'MISUSE',
      'migrate() takes the migrations themselves: in Node { migrations: readMigrationFiles({ migrationsFolder }) }, with readMigrationFiles ' +
        "of 'drizzle-orm/migrator', elsewhere { journal, migrations } as drizzle-kit has written them.",
    );
  }
  if (!('journal' in config)) return config.migrations.map(({ folderMillis: when, hash, sql }) => ({ when, hash, sql }));
  return config.journal.entries.map(({ idx, when, tag }) => {
    const { migrations } = config;
    const path = Object.keys(migrations).find((name) => name.endsWith(`/${tag}.sql`)) ?? tag;
    const text = migrations[`m${String(idx).padStart(4, '0')}`] ?? migrations[path];
    if (text === undefined) {
      throw new GlasswalError('NOT_FOUND', `The journal has the migration '${tag}', and its SQL is not among the migrations given.`);
    }
    // The hash is for people; Drizzle's drivers without a file system leave it empty, too.
    return { when, hash: '', sql: text.split(BREAKPOINT) };
  });
}
