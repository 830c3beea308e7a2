// Virtual tables from generators: their definitions, parameters, rows, errors, and SQL within them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MisuseError, database, place } from './open.mjs';

const all = (db, sql, ...values) => db.prepare(sql).raw().all(...values);
const one = (db, sql, ...values) => db.prepare(sql).pluck().get(...values);
const sequence = {
  columns: ['value'],
  parameters: ['first', 'last'],
  *rows(first, last = first + 2) {
    for (let i = first; i <= last; i++) yield [i];
  },
};

test('a table is called like a function, and its parameters are hidden columns', async (t) => {
  const db = await database(t);
  assert.equal(db.table('sequence', sequence), db);
  assert.deepEqual(db.prepare('SELECT * FROM sequence(5, 7)').all(), [{ value: 5 }, { value: 6 }, { value: 7 }]);
  assert.deepEqual(all(db, 'SELECT value, first, last FROM sequence(?)', 1), [[1, 1, null], [2, 1, null], [3, 1, null]]);
  assert.deepEqual(all(db, 'SELECT value FROM sequence WHERE last = 2 AND first = 1'), [[1], [2]]);
  assert.deepEqual(all(db, 'SELECT a.value, b.value FROM sequence(1, 2) a, sequence(a.value, 2) b'), [[1, 1], [1, 2], [2, 2]]);
  assert.deepEqual(all(db, 'SELECT value FROM sequence WHERE first IN (1, 8) AND last = 8'), [1, 2, 3, 4, 5, 6, 7, 8, 8].map((i) => [i]));
  assert.deepEqual(all(db, 'SELECT value FROM sequence(1) WHERE first = 2'), [], 'a second condition counts, too');
  assert.deepEqual(all(db, 'SELECT value FROM sequence(NULL)'), [], 'nothing is equal to NULL');
  assert.throws(() => db.prepare('SELECT * FROM sequence WHERE first > 1'), (error) => error.code === 'SQLITE_ERROR' && /'first' can only be constrained by '='/.test(error.message));
  assert.throws(() => db.prepare('SELECT * FROM sequence(1, 2, 3)'), /too many arguments/);
  assert.throws(() => db.exec('DELETE FROM sequence'), /may not be modified/);
});

test('rows are arrays or objects, and hold every kind of value', async (t) => {
  const db = await database(t);
  const values = [0, -5, 2 ** 40, 0.5, '', 'h\u00e9 \u{1F600}', null, 2n ** 62n, Uint8Array.of(1, 2), new Uint8Array(0), 'x'.repeat(100_000), new Uint8Array(70_000).fill(7)];
  db.table('kinds', {
    columns: ['number', 'value', 'again'],
    *rows() {
      for (const [number, value] of values.entries()) yield number % 2 === 0 ? [number, value, value] : { again: value, value, number };
    },
  });
  assert.deepEqual(all(db, 'SELECT value, again, value FROM kinds'), values.map((value) => [value, value, value]));
  db.table('blank', { columns: ['a'], *rows() { yield [undefined]; } });
  assert.deepEqual(all(db, 'SELECT a, rowid FROM blank'), [[null, 1]]);
  db.table('types', { columns: ['type'], parameters: ['value'], safeIntegers: true, *rows(value) { yield [typeof value]; } });
  assert.equal(one(db, 'SELECT type FROM types(1)'), 'bigint');
  db.table('mutates', { columns: ['a'], parameters: ['bytes'], *rows(bytes) { bytes.fill(9); yield [bytes[0]]; } });
  assert.deepEqual(all(db, "SELECT hex(bytes), a FROM mutates(x'0102')"), [['0102', 9]], 'an argument stays what SQL gave');
});

test('a definition that is none is refused', async (t) => {
  const db = await database(t);
  const rows = function* () {};
  const refused = (kind, words, definition, name = 'x') =>
    assert.throws(() => db.table(name, definition), (error) => error instanceof kind && words.test(error.message));
  refused(TypeError, /takes the name/, { columns: ['a'], rows }, 5);
  refused(TypeError, /an empty one/, { columns: ['a'], rows }, '');
  for (const none of [null, 5, undefined, 'rows']) refused(TypeError, /takes a definition or a function/, none);
  refused(TypeError, /no property 'rows'/, { columns: ['a'] });
  refused(TypeError, /no property 'columns'/, { rows });
  refused(TypeError, /give a generator function/, { columns: ['a'], rows: () => [] });
  refused(TypeError, /give a generator function/, { columns: ['a'], async *rows() {} });
  for (const columns of ['a', [1], ['a\0'], null]) refused(TypeError, /'columns' an array of strings/, { columns, rows });
  refused(RangeError, /no columns/, { columns: [], rows });
  refused(TypeError, /'a' twice among its columns/, { columns: ['a', 'a'], rows });
  refused(TypeError, /'p' twice among its parameters/, { columns: ['a'], parameters: ['p', 'p'], rows });
  refused(TypeError, /both a column and a parameter 'a'/, { columns: ['a'], parameters: ['a'], rows });
  refused(RangeError, /33 parameters, and may have 32/, { columns: ['a'], parameters: Array.from({ length: 33 }, (_, i) => `p${i}`), rows });
  const declaring = (length) => Object.defineProperty(function* () {}, 'length', { value: length });
  for (const length of [-1, 1.5, NaN, Infinity, '1', null]) refused(TypeError, /leave 'length' as it is/, { columns: ['a'], rows: declaring(length) });
  refused(RangeError, /may have 32/, { columns: ['a'], rows: declaring(2 ** 40) });
  assert.equal(db.table('given', { columns: ['a'], parameters: [], rows: declaring(-1) }), db, 'nobody asks how many it declares');
  for (const flag of ['safeIntegers', 'directOnly']) refused(TypeError, /give true or false/, { columns: ['a'], rows, [flag]: 1 });
  db.table('like', { columns: ['a', 'A'], *rows() {} });
  assert.throws(() => db.prepare('SELECT * FROM like'), /duplicate column name: A/, 'SQLite does not tell them apart');
});

test('options: directOnly, and 32 parameters with inferred names', async (t) => {
  const db = await database(t);
  db.table('direct', { columns: ['a'], directOnly: true, *rows() { yield [1]; } });
  db.exec('CREATE VIEW v AS SELECT a FROM direct');
  assert.throws(() => db.prepare('SELECT * FROM v').all(), /unsafe use of virtual table/);
  assert.equal(one(db, 'SELECT a FROM direct'), 1);
  db.table('two', { columns: ['sum'], *rows(a, b) { yield [`${a}-${b}`]; } });
  assert.deepEqual(all(db, 'SELECT sum, "$2" FROM two WHERE "$2" = 5'), [['undefined-5', 5]]);
  const parameters = Array.from({ length: 32 }, (_, i) => `p${i}`);
  db.table('many', { columns: ['text'], parameters, *rows(...values) { yield [values.join()]; } });
  const numbers = parameters.map((_, i) => i);
  assert.equal(one(db, `SELECT text FROM many(${numbers})`), numbers.join());
  assert.equal(one(db, 'SELECT text FROM many WHERE p31 = 7'), `${','.repeat(31)}7`);
});

test('integers come as the database gives them when SQL first comes to the table', async (t) => {
  const db = await database(t);
  const kindOf = (name, safeIntegers) => {
    db.table(name, { columns: ['kind'], *rows(value) { yield [typeof value]; }, ...safeIntegers });
    db.defaultSafeIntegers();
    const kind = one(db, `SELECT kind FROM ${name}(5)`);
    db.defaultSafeIntegers(false);
    return kind;
  };
  assert.deepEqual([kindOf('unsaid'), kindOf('never', { safeIntegers: false }), kindOf('always', { safeIntegers: true })], ['bigint', 'number', 'bigint']);
});

test('a factory makes a table for each CREATE VIRTUAL TABLE', async (t) => {
  const { open } = await place(t);
  const [db, other] = [open(), open()];
  db.table('echo', function (...words) {
    return { columns: ['word', 'place'], *rows() { for (const word of words) yield [word, `${this ?? ''}${words.length}`]; } };
  });
  db.table('who', function () {
    const { module, database: schema, table } = this;
    return { columns: ['who'], *rows() { yield [`${module} ${schema} ${table}`]; } };
  });
  assert.throws(() => db.prepare('SELECT * FROM echo'), /no such table/);
  db.exec('CREATE VIRTUAL TABLE e USING echo(one, "two", three = 3); CREATE VIRTUAL TABLE temp.w USING who');
  assert.deepEqual(all(db, 'SELECT * FROM e'), [['one', '3'], ['"two"', '3'], ['three = 3', '3']]);
  assert.equal(one(db, 'SELECT * FROM w'), 'who temp w');
  assert.throws(() => other.prepare('SELECT * FROM e'), /no such module: echo/);
  db.exec('DROP TABLE e');
  assert.throws(() => db.prepare('SELECT * FROM e'), /no such table/);
});

test('what a factory throws or returns wrong fails the statement', async (t) => {
  const db = await database(t);
  const thrown = new Error('mine');
  const use = (factory) => () => {
    db.table('m', factory);
    db.exec('CREATE VIRTUAL TABLE v USING m');
  };
  assert.throws(use(() => { throw thrown; }), (error) => error === thrown);
  assert.throws(use(() => { throw Object.create(null); }), (error) => Object.getPrototypeOf(error) === null);
  assert.throws(use(() => 5), /returned a number: return a table's definition/);
  assert.throws(use(() => ({})), /no property 'rows'/);
  assert.throws(use(() => { db.exec('CREATE TABLE t(x)'); }), (error) => error.code === 'BUSY' && /the definition of a table/.test(error.message));
  assert.throws(() => db.exec('SELECT nowhere'), /no such column/, 'an error of the past is not told again');
  assert.deepEqual(all(db, 'SELECT name FROM sqlite_schema'), []);
});

test('rows that do not fit are refused, and the generator ends', async (t) => {
  const db = await database(t);
  let ended = 0;
  const yields = (row, words, sql = 'SELECT * FROM y') => {
    ended = 0;
    db.table('y', { columns: ['a', 'b'], *rows() { try { yield row; } finally { ended++; } } });
    assert.throws(() => db.prepare(sql).all(), (error) => (error instanceof MisuseError || error instanceof RangeError) && words.test(error.message));
    assert.equal(ended, 1);
  };
  yields([1], /an array of 1: yield an array of 2, or an object with a, b/);
  yields([1, 2, 3], /an array of 3/);
  yields({ a: 1 }, /without some of the columns/);
  yields({ a: 1, b: 2, c: 3 }, /'c', which is no column/);
  for (const none of [5, 'ab', null, undefined, true]) yields(none, /yielded (a|null|undefined)/);
  yields([true, 1], /column 'a' is a boolean/);
  yields([1, { x: 1 }], /column 'b' is an object/);
  yields([1, 2n ** 70n], /column 'b' is \d+n, which does not fit/);
  yields([Symbol('s'), 1], /column 'a' is a symbol/);
  db.table('unused', { columns: ['a', 'b'], *rows() { yield [1, {}]; } });
  assert.equal(one(db, 'SELECT a FROM unused'), 1, 'nobody asks for the other column');
});

test('what a generator throws comes out, and the statement works on', async (t) => {
  const db = await database(t);
  let fails = true;
  for (const thrown of [new Error('mine'), 'text', undefined, Object.create(null)]) {
    db.table('fails', { columns: ['a'], *rows() { yield [1]; if (fails) throw thrown; } });
    const select = db.prepare('SELECT a FROM fails').pluck();
    fails = true;
    assert.throws(() => select.all(), (error) => error === thrown);
    assert.equal(select.get(), 1, 'the second row is not asked for');
    fails = false;
    assert.deepEqual(select.all(), [1]);
  }
});

test('a generator ends with its scan, also when nobody wants the rest', async (t) => {
  const db = await database(t);
  const log = [];
  db.table('endless', { columns: ['i'], *rows(tag) { try { for (let i = 0; ; i++) yield [i]; } finally { log.push(tag); } } });
  assert.deepEqual(all(db, 'SELECT i FROM endless(1) LIMIT 3'), [[0], [1], [2]]);
  const select = db.prepare('SELECT i FROM endless(2)').pluck();
  select.get();
  for (const i of select.iterate()) if (i === 5) break;
  assert.equal(one(db, 'SELECT count(*) FROM (SELECT 1 AS x UNION ALL SELECT 2), (SELECT i FROM endless(3) LIMIT 2)'), 4);
  const iterator = db.prepare('SELECT i FROM endless(4)').iterate();
  iterator.next();
  db[Symbol.dispose]();
  assert.deepEqual(log.filter((tag) => tag !== 3), [1, 2, 2, 4]);
  assert.ok(log.includes(3));
});

test('what a generator throws when it is ended is reported, and harms nobody', async (t) => {
  const db = await database(t);
  const reported = t.mock.method(globalThis, 'queueMicrotask', () => {});
  const thrown = new Error('at the end');
  // eslint-disable-next-line no-unsafe-finally -- what a generator throws when it is ended is what is tried
  db.table('late', { columns: ['i'], *rows() { try { yield [1]; yield [2]; } finally { throw thrown; } } });
  assert.equal(one(db, 'SELECT i FROM late LIMIT 1'), 1);
  const uncaught = [];
  for (const { arguments: [task] } of reported.mock.calls) {
    // The clock queues one of its own.
    try { task(); } catch (error) { uncaught.push(error); }
  }
  assert.deepEqual(uncaught, [thrown], 'as any uncaught exception is');
  assert.throws(() => all(db, 'SELECT i FROM late'), (error) => error === thrown, 'at its own end it fails the statement');
});

test('a generator can use the database itself, in nested scans', async (t) => {
  const db = (await database(t)).unsafeMode();
  db.exec("CREATE TABLE t(a); INSERT INTO t VALUES (1), (2), (3)");
  const source = db.prepare('SELECT a FROM t ORDER BY a').pluck();
  db.table('mirror', { columns: ['a'], *rows() { for (const a of db.prepare('SELECT a FROM t ORDER BY a').pluck().iterate()) yield [a]; } });
  assert.equal(all(db, 'SELECT * FROM mirror x, mirror y, mirror z').length, 27);
  db.table('writes', { columns: ['a'], *rows() { for (const a of source.all()) { db.prepare('INSERT INTO t VALUES (?)').run(a * 10); yield [a]; } } });
  assert.deepEqual(all(db, 'SELECT a FROM writes'), [[1], [2], [3]]);
  assert.deepEqual(source.all(), [1, 2, 3, 10, 20, 30]);
  db.exec('CREATE TABLE copy AS SELECT a FROM mirror');
  assert.equal(one(db, 'SELECT count(*) FROM copy'), 6);
  let closing;
  db.table('closes', { columns: ['a'], *rows() { try { db.close(); } catch (error) { closing = error; } yield [1]; } });
  assert.equal(one(db, 'SELECT a FROM closes'), 1);
  assert.equal(closing.code, 'BUSY');
});

test('a statement that is running cannot be used by its own generator', async (t) => {
  const db = await database(t);
  const codes = [];
  const attempt = (use) => {
    try {
      use();
      codes.push('done');
    } catch (error) {
      codes.push(error.code);
    }
  };
  let select;
  db.table('meddle', {
    columns: ['i'],
    *rows() {
      for (let i = 0; i < 40; i++) {
        if (i === 20) for (const use of [() => select.get(), () => select.all(), () => select.finalize()]) attempt(use);
        yield [i];
      }
    },
  });
  select = db.prepare('SELECT i FROM meddle').pluck();
  assert.equal(select.all().length, 40);
  assert.deepEqual(codes, ['BUSY', 'BUSY', 'BUSY']);
});

test('tables that call themselves too deeply fail, and the client lives', async (t) => {
  const db = (await database(t)).unsafeMode();
  let depth = 0;
  db.table('deep', { columns: ['i'], *rows(n) { depth = Math.max(depth, n); yield [n < 5000 ? one(db, 'SELECT i FROM deep(?)', n + 1) : n]; } });
  assert.throws(() => one(db, 'SELECT i FROM deep(1)'), (error) => error.code === 'MISUSE' && /deep/.test(error.message));
  assert.ok(depth > 50 && depth < 5000, `${depth}`);
  assert.equal(one(db, 'SELECT 1'), 1);
});

test('a table can be defined anew, and many scans leave nothing behind', async (t) => {
  const db = await database(t);
  db.table('sequence', sequence);
  assert.equal(one(db, 'SELECT sum(value) FROM sequence(1, 100000)'), 5000050000);
  db.table('text', { columns: ['text'], parameters: ['n'], *rows(n) { yield [`${n}`.padEnd(20_000, '-')]; } });
  assert.equal(one(db, 'SELECT sum(length(text)) FROM sequence(1, 5000) s, text(s.value)'), 100_000_000);
  db.table('sequence', { columns: ['other'], *rows() { yield ['new']; } });
  assert.deepEqual(all(db, 'SELECT * FROM sequence'), [['new']]);
});
