// samples/emscripten_pthreads: a program that Emscripten built with threads, run under Node.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { within } from '../tools/limit.mjs';

const PROGRAM = 'build/wasm/samples/emscripten_pthreads/emscripten_pthreads.js';

test('an Emscripten program with threads links glasswal::vfs', within(60_000, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM]);
  assert.match(stdout, /journal mode wal, 1500 rows of 3 writers, integrity ok/);
}));
