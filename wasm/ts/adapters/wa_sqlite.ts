/**
 * glasswal for wa-sqlite: a VFS by which stock `@journeyapps/wa-sqlite` reads and writes a database of glasswal, together with glasswal's
 * own clients. The names and shapes are those of memory-write-ahead-vfs.
 *
 * The page makes the runtime and posts it; each worker makes a VFS of it for its own wa-sqlite.
 * @module glasswal/wa-sqlite
 */
export { MEMORY_WRITE_AHEAD_VFS, MemoryWriteAheadVFS } from './wa_sqlite/vfs.js';
export type { MemoryWriteAheadVFSOptions } from './wa_sqlite/vfs_options.js';
export {
  createMemoryWriteAheadSharedRuntime, type MemoryWriteAheadRuntime, type MemoryWriteAheadSharedRuntime, resetMemoryWriteAheadSharedRuntime,
} from './wa_sqlite/runtime.js';
export {
  getMemoryWriteAheadRuntimeDiagnostics, type MemoryWriteAheadFileDiagnostics, type MemoryWriteAheadRuntimeDiagnostics,
} from './wa_sqlite/diagnostics.js';
export {
  type MemoryWriteAheadResolvedRuntimeOptions, type MemoryWriteAheadRuntimeOptions, normalizeMemoryWriteAheadPathname,
  resolveMemoryWriteAheadRuntimeOptions,
} from './wa_sqlite/options.js';
export { followStatements, type MemoryWriteAheadFollowedApi } from './wa_sqlite/followed_api.js';
export { addDiagnosticTables, type MemoryWriteAheadTablesApi } from './wa_sqlite/tables.js';
export { type MemoryWriteAheadLogger, noopMemoryWriteAheadLogger } from './wa_sqlite/logger.js';
