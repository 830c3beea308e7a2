/** What a VFS is made of, and how that is checked. */
import { MisuseError } from '../../given/errors.js';
import { optionsOf } from '../../given/given_options.js';
import { kindOf } from '../../given/kinds.js';
import type { MemoryWriteAheadLogger } from './logger.js';
import { checkClientName } from './options.js';

/** Options of MemoryWriteAheadVFS.create(). */
export interface MemoryWriteAheadVFSOptions {
  /**
   * Is told of what fails, of what the VFS does (`debug`), and of the runtime's events, of all clients: one logger for a thread is enough.
   */
  logger?: Partial<MemoryWriteAheadLogger> | undefined;
  /**
   * What refusals, diagnostics and the inspector call this thread, up to 63 bytes; a worker's own name if not given. The first VFS of a
   * thread names it; the thread that creates the runtime has its name from there.
   */
  clientName?: string | undefined;
}

/** Throws what names the argument of a VFS that will not do. */
export function checkVfs(name: unknown, module: unknown, runtime: unknown, given: unknown): MemoryWriteAheadVFSOptions {
  const refuse = (what: string, value: unknown, wanted: string): never => {
    throw new MisuseError('MISUSE', `The ${what} of a MemoryWriteAheadVFS is ${kindOf(value)}: give ${wanted}.`);
  };
  if (typeof name !== 'string' || name === '') refuse('name', name, 'a text, such as MEMORY_WRITE_AHEAD_VFS');
  const { HEAPU8, UTF8ToString } = (module ?? {}) as { HEAPU8?: unknown; UTF8ToString?: unknown };
  if (!(HEAPU8 instanceof Uint8Array) || typeof UTF8ToString !== 'function') refuse('module', module, "what wa-sqlite's factory resolves to");
  if (typeof (runtime as { id?: unknown } | null | undefined)?.id !== 'string') refuse('runtime', runtime, 'what createMemoryWriteAheadSharedRuntime() returned, as it arrived in a message');
  const options = optionsOf(given, 'MemoryWriteAheadVFS', ['logger', 'clientName']) as MemoryWriteAheadVFSOptions;
  checkClientName(options.clientName);
  const { logger } = options;
  if (logger !== undefined && (typeof logger !== 'object' || logger === null)) refuse('logger', logger, 'a console or what looks like one');
  return options;
}
