// What a consumer of wa-sqlite writes beside the samples, with the types that wa-sqlite has.
import * as SQLite from '@journeyapps/wa-sqlite';
import waSqliteModuleFactory from '@journeyapps/wa-sqlite/dist/wa-sqlite-async.mjs';
import { join } from 'glasswal';
import { attachInspector } from 'glasswal/inspector';
import {
  createMemoryWriteAheadSharedRuntime, getMemoryWriteAheadRuntimeDiagnostics, MEMORY_WRITE_AHEAD_VFS, MemoryWriteAheadVFS, resetMemoryWriteAheadSharedRuntime,
} from 'glasswal/wa-sqlite';

export async function mix(): Promise<string[]> {
  const runtime = createMemoryWriteAheadSharedRuntime('/app.sqlite', { maxDatabaseCapacityBytes: 1 << 28, fileLockStaleMs: 10_000 });
  const module: unknown = await waSqliteModuleFactory();
  const sqlite3 = SQLite.Factory(module);
  const vfs = await MemoryWriteAheadVFS.create(MEMORY_WRITE_AHEAD_VFS, module as object, runtime, { logger: console, clientName: 'mixed' });
  // It is a VFS to the compiler as well, without being said to be one.
  sqlite3.vfs_register(vfs, true);
  const declared: SQLiteVFS = vfs;
  const db = await sqlite3.open_v2(runtime.dbFilename, undefined, declared.name);
  await sqlite3.exec(db, "CREATE TABLE rows(value TEXT); INSERT INTO rows VALUES ('alpha')");
  await sqlite3.close(db);
  const client = await join(runtime, { name: 'reader' });
  const values = client.open().prepare<{ value: string }>('SELECT value FROM rows').all().map(({ value }) => value);
  attachInspector(runtime).close();
  const bytes = (await runtime.capture()).length;
  const handles: number | undefined = getMemoryWriteAheadRuntimeDiagnostics(runtime.dbFilename)?.openHandleCount;
  client.close();
  resetMemoryWriteAheadSharedRuntime();
  return [...values, String(vfs.lastError?.message), String(bytes), String(handles)];
}
