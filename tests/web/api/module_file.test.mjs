// A file that is not this version's glasswal.wasm is told by what it is; options are named as createRuntime has them.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { createRuntime } from '../../../wasm/dist/index.js';
import { regionOptions } from '../../../wasm/dist/generated/options.js';

const DIST = new URL('../../../wasm/dist/', import.meta.url);

/** createRuntime with a file of these bytes as its module; the error that it throws. */
async function failureWith(t, bytes) {
  const folder = await mkdtemp(path.join(tmpdir(), 'glasswal-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'glasswal.wasm');
  await writeFile(file, bytes);
  return failureOf({ wasm: pathToFileURL(file) });
}

async function failureOf(options) {
  try {
    (await createRuntime('/app.sqlite', options)).close();
  } catch (error) {
    assert.equal(error.name, 'GlasswalError', String(error));
    return error;
  }
  return assert.fail('nothing was thrown');
}

const own = () => readFile(new URL('glasswal.wasm', DIST));

/** The package's module with a name in it changed, as that of another version would have it. */
async function renamed(from, to) {
  const bytes = await own();
  const at = bytes.indexOf(from);
  assert.ok(at > 0 && from.length === to.length);
  bytes.write(to, at, 'latin1');
  return bytes;
}

test('a page that came instead of the module is recognised', async (t) => {
  const error = await failureWith(t, '<!doctype html><html><body>It works!</body></html>');
  assert.equal(error.code, 'ENVIRONMENT');
  assert.match(error.message, /glasswal\.wasm.* is no WebAssembly .* begins with "<!doctype html>.*option wasm/);
});

test('a module that is cut off is told by its size', async (t) => {
  const error = await failureWith(t, (await own()).subarray(0, 100_000));
  assert.equal(error.code, 'ENVIRONMENT');
  assert.match(error.message, /damaged, or not all of it came \(100000 bytes\)/);
});

test('another module, or one of another version, is told as that', async (t) => {
  const inspector = await failureOf({ wasm: new URL('inspector.wasm', DIST) });
  assert.equal(inspector.code, 'VERSION');
  assert.match(inspector.message, /another module than glasswal\.wasm/);
  const compiled = await failureOf({ wasm: new WebAssembly.Module(await readFile(new URL('inspector.wasm', DIST))) });
  assert.equal(compiled.code, 'VERSION');
  const names = [
    ['glasswal_layout_hash', 'glasswal_layout_hush'], ['glasswal_host_now', 'glasswal_host_new'],
    ['glasswal_relocations', 'glasswal_relocatings'],
  ];
  for (const [from, to] of names) {
    const error = await failureWith(t, await renamed(from, to));
    assert.equal(error.code, 'VERSION', from);
    assert.match(error.message, /one version/);
  }
});

test('what the module refuses it names as createRuntime does', async () => {
  for (const options of [{ capacityBytes: 16 * 1024 * 1024 }, { staleMs: 86_400_001 }, { eventCapacity: 65 }, { maxDatabaseCapacityBytes: 1, initialDatabaseCapacityBytes: 1 }]) {
    const error = await failureOf(options);
    assert.equal(error.code, 'OPTION');
    assert.ok(error.message.includes(Object.keys(options)[0]), error.message);
    assert.doesNotMatch(error.message, /[a-z]_[a-z]/);
  }
  assert.match((await failureOf({ logger: 'console' })).message, /logger is a string, but must be a function/);
  for (const name of Object.keys(regionOptions)) {
    assert.doesNotMatch((await failureOf({ [name]: -1, nowhere: 1 })).message, new RegExp(`no option ${name}`), name);
  }
});
