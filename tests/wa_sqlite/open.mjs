// Opens wa-sqlite, stock and of several versions and builds, on a runtime of glasswal/wa-sqlite, and gives each test a runtime of its own.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { MEMORY_WRITE_AHEAD_VFS, MemoryWriteAheadVFS, createMemoryWriteAheadSharedRuntime } from '../../wasm/dist/adapters/wa_sqlite.js';
import { join } from '../../wasm/dist/index.js';

export const SQLITE_BUSY = 5;
export const SQLITE_IOERR = 10;
export const SQLITE_FULL = 13;

/** The package of each version that is tested. */
const PACKAGES = { '2.0.6': '@journeyapps/wa-sqlite', '1.7.0': 'wa-sqlite-1.7.0' };
export const VERSIONS = Object.keys(PACKAGES);

const MIB = 1024 * 1024;
const SMALL = {
  initialDatabaseCapacityBytes: MIB, maxDatabaseCapacityBytes: 64 * MIB, initialWriteAheadCapacityBytes: MIB, maxWriteAheadCapacityBytes: 64 * MIB,
};
const { resolve } = createRequire(import.meta.url);

/** wa-sqlite of a version: its API, and a module of that build. */
export async function loadWaSqlite(version = '2.0.6', build = 'wa-sqlite') {
  const api = resolve(`${PACKAGES[version]}/src/sqlite-api.js`);
  const dist = path.join(path.dirname(api), '../dist');
  const load = (file) => import(pathToFileURL(file));
  const [{ Factory }, { default: factory }] = await Promise.all([load(api), load(path.join(dist, `${build}.mjs`))]);
  const module = await factory({ wasmBinary: readFileSync(path.join(dist, `${build}.wasm`)) });
  return { module, sqlite3: Factory(module) };
}

/** A connection of wa-sqlite. */
export class WaConnection {
  constructor(sqlite3, vfs, db) {
    this.sqlite3 = sqlite3;
    this.vfs = vfs;
    this.db = db;
  }

  /** All rows that the statements give, each an array. */
  async rows(sql) {
    const rows = [];
    await this.sqlite3.exec(this.db, sql, (row) => rows.push(row));
    return rows;
  }

  /** The first value of the last row. */
  async value(sql) {
    return (await this.rows(sql)).at(-1)?.[0];
  }

  /** Statements that give no rows of interest. */
  async run(...statements) {
    for (const sql of statements) await this.rows(sql);
  }

  /** The code of SQLite that the statements fail with; undefined if they do not. */
  async failure(sql) {
    try {
      await this.rows(sql);
    } catch (error) {
      return error.code;
    }
    return undefined;
  }

  close() {
    return this.sqlite3.close(this.db);
  }
}

/** A module of wa-sqlite with a VFS of the runtime; `open(path)` opens a connection. */
export async function waSqlite(runtime, { version, build, ...options } = {}) {
  const { module, sqlite3 } = await loadWaSqlite(version, build);
  const addVfs = async (name) => {
    const vfs = await MemoryWriteAheadVFS.create(name, module, runtime, options);
    sqlite3.vfs_register(vfs, false);
    return { vfs, open: async (file = runtime.path, flags = undefined) => new WaConnection(sqlite3, vfs, await sqlite3.open_v2(file, flags, name)) };
  };
  return { module, sqlite3, addVfs, ...await addVfs(MEMORY_WRITE_AHEAD_VFS) };
}

let runtimes = 0;

/** A runtime that is forgotten after the test. */
export function newRuntime(t, options = {}) {
  const runtime = createMemoryWriteAheadSharedRuntime(`/test-${++runtimes}.sqlite`, { ...SMALL, ...options });
  t.after(() => {
    try {
      MemoryWriteAheadVFS.resetRuntime(runtime.path);
    } catch {
      // The test has left connections open, as one that fails does; the process ends with them.
    }
  });
  return runtime;
}

/** A runtime with a connection of each side in this thread; `openWa` and `openGlasswal` open more. */
export async function place(t, { version, build, logger, ...options } = {}) {
  const runtime = newRuntime(t, options);
  const side = await waSqlite(runtime, { version, build, logger });
  const client = await join(runtime, { name: 'native' });
  const open = [];
  const keep = (connection) => {
    open.push(connection);
    return connection;
  };
  t.after(async () => {
    client.close();
    for (const connection of open) await connection.close().catch(() => undefined);
  });
  const openWa = async (...values) => keep(await side.open(...values));
  const openGlasswal = (...values) => client.open(...values);
  return { runtime, side, vfs: side.vfs, client, openWa, openGlasswal, wa: await openWa(), db: openGlasswal() };
}

/** Both must find the database sound. */
export async function checkSound(assert, wa, db) {
  assert.deepEqual(await wa.rows('PRAGMA integrity_check'), [['ok']]);
  assert.deepEqual(db.prepare('PRAGMA integrity_check').pluck().all(), ['ok']);
}
