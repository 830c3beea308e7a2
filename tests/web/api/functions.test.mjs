// JavaScript functions in SQL: values both ways, errors, aggregates, windows, and SQL within them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GlasswalError, database } from './open.mjs';

const NUMBERS = 'WITH n(i) AS (VALUES (1), (2), (3), (4))';
const one = (db, sql, ...values) => db.prepare(sql).pluck().get(...values);

test('values go into a function and come back as they were', async (t) => {
  const db = await database(t);
  db.function('same', (value) => value);
  const values = [0, -5, 2 ** 40, 0.5, '', 'text', 'h\u00e9 \u{1F600}', null, 2n ** 62n, Uint8Array.of(1, 2, 3), new Uint8Array(0), 'x'.repeat(100_000)];
  for (const value of values) assert.deepEqual(one(db, 'SELECT same(?)', value), value);
  db.function('kind', (value) => (value instanceof Uint8Array ? 'bytes' : typeof value));
  assert.equal(one(db, "SELECT kind(x'00')"), 'bytes');
  db.function('nothing_at_all', () => undefined);
  assert.equal(one(db, 'SELECT nothing_at_all()'), null);
});

test('a function takes as many arguments as it declares, or any number', async (t) => {
  const db = await database(t);
  db.function('two', (a, b) => `${a},${b}`);
  db.function('many', { varargs: true }, (...values) => values.length);
  assert.equal(one(db, 'SELECT two(1, 2)'), '1,2');
  assert.throws(() => db.prepare('SELECT two(1)'), /wrong number of arguments/);
  assert.equal(one(db, 'SELECT many()'), 0);
  assert.equal(one(db, `SELECT many(${Array.from({ length: 90 }, (_, i) => i)})`), 90);
});

test('options: deterministic, directOnly and safe integers', async (t) => {
  const db = await database(t);
  db.exec('CREATE TABLE t(a)');
  db.function('twice', { deterministic: true }, (a) => a * 2);
  db.exec('CREATE INDEX i ON t(twice(a))');
  db.function('vague', (a) => a * 2);
  assert.throws(() => db.exec('CREATE INDEX j ON t(vague(a))'), /non-deterministic/);
  db.function('direct', { directOnly: true }, () => 1);
  db.exec('CREATE VIEW v AS SELECT direct() AS d');
  assert.throws(() => db.prepare('SELECT * FROM v').all(), /unsafe use of direct/);
  db.function('kind', { safeIntegers: true }, (a) => typeof a);
  assert.equal(one(db, 'SELECT kind(1)'), 'bigint');
  db.function('kind', (a) => typeof a);
  assert.equal(one(db, 'SELECT kind(1)'), 'number', 'the second definition takes the place of the first');
});

test('what a function throws comes out of the statement, and the statement works on', async (t) => {
  const db = await database(t);
  const thrown = new Error('mine');
  db.function('fails', (a) => {
    if (a > 1) throw thrown;
    return a;
  });
  const select = db.prepare(`${NUMBERS} SELECT fails(i) FROM n`).pluck();
  assert.throws(() => select.all(), (error) => error === thrown);
  assert.equal(select.get(), 1);
  assert.throws(() => db.exec('SELECT fails(9)'), (error) => error === thrown);
  assert.throws(() => db.exec('SELECT nowhere'), /no such column/, 'an error of the past is not told again');
  db.function('odd', () => true);
  assert.throws(() => one(db, 'SELECT odd()'), /odd\(\) returned a boolean: return/);
  db.function('big', () => 2n ** 70n);
  assert.throws(() => one(db, 'SELECT big()'), /does not fit 64 bits/);
});

test('a function can use the database itself, also deeply', async (t) => {
  const db = await database(t);
  db.exec("CREATE TABLE t(a, b); INSERT INTO t VALUES (1, 'one'), (2, 'two'), (3, 'three')");
  const look = db.prepare('SELECT b FROM t WHERE a = ?').pluck();
  db.function('look', (a) => look.get(a));
  assert.deepEqual(db.prepare('SELECT look(a) FROM t WHERE b <> ? ORDER BY a').pluck().all('nothing'), ['one', 'two', 'three']);
  db.function('depth', (n) => (n === 0 ? 'bottom' : `${n} ${one(db, 'SELECT depth(?)', n - 1)}`));
  assert.equal(one(db, 'SELECT depth(?) || ?', 5, ' end'), '5 4 3 2 1 bottom end');
});

test('a statement that is running cannot be run, finalized or closed by its own function', async (t) => {
  const db = await database(t);
  const attempts = [];
  const attempt = (use) => {
    try {
      use();
      attempts.push('done');
    } catch (error) {
      attempts.push(error instanceof GlasswalError ? error.code : String(error));
    }
  };
  let select;
  db.function('meddle', () => {
    attempt(() => select.get());
    attempt(() => select.finalize());
    attempt(() => db.close());
    return 1;
  });
  select = db.prepare('SELECT meddle()').pluck();
  assert.equal(select.get(), 1);
  assert.deepEqual(attempts, ['BUSY', 'BUSY', 'BUSY']);
});

test('interrupt() makes the running statement fail', async (t) => {
  const db = await database(t);
  db.function('stop', (i) => {
    if (i === 3) db.interrupt();
    return i;
  });
  assert.throws(() => db.prepare(`WITH RECURSIVE c(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c) SELECT stop(i) FROM c`).all(),
    (error) => error.code === 'SQLITE_INTERRUPT');
  assert.equal(one(db, 'SELECT 1'), 1);
});

test('aggregates: start, step and result, by group and without rows', async (t) => {
  const db = await database(t);
  db.aggregate('total_of', { start: 0, step: (total, value) => total + value });
  db.aggregate('list', { start: () => [], step: (list, value) => void list.push(value), result: (list) => list.join('-') });
  assert.equal(one(db, `${NUMBERS} SELECT total_of(i) FROM n`), 10);
  assert.deepEqual(db.prepare(`${NUMBERS} SELECT i % 2 AS odd, list(i) AS l FROM n GROUP BY odd ORDER BY odd`).all(),
    [{ odd: 0, l: '2-4' }, { odd: 1, l: '1-3' }]);
  assert.equal(one(db, `${NUMBERS} SELECT total_of(i) FROM n WHERE i > 9`), 0);
  assert.equal(one(db, `${NUMBERS} SELECT list(i) FROM n WHERE i > 9`), '');
  db.aggregate('pairs', { start: 0, step: (total, a, b) => total + a * b });
  assert.equal(one(db, `${NUMBERS} SELECT pairs(i, 10) FROM n`), 100);
  assert.throws(() => one(db, `${NUMBERS} SELECT total_of(i) OVER () FROM n`), /may not be used as a window function/);
});

test('an aggregate with inverse is a window function', async (t) => {
  const db = await database(t);
  db.aggregate('moving', { start: 0, step: (total, value) => total + value, inverse: (total, value) => total - value });
  assert.deepEqual(
    db.prepare(`${NUMBERS} SELECT moving(i) OVER (ORDER BY i ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM n`).pluck().all(),
    [1, 3, 5, 7]);
});

test('what an aggregate throws comes out, whichever of its functions threw', async (t) => {
  const db = await database(t);
  const fail = (what) => () => { throw new Error(what); };
  db.aggregate('bad_start', { start: fail('start'), step: () => 1 });
  db.aggregate('bad_step', { start: 0, step: (total, value) => (value > 2 ? fail('step')() : total) });
  db.aggregate('bad_result', { start: 0, step: (total, value) => total + value, result: fail('result') });
  for (const [name, what] of [['bad_start', /start/], ['bad_step', /step/], ['bad_result', /result/]]) {
    if (name !== 'bad_start') assert.throws(() => one(db, `${NUMBERS} SELECT ${name}(i) FROM n`), what);
    else assert.throws(() => one(db, `${NUMBERS} SELECT ${name}() FROM n`), what);
  }
  assert.throws(() => db.aggregate('none', {}), /needs a function 'step'/);
  assert.throws(() => db.function('none', 5), TypeError);
});

test('many rows through a function leave nothing behind', async (t) => {
  const db = await database(t);
  db.function('label', (i) => `label of ${i}`);
  db.aggregate('longest', { start: '', step: (longest, text) => (text.length > longest.length ? text : longest) });
  assert.equal(one(db, `WITH RECURSIVE c(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < 50000)
    SELECT longest(label(i)) FROM c`), 'label of 10000');
});
