// The worker of the README of memory-write-ahead-vfs: it makes a VFS of the runtime that it is handed, a table, and rows.
import { MEMORY_WRITE_AHEAD_VFS, MemoryWriteAheadVFS } from '/glasswal/adapters/wa_sqlite.js';

self.onmessage = async ({ data: { dbFilename, runtime, rows, place } }) => {
  const SQLite = await import(`${place}src/sqlite-api.js`);
  const { default: SQLiteModuleFactory } = await import(`${place}dist/wa-sqlite.mjs`);
  const module = await SQLiteModuleFactory();
  const sqlite3 = SQLite.Factory(module);
  const vfs = await MemoryWriteAheadVFS.create(MEMORY_WRITE_AHEAD_VFS, module, runtime, {});
  sqlite3.vfs_register(vfs, true);
  const db = await sqlite3.open_v2(dbFilename, undefined, MEMORY_WRITE_AHEAD_VFS);
  await sqlite3.exec(db, 'PRAGMA journal_mode=WAL');
  await sqlite3.exec(db, 'CREATE TABLE IF NOT EXISTS rows (value TEXT NOT NULL)');
  for (const row of rows) await sqlite3.exec(db, `INSERT INTO rows (value) VALUES ('${row}')`);
  await sqlite3.close(db);
  self.postMessage({ ok: true });
};
