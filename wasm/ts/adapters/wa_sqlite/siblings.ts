/**
 * The databases of one connection of wa-sqlite: the one that it was opened with, and those that are attached. SQLite tells the VFS which connection a file
 * belongs to by the address of its sqlite3 (SQLITE_FCNTL_PDB).
 *
 * Thread-safety: belongs to one thread.
 */

import type { Demands } from './demands.js';
import { type OnInterrupt, watchStatements } from './statements.js';

/** By wa-sqlite's module, and the address of the connection. */
const connections = new WeakMap<object, Map<number, Set<Demands>>>();

/** `file` belongs to the connection at `address`. `onInterrupt` is told when somebody has ended a statement of that. */
export function joinConnection(file: Demands, module: object, address: number, onInterrupt: OnInterrupt): void {
  const known = connections.get(module) ?? new Map<number, Set<Demands>>();
  connections.set(module, known);
  const siblings = known.get(address);
  // Those of a connection that was closed are gone, and its address may be another one's.
  if (siblings === undefined || siblings.size === 0) known.set(address, file.siblings);
  else {
    const [first] = siblings;
    file.busyTimeoutMs = first!.busyTimeoutMs;
    file.nextPageBytes = first!.nextPageBytes;
    file.siblings = siblings.add(file);
  }
  watchStatements(file, module, address, onInterrupt);
}
