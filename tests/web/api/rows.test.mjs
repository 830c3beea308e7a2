// Rows cross in batches: nothing may depend on where a batch ends, or on how large a row is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import v8 from 'node:v8';
import { database } from './open.mjs';

test('rows of changing sizes come whole across many batches', async (t) => {
  const db = await database(t);
  const sizeOf = (i) => [0, 1, 7, 8, 100, 5_000, 130_000][i % 7] + (i % 13);
  const sql = `WITH RECURSIVE c(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM c WHERE i < 299)
    SELECT i, size(i) AS size, printf('%.*c', size(i), 'x') AS text, zeroblob(size(i)) AS bytes, NULL AS empty,
           i * 1.5 AS real, 'h\u00e9' || i AS accent FROM c`;
  db.function('size', (i) => sizeOf(i));
  const check = (row, i) => {
    assert.deepEqual(Object.keys(row), ['i', 'size', 'text', 'bytes', 'empty', 'real', 'accent']);
    assert.equal(row.i, i);
    assert.equal(row.size, sizeOf(i));
    assert.equal(row.text.length, row.size === 0 ? 1 : row.size, `text of row ${i}`);
    assert.equal(row.bytes.length, row.size);
    assert.equal(row.empty, null);
    assert.equal(row.real, i * 1.5);
    assert.equal(row.accent, `h\u00e9${i}`);
  };
  const select = db.prepare(sql);
  select.all().forEach(check);
  let seen = 0;
  for (const row of select.iterate()) check(row, seen++);
  assert.equal(seen, 300);
});

test('100,000 rows come in order', async (t) => {
  const db = await database(t);
  const rows = db.prepare(
    `WITH RECURSIVE c(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < 100000) SELECT i, 'row ' || i AS name FROM c`).all();
  assert.equal(rows.length, 100_000);
  rows.forEach((row, at) => {
    if (row.i !== at + 1 || row.name !== `row ${at + 1}`) assert.fail(`row ${at} is ${JSON.stringify(row)}`);
  });
});

test('a row that is larger than a batch comes by every method', async (t) => {
  const db = await database(t);
  db.exec(`CREATE TABLE t(a, b); INSERT INTO t VALUES (1, 'small'), (2, printf('%.*c', 500000, 'y')), (3, zeroblob(300000)), (4, 'end')`);
  const select = db.prepare('SELECT * FROM t ORDER BY a');
  const sizes = [5, 500_000, 300_000, 3];
  assert.deepEqual(select.all().map((row) => row.b.length), sizes);
  assert.deepEqual([...select.iterate()].map((row) => row.b.length), sizes);
  assert.deepEqual(select.values().map((row) => row[1].length), sizes);
  const one = db.prepare('SELECT b FROM t WHERE a = ?').pluck();
  sizes.forEach((size, i) => assert.equal(one.get(i + 1).length, size));
  assert.equal(one.busy, false);
  db.exec('DROP TABLE t');
});

test('many columns, no name twice, and names that objects use themselves', async (t) => {
  const db = await database(t);
  const names = Array.from({ length: 1500 }, (_, i) => `c${i}`);
  const row = db.prepare(`SELECT ${names.map((name, i) => `${i} AS ${name}`).join(',')}`).get();
  assert.deepEqual(Object.keys(row), names);
  assert.equal(row.c1499, 1499);
  assert.deepEqual(db.prepare('SELECT 1 AS a, 2 AS b, 3 AS a').get(), { a: 3, b: 2 });
  const odd = db.prepare(`SELECT 1 AS "__proto__", 2 AS "constructor", 3 AS "toString", 4 AS "0"`).get();
  assert.equal(Object.getPrototypeOf(odd), Object.prototype);
  assert.deepEqual(Object.entries(odd).sort(), [['0', 4], ['__proto__', 1], ['constructor', 2], ['toString', 3]]);
});

test('V8 has no dictionary for a row of many columns', async (t) => {
  // Only to ask how V8 has an object; it is no part of JavaScript.
  v8.setFlagsFromString('--allow-natives-syntax');
  const isFast = new Function('object', 'return %HasFastProperties(object)');
  const db = await database(t);
  const values = [1, 'text', 1.5, null];
  const columns = Array.from({ length: 100 }, (_, i) => `?${(i % values.length) + 1} AS wide${i}`).join(', ');
  const select = db.prepare(`SELECT ${columns} FROM (VALUES (1), (2))`);
  for (const row of [select.get(...values), ...select.all(...values), ...select.iterate(...values), ...select.all(2, null, 'text', 2.5)]) {
    assert.equal(isFast(row), true);
  }
  assert.deepEqual(Object.values(select.get(...values)), Array.from({ length: 100 }, (_, i) => values[i % values.length]));
});

test('a change of the schema is seen by statements that were prepared before it', async (t) => {
  const db = await database(t);
  db.exec('CREATE TABLE t(a); INSERT INTO t VALUES (1)');
  const select = db.prepare('SELECT * FROM t');
  assert.deepEqual(select.get(), { a: 1 });
  db.exec('ALTER TABLE t ADD COLUMN b DEFAULT 2');
  assert.deepEqual(select.get(), { a: 1, b: 2 });
  db.exec('ALTER TABLE t RENAME COLUMN a TO z');
  assert.deepEqual(select.all(), [{ z: 1, b: 2 }]);
});
