// The types take what the package takes: objects of an application's own interfaces, typed rows and parameters.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

test('interfaces, tuples and rows are typed', async () => {
  const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'esnext', '--moduleResolution', 'bundler', '--lib', 'esnext,dom'];
  const compiled = promisify(execFile)(process.execPath, [here('../../../node_modules/typescript/bin/tsc'), ...options, here('types.ts')]);
  await compiled.catch(({ stdout }) => assert.fail(stdout));
});
