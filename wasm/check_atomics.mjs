/**
 * Fails if an optimiser has lost an atomic instruction of a module.
 *
 *   node check_atomics.mjs WASM_OPT LINKED OPTIMISED
 *
 * What orders the bytes of a shared memory are its atomic instructions, and wasm-opt has deleted some: version 108 takes
 * every `atomic.fence` away. On x86 nobody notices; on ARM readers see halves of what was written.
 *
 * LINKED is the module before the optimiser. OPTIMISED is the one that is shipped, still with the names of its functions,
 * of which none was inlined, so that both can be compared function by function:
 *
 *   - Each function has exactly the atomic instructions that it had. One that is gone was merged with one that does the
 *     same, so one with the same atomic instructions must be left.
 *   - LINKED itself has no `atomic.fence`, on which nothing may rely (vfs/port/fence.h).
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const features = ['--enable-threads', '--enable-bulk-memory', '--enable-mutable-globals', '--enable-sign-ext'];
const instruction = /\(((?:i32|i64|memory)\.atomic\.[a-z0-9_.]+|atomic\.fence)/g;

/** The atomic instructions of each function of a module in text form: name -> instruction -> how many. */
export function atomicsOf(text) {
  const functions = new Map();
  // Each function begins on a line of its own, one level below the module.
  for (const part of text.split(/^ \(func /m).slice(1)) {
    const counts = new Map();
    for (const [, kind] of part.matchAll(instruction)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    functions.set(/^\S+/.exec(part)[0], counts);
  }
  return functions;
}

const signature = (counts) => [...counts].map(([kind, count]) => `${count} ${kind}`).sort().join(', ');

/** The kinds of which there are not as many as before. */
function differences(before, after) {
  const kinds = new Set([...before.keys(), ...after.keys()]);
  return [...kinds]
    .map((kind) => [kind, before.get(kind) ?? 0, after.get(kind) ?? 0])
    .filter(([, had, has]) => had !== has)
    .map(([kind, had, has]) => `${kind}: ${had} before, ${has} after`);
}

/** What was lost, in sentences. Both are what atomicsOf gave. */
export function losses(linked, optimised) {
  const found = [];
  const left = new Set([...optimised].filter(([name]) => linked.has(name)).map(([, counts]) => signature(counts)));
  for (const [name, before] of linked) {
    if (before.has('atomic.fence')) found.push(`${name} relies on atomic.fence, which optimisers delete: use vfs/port/fence.h`);
    if (before.size === 0) continue;
    const after = optimised.get(name);
    if (after !== undefined) {
      found.push(...differences(before, after).map((what) => `${name} has changed: ${what}`));
    } else if (!left.has(signature(before))) {
      found.push(`${name} is gone, and no function with ${signature(before)} is left`);
    }
  }
  return found;
}

/** A module in text form, as it is. */
export function textOf(wasmOpt, file) {
  const folder = mkdtempSync(join(tmpdir(), 'glasswal-atomics-'));
  try {
    const text = join(folder, 'module.wat');
    execFileSync(wasmOpt, [...features, '-g', '-S', file, '-o', text], { stdio: 'pipe' });
    return readFileSync(text, 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Throws an Error that names every loss; returns how many atomic instructions were compared. */
export function check(wasmOpt, linkedFile, optimisedFile) {
  const [linked, optimised] = [linkedFile, optimisedFile].map((file) => atomicsOf(textOf(wasmOpt, file)));
  const compared = [...linked.values()].flatMap((counts) => [...counts.values()]).reduce((sum, count) => sum + count, 0);
  // A text that was not understood must not pass for a module without a loss.
  if (compared === 0) throw new Error(`${linkedFile} has no atomic instruction at all: it was not linked for a shared memory.`);
  const found = losses(linked, optimised);
  if (found.length > 0) {
    throw new Error(`wasm-opt has lost atomic instructions of ${linkedFile}:\n  ${found.join('\n  ')}`);
  }
  return compared;
}

if (process.argv[1]?.endsWith('check_atomics.mjs')) {
  const [wasmOpt, linked, optimised] = process.argv.slice(2);
  try {
    console.log(`${check(wasmOpt, linked, optimised)} atomic instructions, none lost`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
