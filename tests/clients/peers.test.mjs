// The peers are optional: the packed package without them, in a folder that nobody else's packages can be seen from.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { within } from '../tools/limit.mjs';
import { packPackage, run } from '../web/package.mjs';

test('without the peers the package is installed and loads, and an adapter says which one it misses', within(120_000, async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'glasswal-peers-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(path.join(folder, 'package.json'), '{"type": "module"}');
  await run('npm', ['install', '--no-package-lock', '--offline', await packPackage()], { cwd: folder });
  assert.deepEqual((await readdir(path.join(folder, 'node_modules'))).filter((name) => !name.startsWith('.')), ['glasswal']);
  const program = `
    import { createRuntime } from 'glasswal';
    import 'glasswal/inspector';
    const runtime = await createRuntime('/x.sqlite');
    console.log(runtime.client.open().prepare('SELECT 40 + 2').pluck().get());
    for (const name of ['drizzle', 'kysely']) await import('glasswal/' + name).catch(({ code, message }) => console.log(code, message));
    runtime.close();`;
  const output = await run(process.execPath, ['--input-type=module', '--eval', program], { cwd: folder });
  assert.match(output, /^42\nERR_MODULE_NOT_FOUND Cannot find package 'drizzle-orm'.*\nERR_MODULE_NOT_FOUND Cannot find package 'kysely'.*\n$/);
}));
