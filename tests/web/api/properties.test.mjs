// What databases, statements and transactions tell of themselves, and that nobody can set it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Database, Statement } from '../../../wasm/dist/index.js';
import { SqliteError, database, place } from './open.mjs';

test('databases and statements show what they are, and cannot be changed', async (t) => {
  const db = await database(t, { path: ' :memory: ' });
  assert.deepEqual({ ...db }, { name: ' :memory: ', open: true, inTransaction: false, readonly: false, memory: true });
  const select = db.prepare('SELECT 1');
  assert.deepEqual({ ...select }, { reader: true, readonly: true, source: 'SELECT 1', database: db, busy: false });
  for (const object of [db, select]) {
    for (const name of Object.keys(object)) assert.throws(() => { object[name] = 1; }, TypeError, name);
  }
  const iterator = select.iterate();
  // @ts-expect-error: the types tell of an iterator only what all iterators have.
  assert.equal(iterator.statement, select);
  assert.equal(select.busy, true);
  iterator.return();
});

test('classes keep their names in the scripts that are served', async (t) => {
  const db = await database(t);
  const iterator = db.prepare('SELECT 1').iterate();
  const names = [Database, Statement, iterator.constructor].map(({ name }) => name);
  iterator.return();
  assert.deepEqual(names, ['Database', 'Statement', 'StatementIterator']);
});

test('Node shows a database with its state', async (t) => {
  const db = await database(t, { path: ':memory:' });
  const shown = (open, inTransaction) => `Database {
  name: ':memory:',
  open: ${open},
  inTransaction: ${inTransaction},
  readonly: false,
  memory: true
}`;
  assert.equal(inspect(db), shown(true, false));
  db.exec('BEGIN');
  assert.equal(inspect(db), shown(true, true));
  db.close();
  assert.equal(inspect(db), shown(false, false));
});

test('a transaction has its variants, each has all of them and the database', async (t) => {
  const db = await database(t);
  const run = db.transaction((...values) => values);
  assert.deepEqual(Object.keys(run), ['database']);
  for (const variant of [run, run.default, run.deferred, run.immediate, run.exclusive]) {
    assert.equal(variant.database, db);
    assert.equal(variant.name, 'sqliteTransaction');
    assert.equal(variant.default, run);
    assert.equal(variant.immediate, run.immediate);
    assert.deepEqual(variant(1, 2), [1, 2]);
    assert.throws(() => { variant.default = 1; }, TypeError);
  }
});

test('a transaction refuses whatever has a then()', async (t) => {
  const db = await database(t);
  for (const value of [{ then() {} }, Object.assign(() => 1, { then() {} })]) {
    assert.throws(() => db.transaction(() => value)(), /returned a promise/);
    assert.equal(db.inTransaction, false);
  }
  assert.deepEqual(db.transaction(() => ({ then: 5 }))(), { then: 5 });
});

test('toString() has the values that bind() was given', async (t) => {
  const db = await database(t);
  const select = db.prepare('SELECT ?, @a');
  assert.equal(`${select}`, 'SELECT ?, @a');
  select.get('x', { a: 1 });
  assert.equal(`${select}`, 'SELECT ?, @a');
  assert.equal(`${select.bind("it's", { a: null })}`, "SELECT 'it''s', NULL");
  assert.equal(select.source, 'SELECT ?, @a');
  db.close();
  assert.equal(`${select}`, 'SELECT ?, @a');
});

test('after close() a database still says what it was', async (t) => {
  const { open } = await place(t);
  const db = open();
  db.exec('BEGIN');
  assert.equal(db.inTransaction, true);
  assert.equal(db.close(), db);
  assert.equal(db.close(), db);
  assert.deepEqual({ ...db }, { name: '/api.sqlite', open: false, inTransaction: false, readonly: false, memory: false });
});

test('an error of SQLite is made of a message and a code', () => {
  const error = new SqliteError('it failed', 'SQLITE_CONSTRAINT_UNIQUE');
  assert.ok(error instanceof Error);
  assert.equal(String(error), 'SqliteError: it failed');
  const { code, extendedCode, primaryCode, resultCode } = error;
  assert.deepEqual({ code, extendedCode, primaryCode, resultCode },
    { code: 'SQLITE_CONSTRAINT_UNIQUE', extendedCode: code, primaryCode: 'SQLITE_CONSTRAINT', resultCode: 2067 });
  assert.equal(Object.keys(error).includes('name'), false);
  const own = new SqliteError('mine', 'MY_CODE');
  assert.deepEqual([own.code, own.primaryCode, own.resultCode], ['MY_CODE', 'SQLITE_ERROR', 1]);
  for (const wrong of [undefined, null, 5, {}]) assert.throws(() => new SqliteError('x', wrong), TypeError);
  assert.equal(new SqliteError({ toString: () => 'text', valueOf: () => 'value' }, 'x').message, 'value', 'made a text as + does');
  assert.throws(() => new SqliteError(Symbol('s'), 'x'), TypeError);
});

test('whether a transaction is open is known to whoever is called amid a statement, too', async (t) => {
  const db = await database(t);
  const seen = [];
  db.function('note', () => void seen.push(db.inTransaction));
  db.collation('noting', (a, b) => {
    seen.push(db.inTransaction);
    return a < b ? -1 : Number(a > b);
  });
  const ask = db.prepare("SELECT note(), column1 FROM (VALUES ('a'), ('b')) ORDER BY column1 COLLATE noting");
  ask.all();
  assert.deepEqual([...new Set(seen.splice(0))], [false]);
  db.transaction(() => ask.all())();
  assert.deepEqual([...new Set(seen)], [true]);
});
