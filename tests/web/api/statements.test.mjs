// Statements: what each method returns, when it refuses, and when a statement is busy.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MisuseError, SqliteError, database } from './open.mjs';

const refused = (run, code, pattern) =>
  assert.throws(run, (error) => error instanceof MisuseError && error instanceof TypeError && error.code === code && pattern.test(error.message));

const withRows = async (t, count = 3) => {
  const db = await database(t);
  db.exec('CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT)');
  const insert = db.prepare('INSERT INTO t(name) VALUES (?)');
  db.transaction(() => {
    for (let i = 1; i <= count; i++) insert.run(`name ${i}`);
  })();
  return db;
};

test('run() tells the changes and the rowid', async (t) => {
  const db = await withRows(t);
  assert.deepEqual(db.prepare('INSERT INTO t(name) VALUES (?), (?)').run('x', 'y'), { changes: 2, lastInsertRowid: 5 });
  assert.deepEqual(db.prepare('UPDATE t SET name = ? WHERE id > 3').run('z'), { changes: 2, lastInsertRowid: 5 });
  assert.equal(db.prepare('CREATE TABLE u(a)').run().changes, 0, 'what changes no rows does not repeat the last number');
  assert.equal(db.prepare('DELETE FROM t').run().changes, 5);
  const far = 2n ** 60n;
  assert.equal(db.prepare('INSERT INTO t(id) VALUES (?)').run(far).lastInsertRowid, far);
  assert.equal(db.lastInsertRowid, far);
  assert.equal(db.prepare('INSERT INTO t(id) VALUES (1)').safeIntegers().run().lastInsertRowid, 1n);
  assert.equal(db.changes, 1);
  assert.equal(db.totalChanges, 3 + 2 + 2 + 5 + 1 + 1);
});

test('get(), all(), values() and iterate() return the rows', async (t) => {
  const db = await withRows(t);
  const select = db.prepare('SELECT id, name FROM t WHERE id >= ? ORDER BY id');
  assert.deepEqual(select.get(2), { id: 2, name: 'name 2' });
  assert.equal(select.get(9), undefined);
  assert.deepEqual(select.all(2), [{ id: 2, name: 'name 2' }, { id: 3, name: 'name 3' }]);
  assert.deepEqual(select.all(9), []);
  assert.deepEqual(select.values(3), [[3, 'name 3']]);
  assert.deepEqual([...select.iterate(2)], select.all(2));
});

test('raw(), pluck() and expand() shape the rows, and can be taken back', async (t) => {
  const db = await withRows(t, 1);
  const select = db.prepare('SELECT t.id, u.id, 1 + 1 AS two FROM t, t AS u');
  assert.deepEqual(select.get(), { id: 1, two: 2 });
  assert.deepEqual(select.raw().get(), [1, 1, 2]);
  assert.equal(select.pluck().get(), 1);
  assert.deepEqual(select.expand().get(), { t: { id: 1 }, $: { two: 2 } });
  assert.deepEqual(select.expand(false).get(), { id: 1, two: 2 });
});

test('columns() tells where the columns come from', async (t) => {
  const db = await withRows(t, 1);
  assert.deepEqual(db.prepare('SELECT name AS n, 1 FROM t').columns(), [
    { name: 'n', column: 'name', table: 't', database: 'main', type: 'TEXT' },
    { name: '1', column: null, table: null, database: null, type: null },
  ]);
});

test('a statement knows itself', async (t) => {
  const db = await withRows(t, 1);
  const facts = ({ reader, readonly, busy, source }) => ({ reader, readonly, busy, source });
  assert.deepEqual(facts(db.prepare('SELECT 1')), { reader: true, readonly: true, busy: false, source: 'SELECT 1' });
  assert.deepEqual(facts(db.prepare('DELETE FROM t')), { reader: false, readonly: false, busy: false, source: 'DELETE FROM t' });
  assert.equal(db.prepare('DELETE FROM t RETURNING id').reader, true);
});

test('the wrong method for a statement is refused with the right one', async (t) => {
  const db = await withRows(t, 1);
  for (const method of ['get', 'all', 'values', 'iterate', 'columns', 'raw', 'pluck', 'expand']) {
    refused(() => db.prepare('DELETE FROM t')[method](), 'MISUSE', /use run\(\): DELETE/);
  }
  assert.equal(db.prepare('SELECT count(*) FROM t').pluck().get(), 1);
});

test('bind() is for good, once, and outlives other statements', async (t) => {
  const db = await withRows(t);
  const bound = db.prepare('SELECT ?, ?').raw().bind('first', Uint8Array.of(1, 2));
  db.prepare('SELECT ?, ?').get('something else', 'entirely');
  assert.deepEqual(bound.get(), ['first', Uint8Array.of(1, 2)]);
  assert.deepEqual(bound.all(), [['first', Uint8Array.of(1, 2)]]);
  assert.deepEqual([...bound.iterate()], [['first', Uint8Array.of(1, 2)]]);
  refused(() => bound.get('more'), 'MISUSE', /given with bind\(\)/);
  refused(() => bound.bind('again', 1), 'MISUSE', /for good/);
});

test('an iterator keeps its parameters and its statement, and leaving it frees them', async (t) => {
  const db = await withRows(t, 5000);
  const select = db.prepare('SELECT id FROM t WHERE name LIKE ? ORDER BY id').pluck();
  const other = db.prepare('SELECT ? AS value').pluck();
  let expected = 0;
  for (const id of select.iterate('name %')) {
    assert.equal(id, ++expected);
    other.get(`overwrites the scratch ${id}`);
  }
  assert.equal(expected, 5000);
  for (const id of select.iterate('name %')) {
    assert.equal(select.busy, true);
    refused(() => select.get('x'), 'BUSY', /end its iterator/);
    if (id === 3) break;
  }
  assert.equal(select.busy, false);
  assert.equal(select.get('name 2'), 2);
  const iterator = select.iterate('name %');
  iterator.next();
  select.finalize();
  assert.throws(() => { for (const id of iterator) void id; }, /was finalized: prepare it again/);
});

test('what throws inside an iterator ends it', async (t) => {
  const db = await withRows(t, 100);
  const select = db.prepare('SELECT id FROM t');
  assert.throws(() => { for (const row of select.iterate()) throw new Error(`at ${row.id}`); }, /at 1/);
  assert.equal(select.busy, false);
  assert.equal(select.all().length, 100);
});

test('a statement cannot be used after finalize(), nor after close()', async (t) => {
  const db = await withRows(t, 1);
  const select = db.prepare('SELECT 1');
  select.finalize();
  select.finalize();
  refused(() => select.get(), 'FINALIZED', /prepare it again: SELECT 1/);
  const late = db.prepare('SELECT 2');
  db.close();
  db.close();
  assert.equal(db.open, false);
  assert.equal(db.inTransaction, false);
  for (const use of [() => late.get(), () => db.exec('SELECT 1'), () => db.prepare('SELECT 1'),
    () => db.pragma('user_version'), () => db.serialize(), () => db.checkpoint(), () => db.transaction(() => 1)()]) {
    refused(use, 'CLOSED', /is closed: open it again/);
  }
});

test('prepare() takes exactly one statement', async (t) => {
  const db = await database(t);
  assert.equal(db.prepare('SELECT 1; -- and a comment\n /* another */ ;').pluck().get(), 1);
  for (const [sql, pattern] of [['SELECT 1; SELECT 2', /more than one statement/], ['SELECT 1; nonsense', /more than one statement/],
    [' -- nothing', /no statement/], ['', /no statement/]]) {
    assert.throws(() => db.prepare(sql), (error) => error instanceof RangeError && pattern.test(error.message), sql);
  }
  assert.throws(() => db.prepare(5), TypeError);
  assert.throws(() => db.prepare('SELECT 1\0; SELECT 2'), /zero character at 8/);
  assert.equal(db.prepare(`SELECT '${'x'.repeat(100_000)}'`).pluck().get().length, 100_000);
});

test('pragma() returns rows, or with simple one value', async (t) => {
  const db = await database(t);
  assert.deepEqual(db.pragma('user_version = 7'), []);
  assert.deepEqual(db.pragma('user_version'), [{ user_version: 7 }]);
  assert.equal(db.pragma('user_version', { simple: true }), 7);
});

test('exec() runs everything, and what came before a failure stays', async (t) => {
  const db = await database(t);
  assert.equal(db.exec('CREATE TABLE t(a); INSERT INTO t VALUES (1); SELECT * FROM t;\n-- done'), db);
  assert.throws(() => db.exec('INSERT INTO t VALUES (2); INSERT INTO nowhere VALUES (3); INSERT INTO t VALUES (4)'), SqliteError);
  assert.deepEqual(db.prepare('SELECT a FROM t').pluck().all(), [1, 2]);
});

