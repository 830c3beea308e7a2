// Backups: to another path, database, runtime and file, while the database is in use, and what ends them.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import v8 from 'node:v8';
import vm from 'node:vm';
import { MisuseError, database, place } from './open.mjs';

const LEAST_PAGES = 900;
const fill = (db, rows = 20_000) => db.exec(`CREATE TABLE t(id INTEGER PRIMARY KEY, x);
  WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) INSERT INTO t(x) SELECT printf('%0180d', i) FROM n`);
const count = (db) => db.prepare('SELECT count(*) FROM t').pluck().get();
const sound = (db) => assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
const paths = (client) => client.files().map(({ path }) => path).filter((path) => !path.endsWith('-wal'));
/** A backup that waits in `progress` after its first step, and what lets it go on. */
function held(db, to) {
  let reached;
  const paused = new Promise((resolve) => (reached = resolve));
  let rate = 1;
  let steps = 0;
  const progress = () => {
    if (++steps === 3) {
      rate = 0;
      reached();
    }
    return rate;
  };
  return { done: db.backup(to, { progress }), paused, resume: () => (rate = 100) };
}

test('a database is copied to a path of the runtime, in steps', async (t) => {
  const { client, open } = await place(t);
  const db = open();
  fill(db);
  const seen = [];
  const result = await db.backup('/copy.sqlite', { progress: (progress) => void seen.push(progress) });
  const pages = db.pragma('page_count', { simple: true });
  assert.ok(pages > LEAST_PAGES);
  assert.deepEqual(result, { totalPages: pages, remainingPages: 0 });
  assert.deepEqual(seen.map(({ remainingPages }) => remainingPages), Array.from({ length: Math.ceil(pages / 100) }, (_, i) => pages - 100 * i));
  assert.ok(seen.every(({ totalPages }) => totalPages === pages));
  const copy = open({ path: '/copy.sqlite' });
  assert.equal(count(copy), 20_000);
  assert.equal(copy.pragma('journal_mode', { simple: true }), 'wal');
  sound(copy);
  assert.deepEqual(paths(client), ['/api.sqlite', '/copy.sqlite']);
  db.exec('DELETE FROM t WHERE id > 10');
  await db.backup(' copy.sqlite ');
  assert.equal(count(copy), 10, 'also over what was there, which others have open');
});

test('progress says how many pages are next', async (t) => {
  const db = await database(t);
  fill(db);
  const pages = db.pragma('page_count', { simple: true });
  const rates = [300, undefined, 0, 0, 1e12];
  const seen = [];
  await db.backup('/copy.sqlite', { progress: ({ remainingPages }) => (seen.push(pages - remainingPages), rates.shift()) });
  assert.deepEqual(seen, [0, 300, 600, 600, 600]);
  const refuses = (progress, check) => assert.rejects(db.backup('/other.sqlite', { progress }), check);
  for (const wrong of ['5', null, NaN, {}]) await refuses(() => wrong, TypeError);
  const thrown = new Error('enough');
  await refuses(() => { throw thrown; }, (error) => error === thrown);
});

test('to databases: of the same runtime, in memory, and of another runtime', async (t) => {
  const { open } = await place(t);
  const db = open();
  fill(db);
  const far = (await place(t)).open();
  far.exec('CREATE TABLE old(x)');
  const near = open({ path: '/near.sqlite' });
  for (const target of [near, open({ path: ':memory:' }), far]) {
    const steps = [];
    const { totalPages } = await db.backup(target, { progress: ({ remainingPages }) => void steps.push(remainingPages) });
    assert.ok(steps.length >= 10 && totalPages > LEAST_PAGES);
    assert.equal(count(target), 20_000);
    assert.deepEqual(target.prepare('SELECT name FROM sqlite_schema').pluck().all(), ['t']);
    sound(target);
  }
});

test('an attached database, and one in memory', async (t) => {
  const { open } = await place(t);
  const db = open();
  db.exec("ATTACH '/more.sqlite' AS more; CREATE TABLE more.t(x); INSERT INTO more.t VALUES (7)");
  await db.backup('/copy.sqlite', { attached: 'more' });
  assert.equal(open({ path: '/copy.sqlite' }).prepare('SELECT x FROM t').pluck().get(), 7);
  await assert.rejects(db.backup('/copy.sqlite', { attached: 'nowhere' }), /unknown database nowhere/);
  const memory = open({ path: ':memory:' });
  fill(memory, 10);
  await memory.backup('/memory.sqlite');
  assert.equal(count(open({ path: '/memory.sqlite' })), 10);
  await open({ path: '/empty.sqlite' }).backup('/empty_copy.sqlite');
  assert.deepEqual(open({ path: '/empty_copy.sqlite' }).prepare('SELECT * FROM sqlite_schema').all(), []);
});

test('it is one moment of the database, whoever commits meanwhile', async (t) => {
  const { open } = await place(t);
  const [db, other] = [open(), open()];
  db.exec('CREATE TABLE t(id INTEGER PRIMARY KEY, x, y)');
  db.exec("WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO t(x, y) SELECT 0, printf('%0180d', i) FROM n");
  for (const writer of [other, db]) {
    const { x } = db.prepare('SELECT max(x) AS x FROM t').get();
    let commits = 0;
    // Every step meets a database that has changed since the last one.
    await db.backup('/copy.sqlite', { progress: () => void writer.prepare('UPDATE t SET x = ?').run(x + ++commits) });
    const copy = open({ path: '/copy.sqlite' });
    assert.equal(copy.prepare('SELECT count(DISTINCT x) FROM t').pluck().get(), 1);
    assert.equal(copy.prepare('SELECT x FROM t').pluck().get(), x + commits);
    assert.ok(commits > 2);
    sound(copy);
    copy.close();
  }
});

test('closing ends it, and nothing of the copy is left', async (t) => {
  const { client, open } = await place(t);
  const db = open();
  fill(db);
  const target = open({ path: '/target.sqlite' });
  target.exec('CREATE TABLE old(x)');
  const isClosed = ({ code }) => code === 'CLOSED';
  for (const [to, close] of [['/new.sqlite', 'source'], [target, 'target'], ['/target.sqlite', 'source']]) {
    const source = open();
    const { done, paused } = held(source, to);
    await paused;
    (close === 'source' ? source : target).close();
    await assert.rejects(done, isClosed);
    source.close();
  }
  assert.deepEqual(paths(client), ['/api.sqlite', '/target.sqlite']);
  const again = open({ path: '/target.sqlite' });
  assert.deepEqual(again.prepare('SELECT name FROM sqlite_schema').pluck().all(), ['old']);
  again.exec('INSERT INTO old VALUES (1)');
  const { done, paused } = held(db, '/last.sqlite');
  await paused;
  client.close();
  await assert.rejects(done, isClosed);
});

test('the target cannot be used meanwhile, and others read what was there', async (t) => {
  const { open } = await place(t);
  const db = open();
  fill(db);
  const [target, reader] = [open({ path: '/target.sqlite' }), open({ path: '/target.sqlite', busyTimeout: 0 })];
  target.exec('CREATE TABLE old(x)');
  const { done, paused, resume } = held(db, target);
  await paused;
  assert.throws(() => target.exec('SELECT 1'), (error) => error.code === 'BUSY' && /a copy that is being written to it/.test(error.message));
  assert.deepEqual(reader.prepare('SELECT name FROM sqlite_schema').pluck().all(), ['old']);
  assert.throws(() => reader.exec('CREATE TABLE more(x)'), (error) => error.code === 'SQLITE_BUSY');
  resume();
  await done;
  assert.equal(count(target), 20_000);
  assert.equal(count(reader), 20_000);
});

test('a target that somebody writes is waited for', async (t) => {
  const { open } = await place(t);
  const db = open();
  fill(db, 100);
  const writer = open({ path: '/target.sqlite' });
  writer.exec('CREATE TABLE old(x); BEGIN IMMEDIATE; INSERT INTO old VALUES (1)');
  let steps = 0;
  const done = db.backup('/target.sqlite', { progress: () => void steps++ });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(steps, 0);
  writer.exec('COMMIT');
  await done;
  assert.equal(count(writer), 100);
  writer.exec('BEGIN IMMEDIATE');
  const impatient = open({ busyTimeout: 20 });
  await assert.rejects(impatient.backup('/target.sqlite'), (error) => error.code === 'SQLITE_BUSY' && error.lock?.lock === 'WRITE');
});

test('what cannot be a target is refused', async (t) => {
  const { open } = await place(t);
  const db = open();
  fill(db, 10);
  const refused = (to, check, options) => assert.rejects(db.backup(to, options), check);
  for (const wrong of ['', '  ', ':memory:', 'file:///tmp/x', 5, null, undefined, {}, new URL('https://example.org/x')]) await refused(wrong, TypeError);
  for (const options of [{ attached: '' }, { attached: 5 }, { attached: undefined }, { progress: 5 }, 5, 'main']) await refused('/copy.sqlite', TypeError, options);
  const isMisuse = (error) => error instanceof MisuseError && error.code === 'MISUSE';
  for (const itself of [db, open(), 'api.sqlite', '/api.sqlite']) await refused(itself, isMisuse);
  const busy = open({ path: '/busy.sqlite' });
  busy.exec('BEGIN');
  await refused(busy, isMisuse);
  const small = open({ path: '/small.sqlite' });
  const source = open({ path: ':memory:' });
  source.exec('PRAGMA page_size = 1024; CREATE TABLE x(a)');
  small.exec('CREATE TABLE y(a)');
  await assert.rejects(source.backup(small), /pages of 1024 bytes and this one of 4096/);
  assert.deepEqual(small.prepare('SELECT name FROM sqlite_schema').pluck().all(), ['y']);
  db.close();
  await refused('/copy.sqlite', (error) => error.code === 'CLOSED');
});

test('to a file on disk, which is replaced when all is written', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'glasswal-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const at = (name) => pathToFileURL(join(folder, name));
  const { runtime, open } = await place(t);
  const db = open();
  fill(db);
  const seen = [];
  const result = await db.backup(at('a b.sqlite'), { progress: ({ remainingPages }) => void seen.push(remainingPages) });
  assert.equal(result.remainingPages, 0);
  assert.equal(seen[0] - seen[1], 100);
  const bytes = readFileSync(at('a b.sqlite'));
  assert.equal(bytes.length, result.totalPages * 4096);
  runtime.import(bytes, '/back.sqlite');
  assert.equal(count(open({ path: '/back.sqlite' })), 20_000);
  const thrown = new Error('enough');
  await assert.rejects(db.backup(at('a b.sqlite'), { progress: ({ remainingPages }) => { if (remainingPages < 500) throw thrown; } }), (error) => error === thrown);
  assert.deepEqual(readFileSync(at('a b.sqlite')), bytes);
  assert.deepEqual(readdirSync(folder), ['a b.sqlite']);
  await assert.rejects(db.backup(at('none/x.sqlite')), (error) => error.code === 'NOT_FOUND' && /its folder does not exist/.test(error.message));
  writeFileSync(at('a b.sqlite-wal'), '');
  await assert.rejects(db.backup(at('a b.sqlite')), (error) => error.code === 'BUSY' && /a b.sqlite-wal/.test(error.message));
  assert.ok(!existsSync(at('x.sqlite')));
});

test('statements that are collected while a copy is written to their database harm nobody', async (t) => {
  const { open } = await place(t);
  const source = open();
  fill(source);
  const target = open({ path: '/target.sqlite' });
  target.exec('CREATE TABLE old(x)');
  let collected = 0;
  const watch = new FinalizationRegistry(() => collected++);
  for (let i = 0; i < 50; i++) watch.register(target.prepare('SELECT x FROM old'), i);
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc');
  const { done, paused, resume } = held(source, target);
  await paused;
  // What is thrown in a registry ends a process.
  const uncaught = [];
  const listen = (error) => uncaught.push(error);
  process.on('uncaughtException', listen);
  t.after(() => process.off('uncaughtException', listen));
  while (collected < 50) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  resume();
  await done;
  assert.deepEqual(uncaught, []);
  sound(target);
  assert.equal(count(target), 20_000);
});

test('backup() refuses what it does not know', async (t) => {
  const db = await database(t);
  await assert.rejects(db.backup('/copy.sqlite', { progres: () => 1 }), { code: 'OPTION', message: /backup\(\): .*did you mean progress\?/ });
  await assert.rejects(db.backup('/copy.sqlite', 'fast'), { code: 'MISUSE' });
});

test('two copies to the same place come one after the other, and nobody blocks the thread meanwhile', async (t) => {
  const { open } = await place(t);
  const db = open();
  fill(db);
  const one = open({ path: '/given.sqlite' });
  const other = open({ path: '/given.sqlite' });
  one.exec('CREATE TABLE old(x)');
  for (const [first, second] of [['/copy.sqlite', '/copy.sqlite'], [one, other]]) {
    let longest = 0;
    let last = performance.now();
    const progress = () => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
      return 50;
    };
    const results = await Promise.all([first, second].map((to) => db.backup(to, { progress })));
    assert.deepEqual(results.map(({ remainingPages }) => remainingPages), [0, 0]);
    assert.ok(longest < 2000, `a step waited for ${longest} ms`);
  }
  for (const copy of [open({ path: '/copy.sqlite' }), one]) {
    sound(copy);
    assert.equal(count(copy), 20_000);
  }
  assert.equal(one.busyTimeout, 5000);
});

test('a transaction of the source that writes keeps a copy from going on, and the error says so', async (t) => {
  const { client, open } = await place(t);
  const db = open({ busyTimeout: 20 });
  fill(db, 10);
  db.exec('BEGIN IMMEDIATE; DELETE FROM t');
  await assert.rejects(db.backup('/copy.sqlite'), { code: 'SQLITE_BUSY', message: /a transaction of '\/api.sqlite' that writes is open: commit it/ });
  assert.deepEqual(paths(client), ['/api.sqlite']);
  db.exec('ROLLBACK');
  await db.backup('/copy.sqlite');
  assert.equal(count(open({ path: '/copy.sqlite' })), 10);
});
