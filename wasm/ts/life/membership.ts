/** Coming into a runtime and going out of it: slot, private block, instance. */
import type { Engine } from '../engine/engine.js';
import { callNumber, check, instantiate, type Thread, withText } from '../engine/instance.js';
import { loadModule } from '../engine/module.js';
import { blockOf, Blocks, blockSegments } from '../memory/block.js';
import { Views } from '../memory/views.js';
import { isNode, isPage, newTicket, requireLocks, requireSharedMemory } from '../port/environment.js';
import { GlasswalError, MisuseError } from '../given/errors.js';
import { clientKind, headerBytes, packageVersion, regionOffset } from '../generated/facts.js';
import { found, mayFound } from './founding.js';
import { channelName, holdSlot, type HeldSlot } from './liveness.js';
import type { ChannelMessage } from './janitor.js';
import type { CheckedOptions } from './options.js';
import { threadTicket } from '../port/node.js';

// Who compiles for Node without a page's types has no such names; everybody else has them already, and these add nothing.
declare global {
  interface URL {}
  namespace WebAssembly {
    interface Memory {}
    interface Module {}
    interface Table {}
  }
}

/** What a runtime consists of when it is handed to a worker: all of it can be cloned. */
export interface RuntimeParts {
  /** 32 hexadecimal digits, unlike those of any other runtime. */
  readonly id: string;
  /** The database that clients open where they name none. */
  readonly path: string;
  /** The package's version: those who share a runtime must have the same one. */
  readonly version: string;
  /** The one memory, which all clients share. */
  readonly memory: WebAssembly.Memory;
  /** glasswal.wasm, compiled; without it a client loads its own. */
  readonly module?: WebAssembly.Module;
  /** A part of it, compiled, too: without it a worker compiles that itself, which its policy must allow. */
  readonly block?: WebAssembly.Module;
  /** @internal What the region is made with, if its first client is yet to come. */
  readonly options?: CheckedOptions;
}

/** One client's place in a runtime. */
export interface Membership {
  readonly engine: Engine;
  readonly slot: number;
  readonly generation: number;
  /** Gives everything back. The engine must not be called afterwards. */
  leave(): void;
}

/** Throws a clear error for what is not a runtime of this version of the package. */
function requireRuntime(runtime: RuntimeParts): void {
  const parts: Partial<RuntimeParts> | null | undefined = runtime;
  const isNew = typeof parts?.options === 'object';
  // Another memory has no room for as much as the header.
  const leastBytes = isNew ? regionOffset : regionOffset + headerBytes;
  const hasModule = isNew ? parts.module === undefined || parts.module instanceof WebAssembly.Module : parts?.module instanceof WebAssembly.Module;
  if (hasModule && parts?.memory instanceof WebAssembly.Memory && typeof parts.id === 'string' && parts.memory.buffer.byteLength >= leastBytes) {
    if (parts.version === packageVersion) return;
    throw new GlasswalError(
      'VERSION',
      `The runtime was created by glasswal ${parts.version}, and this is glasswal ${packageVersion}: load the same version everywhere.`,
    );
  }
  const isKnown = typeof parts === 'object' && parts !== null && 'id' in parts && 'version' in parts;
  if (isKnown && !(parts.memory instanceof WebAssembly.Memory)) {
    throw new GlasswalError(
      'ENVIRONMENT',
      'The runtime arrived without its memory. Browsers hand shared memory only from a cross-origin isolated page to its own ' +
        'dedicated workers, not to a SharedWorker, a service worker or another tab.',
    );
  }
  throw new MisuseError(
    'MISUSE',
    'join() needs the runtime that createRuntime() returned, as it arrived in a message: worker.postMessage({ runtime }). A message that ' +
      'arrives as `messageerror` had shared memory for somebody who cannot have it: only dedicated workers of an isolated page can.',
  );
}

/** The end of a client that is in `held`. */
function leave(engine: Engine, held: HeldSlot, blocks: Blocks): void {
  check(engine, callNumber(engine, 'glasswal_leave'));
  // From here on the instance is memory like any other, and soon another client's: whatever still has it must not call it.
  engine.fate.end(new GlasswalError('CLOSED', 'This client has left its runtime: join it again with join(runtime).'));
  blocks.release(held.slot, held.generation);
  held.release();
}

/** Ties the fate of a client's instance to that of its slot: neither outlives the other. */
function tieToSlot(engine: Engine, held: HeldSlot): void {
  engine.fate.whenLost(() => held.release());
  held.whenStolen(() =>
    engine.fate.giveUp(
      new GlasswalError(
        'ABORTED',
        `The Web Lock of this client (number ${held.slot}) was taken from it by navigator.locks.request() with steal: true. To all others ` +
          'that is the proof that it is dead: they have recovered from it. Join the runtime again.',
      ),
    ),
  );
}

/** Tells the janitor that somebody has come whom it must watch. */
function announce(runtimeId: string, slot: number): void {
  if (isNode) return;
  const channel = new BroadcastChannel(channelName(runtimeId));
  channel.postMessage({ joined: slot } satisfies ChannelMessage);
  channel.close();
}

/** A runtime's first client makes the region, all others come into it. */
async function newEngine(runtime: RuntimeParts, module: WebAssembly.Module, blocks: Blocks, views: Views, held: HeldSlot, name: string, thread: Thread): Promise<Engine> {
  const { id, options } = runtime;
  if (options !== undefined && (await mayFound(views, id, held.slot))) {
    return found(module, views, blocks, { id, slot: held.slot, name, options, thread });
  }
  try {
    const engine = instantiate(module, views, blocks.claim(held.slot, held.generation), thread);
    check(engine, withText(engine, name, (pointer) => callNumber(engine, 'glasswal_join', held.slot, pointer, blockSegments)));
    return engine;
  } catch (error) {
    blocks.release(held.slot, held.generation);
    throw error;
  }
}

/** What an instance is made of. */
export type Code = Required<Pick<RuntimeParts, 'module' | 'block'>>;

/** glasswal.wasm, and the part of it that is a module by itself. */
export async function loadCode(wasm?: URL | string | WebAssembly.Module): Promise<Code> {
  const module = await loadModule(wasm);
  return { module, block: blockOf(module) };
}

/** What a client is made of: the code comes with the runtime or is loaded, and there is no wait for what is there. */
async function prepareFor(runtime: RuntimeParts, views: Views, loading: Promise<Code> | undefined): Promise<Code & { readonly blocks: Blocks }> {
  const { module, block } = runtime;
  const has = module === undefined ? await (loading ?? loadCode()) : { module, block: block instanceof WebAssembly.Module ? block : blockOf(module) };
  return { ...has, blocks: new Blocks(has.block, views.memory) };
}

/** The slots of this thread's clients, by memory. */
const ownSlots = new WeakMap<WebAssembly.Memory, Set<number>>();

/** Whether the client in `slot` is one of this thread's: what it holds it cannot give up while this thread sleeps. */
export function isOwnSlot(memory: WebAssembly.Memory, slot: number): boolean {
  return ownSlots.get(memory)?.has(slot) === true;
}

/** Counts a slot among this thread's until what it returns is called. */
function own(memory: WebAssembly.Memory, slot: number): () => void {
  const slots = ownSlots.get(memory) ?? new Set();
  ownSlots.set(memory, slots.add(slot));
  return () => void slots.delete(slot);
}

/**
 * Joins a runtime as a client called `name`; `loading` is the code of one that came without it. What need not wait for each other goes
 * on at the same time: the lock and the code.
 */
export async function enter(
  runtime: RuntimeParts, name: string, kind: number = isPage ? clientKind.page : clientKind.worker, loading?: Promise<Code>,
): Promise<Membership> {
  await requireSharedMemory();
  requireRuntime(runtime);
  const number = isNode ? await threadTicket() : newTicket();
  const views = new Views(runtime.memory);
  const holding = holdSlot(views, runtime.id, number);
  const allowed = requireLocks();
  const preparing = prepareFor(runtime, views, loading);
  // The first of these that fails is told, in this order.
  for (const promise of [allowed, holding, preparing]) promise.catch(() => undefined);
  const held = await allowed.then(
    () => holding,
    (error: unknown) => {
      void holding.then((slot) => slot.release(), () => undefined);
      throw error;
    },
  );
  try {
    announce(runtime.id, held.slot);
    const { module, blocks } = await preparing;
    const engine = await newEngine(runtime, module, blocks, views, held, name, { mayWait: !isPage, number, kind });
    tieToSlot(engine, held);
    const disown = own(runtime.memory, held.slot);
    engine.fate.whenLost(disown);
    const end = (): void => {
      leave(engine, held, blocks);
      disown();
    };
    return { engine, slot: held.slot, generation: held.generation, leave: end };
  } catch (error) {
    held.release();
    throw error;
  }
}
