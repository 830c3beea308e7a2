// Collations by a function of JavaScript: order, errors in the middle of sorting and of indexes, and what they may not do.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MisuseError, database, place } from './open.mjs';

const byText = (a, b) => (a < b ? -1 : Number(a > b));
const values = (db, sql) => db.prepare(sql).pluck().all();
const mine = new Error('mine');
const isMine = (error) => error === mine;
/** A database with a collation `c` that throws while `state.fails`, and a table whose index is sorted by it. */
async function indexed(t) {
  const db = await database(t);
  const state = { fails: false, calls: 0 };
  db.collation('c', (a, b) => {
    state.calls++;
    if (state.fails) throw mine;
    return byText(a, b);
  });
  db.exec("CREATE TABLE t(x TEXT COLLATE c UNIQUE); INSERT INTO t VALUES ('b'), ('d'), ('f')");
  return { db, state };
}

test('it sorts, compares and indexes', async (t) => {
  const db = await database(t);
  assert.equal(db.collation('backwards', (a, b) => byText(b, a)), db);
  db.collation('length', (a, b) => (a.length - b.length) * 1000);
  db.exec("CREATE TABLE t(x TEXT COLLATE length UNIQUE); INSERT INTO t VALUES ('ccc'), ('bb'), ('a')");
  assert.deepEqual(values(db, 'SELECT x FROM t ORDER BY x COLLATE backwards'), ['ccc', 'bb', 'a']);
  assert.deepEqual(values(db, "SELECT x FROM t WHERE x = 'zz'"), ['bb']);
  assert.deepEqual(values(db, 'SELECT x FROM t ORDER BY x'), ['a', 'bb', 'ccc']);
  assert.throws(() => db.exec("INSERT INTO t VALUES ('dd')"), /UNIQUE/);
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
});

test('texts arrive whole, whatever is in them', async (t) => {
  const db = await database(t);
  const seen = new Set();
  db.collation('see', (a, b) => {
    seen.add(a).add(b);
    return byText(a, b);
  });
  const texts = ['', 'a\0b', 'h\u00e9', '\u{1F600}', '\ufeffbom', 'x'.repeat(100_000), 'lone \ud800'];
  db.exec('CREATE TABLE t(x)');
  for (const text of texts) db.prepare('INSERT INTO t VALUES (?)').run(text);
  db.exec("INSERT INTO t VALUES (CAST(x'ff41' AS TEXT))");
  const sorted = values(db, 'SELECT x FROM t ORDER BY x COLLATE see');
  const expected = [...texts.slice(0, -1), 'lone \ufffd', '\ufffdA'].sort(byText);
  assert.deepEqual(sorted, expected);
  assert.deepEqual([...seen].sort(byText), expected);
});

test('what it throws fails the statement, whether it sorts, compares once or writes', async (t) => {
  const { db, state } = await indexed(t);
  state.fails = true;
  state.calls = 0;
  assert.throws(() => values(db, 'WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT i FROM n ORDER BY CAST(i AS TEXT) COLLATE c'), isMine);
  assert.equal(state.calls, 1, 'it is not asked again');
  assert.throws(() => values(db, "SELECT 'a' = 'b' COLLATE c"), isMine);
  assert.throws(() => db.prepare("SELECT 'a' < 'b' COLLATE c").get(), isMine);
  assert.throws(() => [...db.prepare("SELECT x FROM t WHERE x > 'a' COLLATE c").iterate()], isMine);
  assert.throws(() => db.exec('CREATE INDEX i ON t(x COLLATE c)'), isMine);
  assert.throws(() => db.exec("INSERT INTO t VALUES ('a')"), isMine);
  assert.throws(() => db.prepare("INSERT INTO t VALUES ('a') RETURNING x").get(), isMine);
  assert.throws(() => db.prepare("UPDATE t SET x = x || 'z'").run(), isMine);
  state.fails = false;
  assert.deepEqual(values(db, 'SELECT x FROM t ORDER BY x'), ['b', 'd', 'f'], 'nothing was written by a wrong order');
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
  assert.throws(() => db.exec('SELECT nowhere'), /no such column/, 'an error of the past is not told again');
  db.exec("INSERT INTO t VALUES ('a')");
});

test('a failure while a transaction writes takes the transaction back', async (t) => {
  const { db, state } = await indexed(t);
  const insert = db.prepare('INSERT INTO t VALUES (?)');
  const both = db.transaction(() => {
    insert.run('g');
    state.fails = true;
    insert.run('a');
  });
  assert.throws(both, isMine);
  assert.equal(db.inTransaction, false);
  state.fails = false;
  db.exec('BEGIN');
  insert.run('h');
  state.fails = true;
  assert.throws(() => values(db, "SELECT x FROM t WHERE x = 'b'"), isMine);
  assert.equal(db.inTransaction, true, 'reading takes nothing back');
  assert.throws(() => db.exec("INSERT INTO t VALUES ('a')"), isMine);
  assert.equal(db.inTransaction, false);
  state.fails = false;
  assert.deepEqual(values(db, 'SELECT x FROM t ORDER BY x'), ['b', 'd', 'f']);
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
});

test('other statements that are running do not notice', async (t) => {
  const { db, state } = await indexed(t);
  const outer = db.prepare('SELECT x FROM t').pluck().iterate();
  outer.next();
  state.fails = true;
  assert.throws(() => values(db, "SELECT 'a' = 'b' COLLATE c"), isMine);
  state.fails = false;
  assert.deepEqual([...outer], ['d', 'f']);
  db.function('inner', (x) => {
    state.fails = true;
    try {
      values(db, "SELECT 'a' = 'b' COLLATE c");
    } catch {
      state.fails = false;
    }
    return x;
  });
  assert.deepEqual(values(db, 'SELECT inner(x) FROM t'), ['b', 'd', 'f'], 'the statement around it goes on');
});

test('what is no number is refused, and what is no object is carried out as it is', async (t) => {
  const db = await database(t);
  for (const [result, words] of [[undefined, /returned undefined: return a number/], ['1', /a string/], [true, /a boolean/], [1n, /a bigint/], [NaN, /NaN/], [null, /null/]]) {
    db.collation('odd', () => result);
    assert.throws(() => values(db, "SELECT 'a' = 'b' COLLATE odd"), (error) => error instanceof TypeError && words.test(error.message));
  }
  for (const result of [Infinity, -0, 1e300, -0.5]) {
    db.collation('odd', () => result);
    assert.deepEqual(values(db, "SELECT 'a' < 'b' COLLATE odd"), [Number(result < 0)]);
  }
  for (const thrown of [undefined, null, 'text', Object.create(null)]) {
    db.collation('odd', () => { throw thrown; });
    assert.throws(() => values(db, "SELECT 'a' = 'b' COLLATE odd"), (error) => error === thrown);
  }
});

test('it cannot use its connection, but another one', async (t) => {
  const { open } = await place(t);
  const [db, other] = [open(), open()];
  other.exec("CREATE TABLE weights(x, w); INSERT INTO weights VALUES ('a', 3), ('b', 2), ('c', 1)");
  const errors = [];
  const attempt = (use) => {
    try {
      use();
    } catch (error) {
      errors.push(error.code);
    }
  };
  const weight = other.prepare('SELECT w FROM weights WHERE x = ?').pluck();
  const select = db.prepare('SELECT 1');
  db.collation('weight', (a, b) => {
    if (errors.length === 0) for (const use of [() => select.get(), () => db.exec('DROP TABLE weights'), () => select.finalize(), () => db.close()]) attempt(use);
    return weight.get(a) - weight.get(b);
  });
  assert.deepEqual(values(db, 'SELECT x FROM weights ORDER BY x COLLATE weight'), ['c', 'b', 'a']);
  assert.deepEqual(errors, ['BUSY', 'BUSY', 'BUSY', 'BUSY']);
  assert.deepEqual(select.get(), { 1: 1 });
});

test('names, and what is no collation', async (t) => {
  const db = await database(t);
  assert.throws(() => db.collation('', byText), TypeError);
  assert.throws(() => db.collation(5, byText), TypeError);
  for (const none of [undefined, 'text', {}, 5]) assert.throws(() => db.collation('c', none), /takes a function, or null/);
  for (const own of ['BINARY', 'nocase', 'RTrim']) {
    assert.throws(() => db.collation(own, byText), (error) => error instanceof MisuseError && error.code === 'MISUSE');
  }
  db.collation('\u00e4 name', byText);
  assert.deepEqual(values(db, "SELECT 'a' < 'b' COLLATE \"\u00e4 name\""), [1]);
  db.collation('\u00e4 name', null);
  assert.throws(() => values(db, "SELECT 'a' < 'b' COLLATE \"\u00e4 name\""), /no such collation sequence/);
  db.collation('never defined', null);
  db.collation('c', byText);
  const running = db.prepare('WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT i FROM n').iterate();
  running.next();
  assert.throws(() => db.collation('c', null), (error) => error.code === 'BUSY');
});

test('a database of UTF-16 can be sorted by it', async (t) => {
  const { open } = await place(t);
  const db = open({ path: ':memory:' });
  db.exec("PRAGMA encoding = 'UTF-16le'");
  db.collation('c', (a, b) => byText(b, a));
  db.exec("CREATE TABLE t(x TEXT COLLATE c UNIQUE); INSERT INTO t VALUES ('a'), ('\u{1F600}'), ('h\u00e9')");
  assert.deepEqual(values(db, 'SELECT x FROM t ORDER BY x'), ['\u{1F600}', 'h\u00e9', 'a']);
});
