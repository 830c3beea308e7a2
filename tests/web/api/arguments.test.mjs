// What a method cannot take is refused before anything happens.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Database, Statement } from '../../../wasm/dist/index.js';
import { MisuseError, SqliteError, database } from './open.mjs';

const NO_TEXTS = [undefined, null, 0, true, {}, [], () => 1, 5n, Symbol('s'), new String('SELECT 1'), Uint8Array.of(1)];
const misuse = (run, pattern = /./) => assert.throws(run, (error) =>
  error instanceof MisuseError && error instanceof TypeError && error.name === 'MisuseError' && pattern.test(error.message));

test('SQL, names and pragmas are strings', async (t) => {
  const db = await database(t);
  for (const value of NO_TEXTS) {
    misuse(() => db.exec(value), /The SQL is .*: give it as a string/);
    misuse(() => db.prepare(value), /The SQL is/);
    misuse(() => db.pragma(value), /The pragma is/);
    misuse(() => db.explain(value), /The SQL is/);
    misuse(() => db.function(value, () => 1), /The name in function\(\) is/);
    misuse(() => db.aggregate(value, { step: () => 1 }), /The name in aggregate\(\) is/);
    misuse(() => db.loadExtension(value), /The path is/);
  }
  misuse(() => db.function('', () => 1), /The name in function\(\) is empty/);
  misuse(() => db.aggregate('', { step: () => 1 }), /is empty/);
  misuse(() => db.checkpoint('all'), /no checkpoint: give passive/);
  misuse(() => db.checkpoint('full', 5), /name of the database is a number/);
});

test('functions are functions, and declare as many arguments as SQLite passes', async (t) => {
  const db = await database(t);
  for (const value of [undefined, null, 5, 'x', {}]) {
    misuse(() => db.function('f', value), /takes a function/);
    misuse(() => db.function('f', {}, value), /takes a function/);
    misuse(() => db.transaction(value), /takes a function/);
  }
  misuse(() => db.aggregate('f', null), /needs options/);
  misuse(() => db.aggregate('f', {}), /needs a function 'step'/);
  const declaring = (length) => Object.defineProperty(() => 1, 'length', { value: length });
  for (const length of [-1, 1.5, 'x', NaN]) misuse(() => db.function('f', declaring(length)), /length/);
  assert.throws(() => db.function('f', declaring(101)), RangeError);
  assert.throws(() => db.aggregate('f', { step: declaring(102) }), RangeError);
  assert.equal(db.function('f', { varargs: true }, declaring(101)), db);
  assert.throws(() => db.function('x'.repeat(300), () => 1), (error) => error instanceof SqliteError && error.code === 'SQLITE_MISUSE');
});

test('a switch is true, false, or nothing for true', async (t) => {
  const db = await database(t);
  const select = db.prepare('SELECT 1');
  for (const value of [undefined, null, 0, 'yes', {}]) {
    for (const name of ['raw', 'pluck', 'expand', 'safeIntegers']) misuse(() => select[name](value), new RegExp(`${name}\\(\\) was given`));
    for (const name of ['defaultSafeIntegers', 'unsafeMode']) misuse(() => db[name](value), new RegExp(`${name}\\(\\) was given`));
  }
});

test('taking back a way to shape rows leaves another one', async (t) => {
  const db = await database(t);
  const select = db.prepare('SELECT 1 AS one, 2 AS two');
  assert.deepEqual(select.raw().pluck(false).get(), [1, 2]);
  assert.equal(select.pluck().expand(false).get(), 1);
  assert.deepEqual(select.pluck(false).get(), { one: 1, two: 2 });
});

test('a user function is called with nothing as this', async (t) => {
  const db = await database(t);
  const seen = [];
  const note = function () { seen.push(this); return 1; };
  db.function('f', note);
  db.aggregate('g', { start: note, step: note, result: note });
  db.prepare('SELECT f(), g()').get();
  assert.deepEqual(seen, [undefined, undefined, undefined, undefined]);
});

test('databases and statements are made by their methods only', async (t) => {
  const db = await database(t);
  // @ts-expect-error: as a caller would who knows better-sqlite3.
  misuse(() => new Database('/x'), /opened with client.open\(path\)/);
  // @ts-expect-error: likewise.
  misuse(() => new Statement(db, 'SELECT 1'), /made by database.prepare\(sql\)/);
});

test('loadExtension() says why it cannot', async (t) => {
  const db = await database(t);
  assert.throws(() => db.loadExtension('./x'), (error) => error instanceof SqliteError && error.code === 'SQLITE_ERROR' &&
    /'\.\/x' cannot be loaded: WebAssembly has no libraries/.test(error.message));
  misuse(() => db.loadExtension('./x', 5), /entry point is a number/);
});
