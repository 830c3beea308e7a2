/**
 * Copies 64-bit words out of a runtime's memory into the inspector's, each loaded whole, once and one after the other, as
 * vfs/include/glasswal/observe.h wants it.
 *
 * An inspector copies some tens of thousands of words at each look. In JavaScript each is a bigint, which Chromium allocates: 15 ns
 * a word and a garbage collection every few looks. A WebAssembly function that has both memories takes 1 ns and leaves nothing
 * behind. An engine without that (several memories in one module) gets the loop in JavaScript.
 */

/** Addresses are in bytes and multiples of 8; both ranges must lie in their memories. */
export type CopyWords = (from: number, to: number, words: number) => void;

const i32 = 0x7f;
const local = { get: 0x20, set: 0x21, tee: 0x22 };
const [from, to, words] = [0, 1, 2];
const anySize = [0x80, 0x80, 0x04];

function text(value: string): number[] {
  return [value.length, ...new TextEncoder().encode(value)];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, content.length, ...content];
}

/** `local += step`, with a step from -64 to 63. */
function add(index: number, step: number): number[] {
  return [local.get, index, 0x41, step & 0x7f, 0x6a, local.set, index];
}

/** do { own[to] = shared[from]; from += 8; to += 8; words -= 1; } while (words != 0); */
const body = [
  0, // no locals
  0x03, 0x40, // loop
  local.get, to,
  local.get, from,
  0xfe, 0x11, 3, 0, // i64.atomic.load of memory 0
  0x37, 0x40 | 3, 1, 0, // i64.store to memory 1
  ...add(from, 8),
  ...add(to, 8),
  ...add(words, -1),
  local.get, words,
  0x0d, 0, // br_if the loop
  0x0b, 0x0b,
];

const module = new Uint8Array([
  0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
  ...section(1, [1, 0x60, 3, i32, i32, i32, 0]),
  ...section(2, [
    2,
    ...text('memory'), ...text('shared'), 2, 3, 0, ...anySize, // shared: no least, at most 65536 pages
    ...text('memory'), ...text('own'), 2, 0, 0,
  ]),
  ...section(3, [1, 0]),
  ...section(7, [1, ...text('copy'), 0, 0]),
  ...section(10, [1, body.length, ...body]),
]);

let compiled: WebAssembly.Module | null | undefined;

/** The function in WebAssembly; undefined where the engine does not know several memories. */
export function newWasmCopy(shared: WebAssembly.Memory, own: WebAssembly.Memory): CopyWords | undefined {
  compiled ??= WebAssembly.validate(module) ? new WebAssembly.Module(module) : null;
  if (compiled === null) return undefined;
  const copy = new WebAssembly.Instance(compiled, { memory: { shared, own } }).exports['copy'] as CopyWords;
  return (fromAt, toAt, count) => {
    if (count > 0) copy(fromAt, toAt, count);
  };
}

/** The same in JavaScript. */
export function newScriptCopy(shared: WebAssembly.Memory, own: WebAssembly.Memory): CopyWords {
  let read = new BigUint64Array(shared.buffer);
  return (fromAt, toAt, count) => {
    // Whoever made the memory grow: a view that was made before does not reach as far.
    if (read.buffer !== shared.buffer) read = new BigUint64Array(shared.buffer);
    const written = new BigUint64Array(own.buffer, toAt, count);
    const first = fromAt / 8;
    for (let i = 0; i < count; i++) written[i] = Atomics.load(read, first + i);
  };
}
