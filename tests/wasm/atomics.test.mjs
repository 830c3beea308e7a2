// The build fails when the optimiser has lost an atomic instruction (wasm/check_atomics.mjs), tried with small modules that
// wasm-opt optimises here, and with the module that is shipped.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { atomicsOf, textOf } from '../../wasm/check_atomics.mjs';

const BUILT = 'build/wasm/wasm';
const FEATURES = ['--enable-threads', '--enable-bulk-memory', '--enable-mutable-globals', '--enable-sign-ext'];
const APART = ['always-inline', 'flexible-inline', 'one-caller-inline'].map((kind) => `--${kind}-max-function-size=0`);

// The SDK's own, as the build has it.
const cache = await readFile('build/wasm/CMakeCache.txt', 'utf8');
const WASM_OPT = /^GLASSWAL_WASM_OPT:FILEPATH=(.*)$/m.exec(cache)[1];

const publish = (order) => `(func $publish (export "publish") (param i32)
    (i32.store (i32.const 8) (local.get 0)) ${order} (i32.store (i32.const 16) (local.get 0)))`;
const fence = publish('(atomic.fence)');
const anchor = publish('(drop (i64.atomic.rmw.add (i32.const 32) (i64.const 1)))');
const claim = `(func $claim (export "claim") (result i32)
    (i32.atomic.rmw.cmpxchg (i32.const 64) (i32.const 0) (i32.const 1)))`;
const look = (name) => `(func $${name} (export "${name}") (result i32) (i32.atomic.load (i32.const 64)))`;
// The text format has changed: wasm-opt 108 knows only the first form, later ones only the second.
const memories = ['(memory $memory (shared 1 1))', '(memory $memory 1 1 shared)'];
let memory;
const moduleOf = (...functions) => `(module ${memory} ${functions.join('\n')})`;

let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glasswal-atomics-test-'));
  for (memory of memories) {
    await writeFile(join(folder, 'try.wat'), moduleOf());
    if (spawnSync(WASM_OPT, [...FEATURES, join(folder, 'try.wat'), '-o', join(folder, 'try.wasm')]).status === 0) break;
  }
});
after(() => rm(folder, { recursive: true }));

const wasmOpt = (...options) => execFileSync(WASM_OPT, [...FEATURES, '-g', ...options], { stdio: 'pipe' });

/** Writes a module and what wasm-opt makes of it; `spoil` changes the optimised text as an optimiser with a fault would. */
async function filesOf(text, spoil = (optimised) => optimised) {
  const at = (name) => join(folder, name);
  await writeFile(at('linked.wat'), text);
  wasmOpt(at('linked.wat'), '-o', at('linked.wasm'));
  wasmOpt('-O3', ...APART, at('linked.wasm'), '-S', '-o', at('optimised.wat'));
  await writeFile(at('optimised.wat'), spoil(await readFile(at('optimised.wat'), 'utf8')));
  wasmOpt(at('optimised.wat'), '-o', at('optimised.wasm'));
  return ['linked', 'optimised'].map((name) => at(`${name}.wasm`));
}

const check = (files) => spawnSync(process.execPath, ['wasm/check_atomics.mjs', WASM_OPT, ...files], { encoding: 'utf8' });

function assertFails(files, ...reasons) {
  const { status, stderr } = check(files);
  assert.equal(status, 1, stderr);
  for (const reason of reasons) assert.match(stderr, reason);
}

describe('what the build compares', () => {
  test('a module that keeps all of its atomic instructions passes', async () => {
    const { status, stdout, stderr } = check(await filesOf(moduleOf(anchor, claim)));
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^2 atomic instructions, none lost/);
  });

  test('a stand-alone fence fails, whether or not this wasm-opt deletes it', async () => {
    assertFails(await filesOf(moduleOf(fence, claim)), /\$publish relies on atomic\.fence/);
  });

  test('a lost fence by an anchor fails', async () => {
    const files = await filesOf(moduleOf(anchor, claim), (text) => text.replaceAll(/\(drop\s+\(i64\.atomic\.rmw\.add[^]*?\)\s*\)\s*\)/g, ''));
    assertFails(files, /\$publish has changed: i64\.atomic\.rmw\.add: 1 before, 0 after/);
  });

  test('an atomic instruction that became a plain one fails', async () => {
    const files = await filesOf(moduleOf(anchor, look('seen')), (text) => text.replaceAll('i32.atomic.load', 'i32.load'));
    assertFails(files, /\$seen has changed: i32\.atomic\.load: 1 before, 0 after/);
  });

  test('a function that vanished with its atomic instruction fails', async () => {
    const files = await filesOf(moduleOf(anchor, claim), () => moduleOf(anchor));
    assertFails(files, /\$claim is gone, and no function with 1 i32\.atomic\.rmw\.cmpxchg is left/);
  });

  test('two functions that do the same may become one', async () => {
    const { status, stderr } = check(await filesOf(moduleOf(anchor, look('first'), look('second'))));
    assert.equal(status, 0, stderr);
  });

  test('a module without any atomic instruction is not taken for one that lost none', async () => {
    const files = await filesOf(moduleOf('(func $nothing (export "nothing"))'));
    assertFails(files, /has no atomic instruction at all/);
  });
});

describe('the module that is shipped', () => {
  test('lost none', () => {
    const { status, stderr } = check(['linked', 'optimised'].map((name) => `${BUILT}/${name}.wasm`));
    assert.equal(status, 0, stderr);
  });

  test('xShmBarrier and the end of every write are read-modify-writes of an anchor', () => {
    const functions = atomicsOf(textOf(WASM_OPT, `${BUILT}/optimised.wasm`));
    for (const part of ['DatabaseShmBarrier', 'store::File::Write']) {
      const [, counts] = [...functions].find(([name]) => name.includes(part)) ?? assert.fail(`there is no ${part}`);
      assert.ok((counts.get('i64.atomic.rmw.add') ?? 0) >= 1, `${part} has no read-modify-write`);
    }
  });

  test('an atomic store is an exchange wherever a transaction passes', () => {
    const functions = atomicsOf(textOf(WASM_OPT, `${BUILT}/optimised.wasm`));
    // Firefox makes an `mfence` of each. These are left: bytes at the head of a database, and what only who joins or looks
    // for the dead does.
    const rest = /__wasm_(start|init_memory)|store::File::(Read|Write)|DeclareDead|Client::(Join|Sweep|SilentNs)/;
    const stores = [...functions].filter(([, counts]) => [...counts.keys()].some((kind) => /\.atomic\.store/.test(kind)));
    assert.deepEqual(stores.map(([name]) => name).filter((name) => !rest.test(name)), []);
  });

  test('wasm/dist has what was compared, without the names', async () => {
    const [built, shipped] = await Promise.all([`${BUILT}/glasswal.wasm`, 'wasm/dist/glasswal.wasm'].map((file) => readFile(file)));
    assert.ok(built.equals(shipped));
  });
});
