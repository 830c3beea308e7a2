/**
 * The private block of a client: its module's data, stack and first heap must lie somewhere before any code of the module
 * can run, and are freed when none can run any more. A module without memory of its own does both (wasm/block), by the
 * same code that claims all other memory.
 */
import { regionOffset, segmentBytes } from '../generated/facts.js';
import { GlasswalError, messageOf, otherVersion } from '../given/errors.js';

/** How many segments the private block of a client has. */
export const blockSegments = 16;

/** The memory address of a segment. */
export function segmentAddress(segment: number): number {
  return regionOffset + segment * segmentBytes;
}

/** The exports of wasm/block/block.cpp, which says what they do. */
interface BlockExports {
  readonly first_segment: (segmentCount: number, eventCapacity: number, statementCapacity: number) => number;
  readonly claim: (slot: number, generation: number, count: number) => number;
  readonly release: (slot: number, generation: number) => void;
}

/** The module of wasm/block, which glasswal.wasm carries. A worker whose policy forbids compiling can use one that was made elsewhere. */
export function blockOf(module: WebAssembly.Module): WebAssembly.Module {
  const [bytes] = WebAssembly.Module.customSections(module, 'glasswal_block');
  if (bytes === undefined) throw otherVersion('The module has lost its section glasswal_block');
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    throw new GlasswalError('ENVIRONMENT', `WebAssembly cannot be compiled here: ${messageOf(error)}. Post the runtime as createRuntime() gave it.`);
  }
}

/** Claims and frees the blocks of clients in one memory. */
export class Blocks {
  readonly #exports: BlockExports;

  constructor(block: WebAssembly.Module, memory: WebAssembly.Memory) {
    this.#exports = new WebAssembly.Instance(block, { env: { memory } }).exports as unknown as BlockExports;
  }

  /** Where the first segment behind the tables lies in a region of this size. */
  firstSegment(capacityBytes: number, eventCapacity: number, statementCapacity: number): number {
    return this.#exports.first_segment(capacityBytes / segmentBytes, eventCapacity, statementCapacity);
  }

  /** Claims a block for who is about to be `generation` of `slot`, zeroed: its first segment. */
  claim(slot: number, generation: number): number {
    const first = this.#call(() => this.#exports.claim(slot, generation, blockSegments));
    if (first !== 0) return first;
    throw new GlasswalError(
      'FULL',
      `The runtime's memory has no room for another client, which needs ${(blockSegments * segmentBytes) / 1024} KiB in one piece. ` +
        'Close clients or databases, or create the runtime with a larger capacityBytes.',
    );
  }

  /** Frees what `generation` of `slot` has, which was not to be, or has left. Only who has the slot may call it. */
  release(slot: number, generation: number): void {
    this.#call(() => this.#exports.release(slot, generation));
  }

  #call<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      throw new GlasswalError('CORRUPT', `The runtime's memory is damaged (${messageOf(error)}): create it anew.`);
    }
  }
}
