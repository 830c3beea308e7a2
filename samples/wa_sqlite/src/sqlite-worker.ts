// sqlite-worker.ts
import * as SQLite from '@journeyapps/wa-sqlite';
import waSqliteModuleFactory from '@journeyapps/wa-sqlite/dist/wa-sqlite.mjs';
import {
  MEMORY_WRITE_AHEAD_VFS,
  MemoryWriteAheadVFS,
  type MemoryWriteAheadSharedRuntime,
} from 'glasswal/wa-sqlite';

const quoteSqlText = (value: string) => `'${value.replaceAll("'", "''")}'`;

self.onmessage = async (
  event: MessageEvent<{ dbFilename: string; runtime: MemoryWriteAheadSharedRuntime; rows: string[] }>
) => {
  const module = await waSqliteModuleFactory();
  const sqlite3 = SQLite.Factory(module);
  const vfs = await MemoryWriteAheadVFS.create(MEMORY_WRITE_AHEAD_VFS, module, event.data.runtime);

  sqlite3.vfs_register(vfs as unknown as SQLiteVFS, true);
  const db = await sqlite3.open_v2(event.data.dbFilename, undefined, MEMORY_WRITE_AHEAD_VFS);
  try {
    await sqlite3.exec(db, 'PRAGMA journal_mode=WAL');
    await sqlite3.exec(db, 'CREATE TABLE IF NOT EXISTS rows (value TEXT NOT NULL)');
    for (const value of event.data.rows) {
      await sqlite3.exec(db, `INSERT INTO rows VALUES (${quoteSqlText(value)})`);
    }
    self.postMessage({ ok: true });
  } finally {
    await sqlite3.close(db);
  }
};
