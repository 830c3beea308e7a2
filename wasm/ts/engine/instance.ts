/** Instantiating the module in a private block of the shared memory. */
import { Engine, type HostFunctions } from './engine.js';
import type { Views } from '../memory/views.js';
import { blockSegments, segmentAddress } from '../memory/block.js';
import { isPage } from '../port/environment.js';
import { GlasswalError, MisuseError, messageOf, otherVersion } from '../given/errors.js';
import { Fate } from './fate.js';
import { hostClock } from './host_clock.js';
import { relocate } from './relocations.js';
import { shown } from '../given/given_options.js';
import { statusErrors } from '../generated/codes.js';
import type { ModuleExports, ModuleImports } from '../generated/exports.js';
import { layoutHash, segmentBytes } from '../generated/facts.js';
import { lookFromModule } from '../memory/client_slots.js';
import { outOfMemory } from '../memory/memory_limit.js';

/*
 * A block, from its beginning:
 *
 *   | guard, stack (grows down)   | data of the module      | first heap                  |
 *   0                             stackBytes                + __data_end                  blockBytes
 */
const stackBytes = 512 * 1024;
const tableElements = 4096;
// Element 0 is what a null pointer calls.
const tableBase = 1;

function givenUp(why: string): string {
  return `glasswal had to give up this client: ${why}. The others go on, and recover what it held; join the runtime again, or end the worker.`;
}

/** What an exception means that left the module, for people. `stackLeft` says how many bytes its stack had left. */
function describeLoss(error: unknown, stackLeft: number): string {
  const tooDeep = 'is used up: SQL nests too deeply (views of views of views), or functions of SQL call each other too deeply';
  if (stackLeft < stackBytes / 4) return givenUp(`its stack of ${stackBytes / 1024} KiB ${tooDeep}`);
  // Chromium throws a RangeError, Firefox an InternalError; where there was no room even to see it, it is not known.
  const isDeep = error === undefined || error instanceof RangeError || /recursion/.test(messageOf(error));
  return givenUp(isDeep ? `JavaScript's stack ${tooDeep}` : `the module was left by ${messageOf(error)}`);
}

function hostImports(views: Views, host: HostFunctions, fate: Fate, forgetTime: () => void): WebAssembly.ModuleImports {
  return {
    glasswal_host_now: hostClock(forgetTime),
    glasswal_host_timezone: (unixMs: number) => -new Date(unixMs).getTimezoneOffset(),
    glasswal_host_random: (to: number, sizeBytes: number) => {
      const bytes = new Uint8Array(sizeBytes >>> 0);
      for (let done = 0; done < bytes.length; done += 65536) {
        crypto.getRandomValues(bytes.subarray(done, Math.min(done + 65536, bytes.length)));
      }
      views.u8.set(bytes, to >>> 0);
    },
    glasswal_host_look: (slot: number) => lookFromModule(views, slot),
    glasswal_host_abort: (message: number) => {
      const memory = views.u8;
      const begin = message >>> 0;
      const text = new TextDecoder().decode(memory.slice(begin, memory.indexOf(0, begin)));
      throw new GlasswalError('ABORTED', givenUp(text));
    },
    glasswal_host_call: fate.host((kind, id, context, argc, argv) => host.call(kind, id, context, argc, argv)),
  } satisfies ModuleImports;
}

/** What the linker exports by itself. */
interface LinkedExports {
  readonly __wasm_call_ctors: () => void;
  /** Only wasm-opt adds it. */
  readonly __set_stack_limits?: (base: number, limit: number) => void;
}

function guardExports(exports: WebAssembly.Exports, fate: Fate): ModuleExports & LinkedExports {
  const guarded: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(exports)) {
    guarded[name] = typeof value === 'function' ? fate.guard(value as never) : value;
  }
  return guarded as unknown as ModuleExports & LinkedExports;
}

function newInstance(module: WebAssembly.Module, imports: WebAssembly.Imports): WebAssembly.Instance {
  try {
    return new WebAssembly.Instance(module, imports);
  } catch (error) {
    if (error instanceof WebAssembly.LinkError) throw otherVersion(`The module wants what this version does not give (${messageOf(error)})`);
    throw new GlasswalError(
      'ENVIRONMENT',
      `The engine refuses to start the module in this ${isPage ? 'page' : 'worker'}: ${messageOf(error)}. A Content-Security-Policy must ` +
        "allow `'wasm-unsafe-eval'` in script-src, and a process has room for some thousand instances at most.",
    );
  }
}

/** What a thread is to the module, and its client to the others. */
export interface Thread {
  readonly mayWait: boolean;
  /** Tells it from the others, for people. */
  readonly number: number;
  /** Of `clientKind`. */
  readonly kind: number;
}

/** Instantiates `module` in the zeroed block that begins at `firstSegment`, and starts it. */
export function instantiate(
  module: WebAssembly.Module,
  views: Views,
  firstSegment: number,
  thread: Thread,
): Engine {
  const block = segmentAddress(firstSegment);
  const dataAt = block + stackBytes;
  const table = new WebAssembly.Table({ initial: tableElements, element: 'anyfunc' });
  const host: HostFunctions = { call: () => 0 };
  const stackPointer = new WebAssembly.Global({ value: 'i32', mutable: true }, dataAt | 0);
  const fate = new Fate((error) => describeLoss(error, (stackPointer.value >>> 0) - block));
  // An instance that has ended, or never came to life, may have given its memory to another one.
  let lives = false;
  const forgetTime = (): void => {
    if (lives && fate.lost === undefined) exports.glasswal_forget_time();
  };
  const instance = newInstance(module, {
    env: {
      memory: views.memory,
      __indirect_function_table: table,
      __stack_pointer: stackPointer,
      __memory_base: new WebAssembly.Global({ value: 'i32' }, dataAt | 0),
      __table_base: new WebAssembly.Global({ value: 'i32' }, tableBase),
      ...hostImports(views, host, fate, forgetTime),
    },
  });
  const exports = guardExports(instance.exports, fate);
  // The guard word at the lowest address stays untouched.
  exports.__set_stack_limits?.(dataAt, block + 16);
  relocate(module, views.i32, dataAt, tableBase);
  const engine = new Engine({ exports, views, table, host, fate, mayWait: thread.mayWait });
  const dataEnd = (instance.exports['__data_end'] as WebAssembly.Global).value as number;
  if (callNumber(engine, 'glasswal_layout_hash') >>> 0 !== layoutHash) throw otherVersion('The module lays out its memory differently');
  callNumber(engine, 'glasswal_start_heap', (dataAt + dataEnd + 15) & ~15, block + blockSegments * segmentBytes);
  exports.__wasm_call_ctors();
  views.askModule(instance.exports['glasswal_memory_pages'] as () => number);
  check(engine, callNumber(engine, 'glasswal_start', block, thread.mayWait ? 1 : 0, thread.number, thread.kind));
  lives = true;
  forgetTime();
  return engine;
}

/** The exports that take and give numbers. */
type NumberExport = {
  [Name in keyof ModuleExports]: ModuleExports[Name] extends (...args: number[]) => number | void ? Name : never;
}[keyof ModuleExports];

/** Calls an export that takes and gives numbers. */
export function callNumber<Name extends NumberExport>(engine: Engine, name: Name, ...args: Parameters<ModuleExports[Name]>): number {
  const called = engine.exports[name] as ((...args: number[]) => number) | undefined;
  if (called === undefined) throw otherVersion(`The module has no function ${name}`);
  // What cannot become a number would throw amid the call, which ends a client.
  if (args.some((arg) => typeof arg !== 'number')) throw new MisuseError('MISUSE', `${name}() takes numbers.`);
  return called(...(args as number[]));
}

/** Throws the failure of ours that a call came to, if it is one (wasm/module/exports.h). */
export function check(engine: Engine, status: number): void {
  if (status < 0) throw new GlasswalError(statusErrors[-status] ?? 'ENVIRONMENT', engine.text());
}

/** Calls `use` with the address of `sizeBytes` of the module's heap, for `what`. */
export function withMemory<T>(engine: Engine, sizeBytes: number, what: string, use: (pointer: number) => T): T {
  const pointer = engine.exports.glasswal_malloc(sizeBytes) >>> 0;
  if (pointer === 0) throw outOfMemory(engine.views, sizeBytes, what);
  try {
    return use(pointer);
  } finally {
    engine.exports.glasswal_free(pointer);
  }
}

/** Calls `use` with the address of `text` as a zero-terminated string in the module's heap. */
export function withText<T>(engine: Engine, text: string, use: (pointer: number) => T): T {
  if (typeof text !== 'string' || text.includes('\0')) {
    throw new MisuseError('MISUSE', `A text without zero bytes is needed, not ${shown(text)}.`);
  }
  const bytes = new TextEncoder().encode(`${text}\0`);
  return withMemory(engine, bytes.length, 'a text', (pointer) => {
    engine.u8.set(bytes, pointer);
    return use(pointer);
  });
}
