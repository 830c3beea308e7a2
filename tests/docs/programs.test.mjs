// The README's programs outside of browsers: Node, Bun, Deno, vitest; C++; SQLite's shell and Python with the extension.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { describe, test } from 'node:test';

import { within } from '../tools/limit.mjs';
import { run } from '../web/package.mjs';
import { ROOT } from '../web/server.mjs';
import { pasteApp, runLine, runShell } from './apps.mjs';
import { readBlocks } from './markdown.mjs';

const LIMIT_MS = 120_000;

/** Runs a program with `input` at the root of the repository, where the README's paths begin; resolves to all that it printed. */
function feed(program, args, input) {
  const child = spawn(program, args, { cwd: ROOT, stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`${program} ended with ${code}:\n${output}`))));
  });
}

async function blockOf(kind) {
  const [block, ...more] = (await readBlocks()).filter(({ rule }) => rule?.kind === kind);
  assert.equal(more.length, 0);
  return block.text;
}

describe('the programs of the README', () => {
  test('Node, Bun and Deno print what the README says', within(LIMIT_MS, async () => {
    const told = await runShell('node', await pasteApp('node'));
    assert.deepEqual(told.map(({ line }) => line.split(' ')[0]), ['node', 'bun', 'deno']);
    for (const { line, printed } of told) assert.equal(printed.trim(), line.split('# ')[1], line);
  }));

  test('Kysely, Drizzle, TypeORM and Knex give the row that they have written', within(LIMIT_MS, async () => {
    const [installed, ...told] = await runShell('mappers', await pasteApp('mappers'));
    assert.equal(told.length, installed.line.split(' ').length - 2);
    for (const { line, printed } of told) assert.equal(printed.trim(), line.split('# ')[1], line);
  }));

  test('vitest', within(LIMIT_MS, async () => {
    const folder = await pasteApp('vitest');
    const told = await runShell('vitest', folder);
    assert.match(told.at(-1).printed, /Tests +.*1 passed/);
    for (const environment of ['jsdom', 'happy-dom']) {
      assert.match(await runLine(`npx vitest run --environment ${environment}`, folder), /Tests +.*1 passed/);
    }
  }));

  test('C++: it is configured, built and run', within(LIMIT_MS, async () => {
    const folder = await pasteApp('cpp');
    const prefix = path.join(ROOT, 'build/docs-test/prefix');
    await run('cmake', ['-S', folder, '-B', `${folder}/build`, '-G', 'Ninja', `-DCMAKE_PREFIX_PATH=${prefix}`]);
    await run('cmake', ['--build', `${folder}/build`]);
    const snapshot = JSON.parse(await run(`${folder}/build/app`, []));
    assert.equal(snapshot.databases[0].path, '/app.sqlite');
    assert.ok(snapshot.totals.commits >= 1);
  }));

  test('C by pkg-config, and Python by ctypes', within(LIMIT_MS, async () => {
    const lib = path.join(ROOT, 'build/docs-test/prefix/lib');
    Object.assign(process.env, { PKG_CONFIG_PATH: path.join(lib, 'pkgconfig'), LD_LIBRARY_PATH: lib });
    const [, watched, python] = await runShell('c', await pasteApp('c'));
    assert.deepEqual(JSON.parse(watched.printed).clients.map(({ name }) => name), ['watcher']);
    assert.equal(python.printed.trim(), "['python3', 'watcher']");
  }));

  test("SQLite's shell", within(LIMIT_MS, async () => {
    const lines = (await blockOf('sqlite3')).trim().split('\n');
    assert.equal(lines[0], '$ sqlite3');
    const typed = lines.slice(1).map((line) => line.replace(/^sqlite> /, ''));
    typed.push('CREATE TABLE t(x);', 'INSERT INTO t VALUES (42);', 'SELECT x FROM t;', 'PRAGMA journal_mode;');
    assert.match(await feed('/usr/bin/sqlite3', ['-batch'], `${typed.join('\n')}\n`), /42\nwal\n$/);
  }));

  test('Python', within(LIMIT_MS, async () => {
    const checked = `${await blockOf('python')}\ndb.execute('CREATE TABLE t(x)')\ndb.execute('INSERT INTO t VALUES (42)')\n` +
      "print(db.execute('SELECT x FROM t').fetchone()[0], db.execute('PRAGMA journal_mode').fetchone()[0])\n";
    assert.equal((await feed('/usr/bin/python3', ['-'], checked)).trim().split('\n').at(-1), '42 wal');
  }));
});
