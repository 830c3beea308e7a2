// An option that nothing reads is refused by name, with the one that was probably meant.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRuntime, join } from '../../../wasm/dist/index.js';
import glasswal from '../../../wasm/dist/vite.js';
import { GlasswalError, MisuseError, database, place } from './open.mjs';

const refused = (run, pattern, code = 'OPTION') => assert.throws(run, (error) =>
  error instanceof MisuseError && error instanceof TypeError && error.code === code && pattern.test(error.message));

test('open() refuses what it does not know, and says what was meant', async (t) => {
  const { open, client } = await place(t);
  refused(() => open({ readOnly: true }), /no option readOnly: did you mean readonly\? There are readonly, fileMustExist/);
  refused(() => open({ timout: 1 }), /did you mean timeout\?/);
  refused(() => open({ bussyTimeout: 1 }), /did you mean busyTimeout\?/);
  refused(() => open({ colour: 1 }), /no option colour\. There are/);
  for (const path of [123, true, null, [], () => '/x', 5n]) refused(() => client.open(path), /as a path: give a string/, 'MISUSE');
  refused(() => client.open({}, {}), /as a path/, 'MISUSE');
  refused(() => client.open('/x', 'readonly'), /options of open\(\) are a string: give an object/, 'MISUSE');
  refused(() => client.open('/a\0b'), /zero character at 2/, 'MISUSE');
  assert.equal(client.open(undefined, { readonly: false }).name, '/api.sqlite');
  assert.equal(client.open('/x', null).name, '/x');
});

test('options of open() are what they should be', async (t) => {
  const { open } = await place(t);
  for (const name of ['readonly', 'fileMustExist', 'safeIntegers']) {
    refused(() => open({ [name]: 1 }), new RegExp(`${name} is a number: give true or false`));
    refused(() => open({ [name]: undefined }), new RegExp(`${name} is undefined`));
  }
  refused(() => open({ verbose: 'yes' }), /verbose is a string: give a function/);
  refused(() => open({ path: ':memory:', readonly: true }), /leave it out/);
  for (const value of [-1, 0.5, '5', null, NaN]) refused(() => open({ timeout: value }), /timeout is .*whole milliseconds/);
  assert.throws(() => open({ timeout: 2 ** 31 }), RangeError);
});

test('timeout and busyTimeout are one', async (t) => {
  const { open } = await place(t);
  assert.equal(open({ timeout: 1 }).busyTimeout, 1);
  assert.equal(open({ timeout: 3, busyTimeout: 3 }).pragma('busy_timeout', { simple: true }), 3);
  refused(() => open({ timeout: 1, busyTimeout: 2 }), /are one, but 2 and 1: give one/);
});

test('functions, aggregates and pragmas refuse what they do not know', async (t) => {
  const db = await database(t);
  refused(() => db.function('f', { determinstic: true }, () => 1), /did you mean deterministic\?/);
  refused(() => db.function('f', { varargs: 1 }, () => 1), /varargs is a number/);
  refused(() => db.aggregate('f', { step: () => 1, stepp: () => 1 }), /did you mean step\?/);
  refused(() => db.aggregate('f', { step: () => 1, result: 5 }), /result is a number: give a function/);
  refused(() => db.pragma('user_version', { Simple: true }), /did you mean simple\?/);
  refused(() => db.pragma('user_version', { simple: 1 }), /simple is a number/);
});

test('createRuntime() and join() refuse likewise', async (t) => {
  const { runtime } = await place(t);
  const option = (pattern) => (error) => error instanceof GlasswalError && error.code === 'OPTION' && pattern.test(error.message);
  await assert.rejects(createRuntime('/x', { maxDatabaseCapacity: 1 }), option(/did you mean maxDatabaseCapacityBytes\?/));
  await assert.rejects(join(runtime, { nam: 'x' }), option(/no option nam: did you mean name\?/));
});

test('createRuntime() names every value that will not do', async (t) => {
  const { runtime } = await place(t);
  const option = (pattern) => ({ name: 'GlasswalError', code: 'OPTION', message: pattern });
  for (const path of [5n, 5, null, Symbol('x'), {}, Object.create(null), '', ' ', ':memory:', 'a\0b', 'x'.repeat(241)]) {
    await assert.rejects(createRuntime(path), option(/^The path is .*, but must be a name/));
  }
  for (const name of [5n, 5, {}, Object.create(null), '', 'a\0b', 'x'.repeat(64)]) {
    await assert.rejects(createRuntime('/x', { name }), option(/^The option name is .*, but must be a text of 1 to 63 bytes/));
    await assert.rejects(join(runtime, { name }), option(/^The option name is /));
  }
  for (const value of [1, 'true', 0, {}]) await assert.rejects(createRuntime('/x', { fixedCapacity: value }), option(/fixedCapacity is .*true or false/));
  for (const value of [5n, 'x', {}, Object.create(null), Symbol('x')]) {
    await assert.rejects(createRuntime('/x', { capacityBytes: value }), option(/capacityBytes is .*a whole number/));
    await assert.rejects(createRuntime('/x', { staleMs: value }), option(/staleMs is .*a whole number/));
    await assert.rejects(createRuntime('/x', { onStale: value }), option(/onStale is .*'report' or 'evict'/));
  }
});

test('listeners are functions', async (t) => {
  const { runtime, client } = await place(t);
  for (const none of [undefined, null, 5, {}]) {
    refused(() => client.onCommit(none), /onCommit\(\) was given .*: give a function/, 'MISUSE');
    refused(() => runtime.onRecovery(none), /onRecovery\(\) was given/, 'MISUSE');
  }
  refused(() => client.open().checkpoint(Object.create(null)), /an object is no checkpoint/, 'MISUSE');
  assert.throws(() => client.remove(5n), /not a bigint/);
});

test('every wrong use has a code, and the name of what was called', async (t) => {
  const { runtime, client } = await place(t);
  const misused = (call, pattern) => assert.rejects(async () => call(), (error) =>
    error instanceof MisuseError && error.code === 'MISUSE' && pattern.test(error.message));
  await misused(() => runtime.setEventLevel('loud'), /^The event level is "loud": give off, error, warn, info, debug, trace\.$/);
  // @ts-expect-error: the second argument matters no more when the first is wrong.
  await misused(() => runtime.evict(5), /^evict\(\) needs the worker/);
  await misused(() => join({}), /^join\(\) needs the runtime/);
  await misused(() => runtime.import('abc'), /^import\(\) takes a Uint8Array or an ArrayBuffer, and got a string/);
  await misused(() => runtime.import(new Uint8Array(5), 7), /^The path is a number/);
  await misused(() => client.open(':memory:').deserialize('abc'), /^deserialize\(\) takes a Uint8Array/);
  for (const none of [undefined, null, 5, 'worker']) await misused(() => runtime.watch(none), /^watch\(\) was given .*: give the worker/);
});

test('options that came as the path are told where they belong', async () => {
  await assert.rejects(createRuntime({ name: 'x' }), { code: 'OPTION', message: /^The path is an object, but must be .*; the options come after it\.$/ });
});

test('a database that is not there is told of in the words of open()', async (t) => {
  const { client } = await place(t);
  for (const option of ['readonly', 'fileMustExist']) {
    assert.throws(() => client.open('/none', { [option]: true }), { code: 'SQLITE_CANTOPEN', message: /no file \/none .*without readonly and fileMustExist$/ });
  }
});

test('events() refuses what is no number, and the client lives on', async (t) => {
  const { runtime, client } = await place(t);
  for (const wrong of [1n, Symbol('x'), 'x', {}, null, NaN, -1, 1.5, { valueOf() { throw new Error('mine'); } }]) {
    for (const call of [() => runtime.events(wrong), () => client.events(0, wrong)]) {
      assert.throws(call, { code: 'MISUSE', message: /events\(\) was given .* as '(from|limit)': give a whole number from 0 on/ });
    }
  }
  assert.equal(runtime.events(0, 1).events.length, 1);
  assert.equal(client.open().prepare('SELECT 1').pluck().get(), 1);
});

test('numbers of createRuntime() have the bounds that they are told with', async (t) => {
  const wrong = {
    staleMs: [[0, 2 ** 32 + 5, 2 ** 40, 2 ** 53], 'from 1 to 86400000'],
    eventCapacity: [[63, 2 ** 30, 2 ** 53], 'from 64 to 1048576'],
    maxDatabaseCapacityBytes: [[1, 2 ** 45, 2 ** 53], 'from 65536 to 4294901760'],
    maxWriteAheadCapacityBytes: [[1, 2 ** 33], 'from 65536 to 4294901760'],
    initialDatabaseCapacityBytes: [[0, 2 ** 33], 'from 1 to 4294901760'],
    capacityBytes: [[0, 2 ** 32, 2 ** 53], 'from 1 to 4294901760'],
  };
  for (const [name, [values, bounds]] of Object.entries(wrong)) {
    for (const value of values) {
      await assert.rejects(createRuntime('/x', { [name]: value }), {
        code: 'OPTION', message: `The option ${name} is ${value}, but must be a whole number ${bounds}.`,
      });
    }
  }
  const { runtime } = await place(t, { staleMs: 86_400_000 });
  assert.equal(runtime.diagnostics().region.options.staleMs, 86_400_000);
  await assert.rejects(createRuntime('/x', { wasm: '' }), { code: 'OPTION', message: /wasm is "", but must be a URL/ });
});

test('what is given to others is checked likewise', async (t) => {
  const { runtime, client, open } = await place(t);
  const db = open();
  const misused = (call, pattern, code = 'MISUSE') => assert.rejects(async () => call(), (error) =>
    error instanceof MisuseError && error.code === code && pattern.test(error.message));
  for (const none of [undefined, null, NaN, 62, '0', {}, { slt: 1 }, 1n]) {
    await misused(() => runtime.evict(none, { terminate() {} }), /^evict\(\) was given .*: give the number of a client/);
  }
  for (const target of [{}, [], new Date(), null, 5]) await misused(() => db.backup(target), /^backup\(\) takes a database, a path, or in Node/);
  await misused(() => runtime.capture({ content: true }), /did you mean contents\?/, 'OPTION');
  await misused(() => runtime.capture({ contents: 'no' }), /contents is a string: give true or false/, 'OPTION');
  await misused(() => runtime.capture(5), /options of capture\(\) are a number/);
  for (const seconds of [-1, 301, NaN, '5', true]) await misused(() => runtime.capture({ seconds }), /The option seconds is .*: give a number from 0 to 300/, 'OPTION');
  const { length } = await runtime.capture(null);
  assert.ok(length > 0);
  assert.ok((await runtime.capture({ seconds: 0.1 })).length > length, 'what was recorded is in it');
  await misused(() => db.prepare('SELECT @a').get(new Map([['a', 1]])), /given as a Map: give a plain object, such as Object\.fromEntries\(it\)/);
  await misused(() => new client.constructor(), /made by join\(runtime\)/);
  await misused(() => new runtime.constructor(), /made by createRuntime\(\)/);
  const { id, path, version, module } = runtime;
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  await misused(() => join({ id, path, version, module, memory }), /^join\(\) needs the runtime that createRuntime\(\) returned/);
});

test('bytes whose buffer was moved away are refused', async (t) => {
  const db = await database(t);
  const bytes = new Uint8Array(8);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  for (const gone of [bytes, new DataView(new ArrayBuffer(8), 0)]) {
    if (gone instanceof DataView) structuredClone(gone.buffer, { transfer: [gone.buffer] });
    // @ts-expect-error: the types tell of no TypeError that has a code.
    assert.throws(() => db.prepare('SELECT ?').get(gone), (error) => error instanceof TypeError && error.code === 'MISUSE' && /not there any more/.test(error.message));
  }
});

test('a client that has left is told of before its databases are', async (t) => {
  const { runtime, open } = await place(t);
  const db = open();
  runtime.close();
  assert.throws(() => db.exec('SELECT 1'), { code: 'CLOSED', message: /has left its runtime: join it again/ });
});

test('the plugin of Vite refuses what it does not know', () => {
  const refusedBy = (options, pattern) => assert.throws(() => glasswal(options), (error) => error instanceof MisuseError && pattern.test(error.message));
  refusedBy({ serviceworker: true }, /did you mean serviceWorker\?/);
  refusedBy({ serviceWorker: 'yes' }, /serviceWorker is a string: give true or false/);
  refusedBy({ embedderPolicy: 'none' }, /embedderPolicy is "none": give require-corp or credentialless/);
  refusedBy(5, /options of glasswal\(\) are a number/);
  for (const fine of [undefined, null, {}, { serviceWorker: true }]) assert.equal(glasswal(fine).name, 'glasswal');
});
