// The option verbose is told of each statement that runs, with its values.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { place } from './open.mjs';

const logged = async (t) => {
  const { open } = await place(t);
  const log = [];
  const db = open({ path: ':memory:', verbose: (...values) => log.push(...values) });
  return { db, taken: () => log.splice(0) };
};

test('each statement is told once, before it runs, with the values of its parameters', async (t) => {
  const { db, taken } = await logged(t);
  db.exec("CREATE TABLE t(a, b);\n INSERT INTO t VALUES (1, 'h\u00e9');; SELECT * FROM t");
  assert.deepEqual(taken(), ['CREATE TABLE t(a, b);', "INSERT INTO t VALUES (1, 'h\u00e9');", 'SELECT * FROM t']);
  const select = db.prepare('SELECT @a, ?');
  assert.deepEqual(taken(), [], 'to prepare is not to run');
  assert.deepEqual(select.get({ a: "it's" }, Uint8Array.of(1)), { '@a': "it's", '?': Uint8Array.of(1) });
  assert.equal(select.all({ a: null }, 1.5).length, 1);
  select.run({ a: 1n }, 'x');
  assert.deepEqual(taken(), ["SELECT 'it''s', x'01'", 'SELECT NULL, 1.5', "SELECT 1, 'x'"]);
  assert.throws(() => select.get(), TypeError);
  const bound = db.prepare('SELECT ?').bind('always');
  bound.get();
  bound.get();
  assert.deepEqual(taken(), ["SELECT 'always'", "SELECT 'always'"]);
  db.pragma('user_version');
  db.explain('SELECT ?');
  db.transaction(() => db.prepare('SELECT 2').get())();
  assert.deepEqual(taken(), ['PRAGMA user_version', 'EXPLAIN SELECT NULL', 'BEGIN', 'SELECT 2', 'COMMIT']);
});

test('an iterator is told when its first row is asked for', async (t) => {
  const { db, taken } = await logged(t);
  const iterator = db.prepare('SELECT ? AS a').iterate('x');
  assert.deepEqual(taken(), []);
  assert.deepEqual(iterator.next().value, { a: 'x' });
  assert.equal(iterator.next().done, true);
  assert.deepEqual(taken(), ["SELECT 'x' AS a"]);
});

test('what it throws comes out, nothing runs, and the statement works on', async (t) => {
  const { open } = await place(t);
  let failing = false;
  const db = open({ path: ':memory:', verbose: () => { if (failing) throw new RangeError('mine'); } });
  db.exec('CREATE TABLE t(a)');
  const insert = db.prepare('INSERT INTO t VALUES (?) RETURNING a').pluck();
  failing = true;
  for (const run of [() => insert.get(1), () => insert.run(1), () => insert.all(1), () => [...insert.iterate(1)], () => db.exec('INSERT INTO t VALUES (1)')]) {
    assert.throws(run, { name: 'RangeError', message: 'mine' });
  }
  failing = false;
  assert.equal(insert.get(2), 2);
  assert.deepEqual(db.prepare('SELECT a FROM t').pluck().all(), [2]);
});

test('it is called with nothing as this', async (t) => {
  const { open } = await place(t);
  const seen = new Set();
  const db = open({ path: ':memory:', verbose() { seen.add(this); } });
  db.exec('SELECT 1');
  db.prepare('SELECT 1').get();
  assert.deepEqual([...seen], [undefined]);
});

test('it cannot use the connection meanwhile', async (t) => {
  const { open } = await place(t);
  const thrown = [];
  const db = open({ path: ':memory:', verbose: () => {
    try {
      db.exec('SELECT 2');
    } catch (error) {
      thrown.push(error.code);
    }
  } });
  db.exec('SELECT 1');
  db.prepare('SELECT 1').get();
  assert.deepEqual([...db.prepare('SELECT 1').pluck().iterate()], [1]);
  assert.deepEqual(thrown, ['BUSY', 'BUSY', 'BUSY']);
});

test('rows that do not fit a batch are passed over by exec()', async (t) => {
  const { db, taken } = await logged(t);
  db.exec('SELECT zeroblob(300000) UNION ALL SELECT zeroblob(300001); SELECT 1');
  assert.deepEqual(taken(), ['SELECT zeroblob(300000) UNION ALL SELECT zeroblob(300001);', 'SELECT 1']);
});
