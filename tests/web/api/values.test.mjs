// What is bound comes back as it was, and what cannot be bound is refused by name.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MisuseError, database } from './open.mjs';

const echo = (db, value) => db.prepare('SELECT ? AS value').pluck().get(value);
const typeOf = (db, value) => db.prepare('SELECT typeof(?)').pluck().get(value);

test('numbers, texts, BLOBs and null come back as they were', async (t) => {
  const db = await database(t);
  const values = [
    0, 1, -1, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER,
    0.5, -1e300, 5e-324, Infinity, -Infinity, 2 ** 60, '', 'a', 'hello', 'h\u00e9llo w\u00f6rld', '\u65e5\u672c\u8a9e', '\u{1F600} smile', null,
  ];
  for (const value of values) assert.deepEqual(echo(db, value), value, String(value));
});

test('a safe integer is bound as INTEGER, any other number as REAL', async (t) => {
  const db = await database(t);
  assert.equal(typeOf(db, 7), 'integer');
  assert.equal(typeOf(db, 2 ** 40), 'integer');
  assert.equal(typeOf(db, Number.MAX_SAFE_INTEGER), 'integer');
  assert.equal(typeOf(db, 2 ** 53), 'real');
  assert.equal(typeOf(db, 0.5), 'real');
  assert.equal(typeOf(db, NaN), 'null');
});

test('an integer that a number cannot hold is a bigint, exactly', async (t) => {
  const db = await database(t);
  for (const value of [2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n), 9007199254740993n]) {
    assert.equal(echo(db, value), value);
  }
  assert.equal(echo(db, 9007199254740991n), 9007199254740991);
  assert.equal(echo(db, 5n), 5);
});

test('with safe integers every INTEGER is a bigint', async (t) => {
  const db = await database(t, { safeIntegers: true });
  assert.equal(echo(db, 5), 5n);
  assert.equal(echo(db, 0.5), 0.5);
  assert.equal(db.prepare('SELECT 5').safeIntegers(false).pluck().get(), 5);
  db.defaultSafeIntegers(false);
  assert.equal(echo(db, 5), 5);
  assert.equal(db.prepare('SELECT 5').safeIntegers().pluck().get(), 5n);
});

test('texts of every length around the limits of the scratch come back', async (t) => {
  const db = await database(t);
  for (const length of [7, 8, 9, 23, 47, 48, 49, 4095, 4096, 4097, 40_000, 200_000, 2_000_000]) {
    for (const unit of ['a', '\u00e9', '\u65e5', '\u{1F600}']) {
      const text = unit.repeat(Math.ceil(length / unit.length));
      assert.ok(echo(db, text) === text, `${length} units of ${unit}`);
      assert.equal(db.prepare('SELECT length(?)').pluck().get(text), [...text].length);
    }
  }
});

test('short texts of characters of one to four bytes come back, whatever stands beside what', async (t) => {
  const db = await database(t);
  const characters = ['a', 'Z', '\u007f', '\u0080', '\u07ff', '\u0800', '\uffff', '\u{10000}', '\u{10ffff}'];
  const statement = db.prepare('SELECT ? AS value, ? AS other').raw();
  for (let length = 0; length <= 50; length++) {
    for (const [i, character] of characters.entries()) {
      const text = 'b'.repeat(length) + character + 'c'.repeat(i) + characters[(length + i) % characters.length];
      assert.deepEqual(statement.get(text, character.repeat(length % 5)), [text, character.repeat(length % 5)]);
      assert.equal(echo(db, text), text);
    }
  }
});

test('a text keeps its zero characters and byte order mark, and a lone surrogate is replaced', async (t) => {
  const db = await database(t);
  assert.equal(echo(db, 'a\0b'), 'a\0b');
  assert.equal(echo(db, '\uFEFFmark'), '\uFEFFmark');
  assert.deepEqual(db.prepare('SELECT ?, ?').raw().get('\uFEFFone', 'two'), ['\uFEFFone', 'two']);
  assert.equal(echo(db, 'a\uD800b'), 'a\uFFFDb');
});

test('bytes that are no UTF-8 in a TEXT column do not disturb their neighbours', async (t) => {
  const db = await database(t);
  for (const bad of ['FF', 'C3', 'EDA080', 'C080', 'F4908080', 'E28261']) {
    const [before, broken, after] = db.prepare(`SELECT 'b\u00e9fore', CAST(x'61${bad}' AS TEXT), 'after\u{1F600}'`).raw().get();
    assert.equal(before, 'b\u00e9fore');
    assert.equal(broken, new TextDecoder().decode(Uint8Array.from(Buffer.from(`61${bad}`, 'hex'))));
    assert.equal(after, 'after\u{1F600}');
  }
});

test('BLOBs of every kind of bytes are bound, and come back as a Uint8Array of their own', async (t) => {
  const db = await database(t);
  const bytes = Uint8Array.from({ length: 300 }, (_, i) => i);
  const shared = new SharedArrayBuffer(300);
  new Uint8Array(shared).set(bytes);
  for (const value of [bytes, bytes.buffer, new DataView(bytes.buffer), Buffer.from(bytes), shared, new Uint16Array(bytes.buffer)]) {
    const back = echo(db, value);
    assert.ok(back instanceof Uint8Array && back.buffer instanceof ArrayBuffer);
    assert.deepEqual(back, bytes);
  }
  assert.deepEqual(echo(db, bytes.subarray(10, 20)), bytes.slice(10, 20));
  assert.deepEqual(echo(db, new Uint8Array(0)), new Uint8Array(0));
  const large = new Uint8Array(3_000_000).fill(7);
  assert.deepEqual(echo(db, large), large);
});

test('BLOBs of every length are copies of their own, which nobody else has the buffer of', async (t) => {
  const db = await database(t);
  const select = db.prepare('SELECT ? AS x').pluck();
  for (const size of [0, 1, 64, 65, 1000, 2048, 2049, 20_000]) {
    const given = Uint8Array.from({ length: size }, (_, i) => i * 7);
    const [first, second] = [select.get(given), select.get(given)];
    assert.deepEqual([first, first.constructor, first.buffer.constructor], [given, Uint8Array, ArrayBuffer], `${size} bytes`);
    assert.deepEqual([first.byteOffset, first.buffer.byteLength], [0, size]);
    assert.notEqual(first.buffer, second.buffer);
  }
});

test('what cannot be bound is refused, with its place and what to do', async (t) => {
  const db = await database(t);
  const two = db.prepare('SELECT ?, ?');
  const named = db.prepare('SELECT @a');
  const refused = (run, type, pattern) => assert.throws(run, (error) => error instanceof type && pattern.test(error.message));
  refused(() => two.get(1, undefined), TypeError, /Parameter 2 is undefined: bind null/);
  refused(() => two.get(true, 1), TypeError, /Parameter 1 is a boolean: .*1 or 0/);
  refused(() => two.get(1, new Date()), TypeError, /Parameter 2 is a Date: .*toISOString/);
  refused(() => two.get(1, () => 1), TypeError, /Parameter 2 is a function/);
  refused(() => two.get(1, Symbol('s')), TypeError, /Parameter 2 is a symbol/);
  refused(() => two.get([1, [2]]), TypeError, /Parameter 2 is an array/);
  refused(() => two.get(1, 2n ** 63n), RangeError, /Parameter 2 is 9223372036854775808n.*64 bits/);
  refused(() => named.get({ a: undefined }), TypeError, /Parameter 'a' is undefined/);
  refused(() => named.get({ a: { b: 1 } }), TypeError, /Parameter 'a' is an object/);
  assert.deepEqual(two.raw().get(1, 2), [1, 2], 'the statement works on');
});

test('parameters are positional, in arrays, named with any prefix, or both', async (t) => {
  const db = await database(t);
  const raw = (sql) => db.prepare(sql).raw();
  assert.deepEqual(raw('SELECT ?, ?, ?').get([1, 2], 3), [1, 2, 3]);
  assert.deepEqual(raw('SELECT @a, :b, $c, @a').get({ a: 1, b: 'two', c: null, unused: 1 }), [1, 'two', null, 1]);
  assert.deepEqual(raw('SELECT ?, @a, ?').get(1, { a: 2 }, 3), [1, 2, 3]);
  assert.deepEqual(raw('SELECT ?2, ?1').get('first', 'second'), ['second', 'first']);
  assert.deepEqual(raw('SELECT @a').get(Object.assign(Object.create(null), { a: 1 })), [1]);
});

test('a wrong number of parameters is refused with both numbers', async (t) => {
  const db = await database(t);
  const refused = (run, pattern) => assert.throws(run, (error) => error instanceof RangeError && pattern.test(error.message));
  refused(() => db.prepare('SELECT ?, ?').get(1), /2 positional parameters, but 1 value was given: SELECT/);
  refused(() => db.prepare('SELECT ?').get(1, 2), /1 positional parameter, but 2 values/);
  refused(() => db.prepare('SELECT 1').get(1), /0 positional parameters, but 1 value/);
  refused(() => db.prepare('SELECT @a').get(1), /0 positional parameters beside 1 named, but 1/);
  refused(() => db.prepare('SELECT @a, @b').get({ a: 1 }), /'b' was given no value/);
  refused(() => db.prepare('SELECT @toString').get({}), /'toString' was given no value/);
  assert.throws(() => db.prepare('SELECT @a').get({ a: 1 }, { a: 2 }), TypeError);
  assert.throws(() => db.prepare('SELECT @a').get(), { name: 'MisuseError', code: 'MISUSE', message: /object with a value for 'a'/ });
  assert.throws(() => db.prepare('SELECT @a, ?').get(1), { name: 'MisuseError', code: 'MISUSE', message: /object with a value for 'a'/ });
});

test('?NNN takes its value by its place, or by its number', async (t) => {
  const db = await database(t);
  const raw = (sql) => db.prepare(sql).raw();
  assert.deepEqual(raw('SELECT ?2, ?1').get({ 1: 'first', 2: 'second' }), ['second', 'first']);
  assert.deepEqual(raw('SELECT ?, ?3, ?').get('a', 'b', { 3: 'c', 4: 'd' }, 'e'), ['a', 'c', 'e']);
  assert.throws(() => raw('SELECT ?1, ?2').get({ 1: 'first' }), RangeError);
});

test('named parameters come in a plain object', async (t) => {
  const db = await database(t);
  class Person {
    name = 'Ada';
  }
  const select = db.prepare('SELECT @name').pluck();
  assert.throws(() => select.get(new Person()), { name: 'MisuseError', code: 'MISUSE', message: /given as a Person: give a plain object/ });
  assert.throws(() => select.get(Object.create({ name: 'Ada' })), TypeError);
  assert.equal(select.get({ ...new Person() }), 'Ada');
  assert.throws(() => db.prepare('SELECT ?').get(new Person()), /Parameter 1 is a Person/);
  assert.deepEqual(db.prepare('SELECT 1 AS one').get({}), { one: 1 }, 'nothing is asked of it');
});

test('of several values that do not fit the first one is told of, wherever it is', async (t) => {
  const db = await database(t);
  const gives = (sql, Type, ...values) =>
    assert.throws(() => db.prepare(sql).get(...values), (error) => Object.getPrototypeOf(error) === Type.prototype, `${sql}: ${values.length}`);
  const TOO_LARGE = 2n ** 64n;
  gives('SELECT @a', MisuseError, [{ a: 1 }]);
  gives('SELECT 1', MisuseError, true);
  gives('SELECT 1', MisuseError, [[1]]);
  gives('SELECT 1', MisuseError, new Date());
  gives('SELECT ?', MisuseError, 1, true);
  gives('SELECT ?', RangeError, 1, 2, true);
  gives('SELECT ?', RangeError, TOO_LARGE, true);
  gives('SELECT ?, ?', MisuseError, [true, TOO_LARGE]);
  gives('SELECT ?, @a, @b', RangeError, { a: 1 }, true);
  gives('SELECT ?, @a, @b', MisuseError, true, { a: 1 });
  gives('SELECT @a, @b', MisuseError, { a: true });
  gives('SELECT @a, @b', RangeError, { b: true });
  gives('SELECT @a', MisuseError, { a: 1 }, { a: 1 }, 1);
  gives('SELECT ?', RangeError, new Array(1_000_000).fill(1));
  gives('SELECT ?', MisuseError, new Array(1_000_000).fill(true));
});

test('thousands of parameters are bound', async (t) => {
  const db = await database(t);
  for (const count of [255, 256, 257, 5000]) {
    const values = Array.from({ length: count }, (_, i) => (i % 2 === 0 ? i : `text ${i}`));
    const sql = `VALUES ${values.map(() => '(?)').join(',')}`;
    assert.deepEqual(db.prepare(sql).pluck().all(values), values);
  }
});

test('getters among the values may use the database, and even the statement', async (t) => {
  const db = await database(t);
  const other = db.prepare('SELECT ? AS a, ? AS b, ? AS c');
  const select = db.prepare('SELECT @a AS a, @b AS b');
  const values = (use) => ({ a: 'first', get b() { use(); return 'second'; } });
  const whole = { a: 'first', b: 'second' };
  assert.deepEqual(select.get(values(() => other.get('overwrites', 'the', 'scratch'))), whole);
  assert.deepEqual(select.get(values(() => select.get({ a: 'x'.repeat(50_000), b: 2 }))), whole);
  assert.deepEqual(select.all(values(() => other.all([7, 8, 9]))), [whole]);
  const listed = Object.defineProperty([1, 0, 3], 1, { get() { other.get(7, 8, 9); return 2; } });
  assert.deepEqual(other.get(listed), { a: 1, b: 2, c: 3 });
  let iterator;
  assert.throws(() => select.get(values(() => { iterator = select.iterate(whole); })), { code: 'BUSY' });
  assert.deepEqual([...iterator], [whole]);
  assert.throws(() => select.get(values(() => select.finalize())), { code: 'FINALIZED' });
  assert.throws(() => other.get(1, 2, values(() => db.close())), /positional/);
  assert.equal(db.open, true);
});

/** Ways of a value into the module: as a parameter, as what a function returns, and as what a virtual table yields. */
const ways = (db) => {
  let value;
  db.function('given', () => value);
  db.table('yielded', { columns: ['a'], *rows() { yield [value]; } });
  const told = (sql) => (given) => {
    value = given;
    return db.prepare(sql).pluck().get();
  };
  return [(given) => echo(db, given), told('SELECT given()'), told('SELECT a FROM yielded')];
};

test('bytes are as many as there are, whatever the array says of itself', async (t) => {
  const db = await database(t);
  class Lying extends Uint8Array { get length() { return 3; } }
  const says = (bytes, length) => Object.defineProperty(bytes, 'length', { value: length });
  for (const way of ways(db)) {
    for (const size of [10, 200_000]) {
      for (const lying of [says(new Uint8Array(size).fill(7), 3), says(new Uint8Array(size).fill(7), 300_000), new Lying(size).fill(7)]) {
        assert.deepEqual(way(lying), new Uint8Array(size).fill(7));
      }
    }
    assert.throws(() => way(new Proxy(new Uint8Array(4), {})), TypeError);
    const gone = new Uint8Array(4);
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    assert.throws(() => way(gone), TypeError);
  }
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
});

test('an array of more values than there are parameters is refused, however many', async (t) => {
  const db = await database(t);
  const select = db.prepare('SELECT ?, ?');
  for (const length of [3, 300_000, 2 ** 32 - 1]) {
    const many = Object.assign([1, 2, 3], { length });
    assert.throws(() => select.get(many), (error) => error instanceof RangeError && error.message.includes(`but ${length} values were given`));
    assert.throws(() => select.get(1, many), (error) => error instanceof RangeError && error.message.includes(`but ${length + 1} values`));
  }
});
