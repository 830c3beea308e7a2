// Iterators: when their statement is busy, what comes before a failure, and user code that reaches for them while they run.
// Nothing of it may depend on how many rows are read ahead.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MisuseError, SqliteError, database, place } from './open.mjs';

// Fewer and more rows than one batch has, and those about its end.
const COUNTS = [1, 2, 15, 16, 17, 47, 48, 49, 300];
const MODES = ['object', 'raw', 'pluck', 'expand'];

const numbered = async (t, count) => {
  const db = await database(t);
  db.exec(`CREATE TABLE t(i); WITH RECURSIVE c(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < ${count}) INSERT INTO t SELECT i FROM c`);
  return db;
};

const coded = (code) => (error) => error instanceof MisuseError && error.code === code;

const codeOf = (run) => {
  try {
    run();
    return 'done';
  } catch (error) {
    return error.code ?? String(error);
  }
};

/** What came before the failure, and the failure. */
const drain = (iterator) => {
  const rows = [];
  try {
    for (const row of iterator) rows.push(row);
  } catch (error) {
    return { rows, error };
  }
  return { rows };
};

test('a statement is busy from iterate() until its iterator has said that it is done, however many rows there are', async (t) => {
  for (const count of [0, ...COUNTS]) {
    const db = await numbered(t, Math.max(count, 1));
    const select = db.prepare('SELECT i FROM t WHERE i <= ?');
    const iterator = select.iterate(count);
    const refusals = () => [() => select.get(1), () => select.all(1), () => select.values(1), () => select.iterate(1), () => select.bind(1),
      () => select.raw(), () => select.pluck(false), () => select.expand(), () => select.safeIntegers()].map(codeOf);
    for (let i = 0; i <= count; i++) {
      assert.equal(select.busy, true, `${i} of ${count}`);
      assert.deepEqual(refusals(), Array(9).fill('BUSY'), `${i} of ${count}`);
      assert.equal(select.columns().length, 1);
      assert.equal(iterator.next().done, i === count);
    }
    assert.equal(select.busy, false);
    assert.deepEqual(iterator.next(), { value: undefined, done: true });
    assert.equal(select.all(count).length, count);
  }
});

test('leaving an iterator ends it at any point, also before its first row', async (t) => {
  const db = await numbered(t, 100);
  const select = db.prepare('SELECT i FROM t');
  for (const steps of [0, 1, 16, 17, 100]) {
    const iterator = select.iterate();
    for (let i = 0; i < steps; i++) iterator.next();
    assert.equal(select.busy, true);
    assert.deepEqual(iterator.return(), { value: undefined, done: true });
    assert.equal(select.busy, false);
    assert.deepEqual([iterator.next(), iterator.return()], Array(2).fill({ value: undefined, done: true }));
    // One that has ended does not end the next one.
    const next = select.iterate();
    iterator.return();
    assert.equal(select.busy, true);
    assert.equal([...next].length, 100);
  }
  const unstepped = select.iterate();
  unstepped[Symbol.dispose]();
  assert.equal(select.busy, false);
});

test('a finalized statement and a closed database end an iterator at once, whatever was read ahead', async (t) => {
  for (const count of COUNTS) {
    for (const [end, code] of [[(db, select) => select.finalize(), 'FINALIZED'], [(db) => db[Symbol.dispose](), 'CLOSED']]) {
      const db = await numbered(t, count);
      const select = db.prepare('SELECT i FROM t');
      const iterator = select.iterate();
      iterator.next();
      end(db, select);
      assert.equal(select.busy, false);
      assert.throws(() => iterator.next(), coded(code), `${count} rows`);
      assert.deepEqual([iterator.next(), iterator.return()], Array(2).fill({ value: undefined, done: true }));
    }
  }
});

test('the rows before a failure come first, in every shape of row, and the statement works on', async (t) => {
  const db = await numbered(t, 300);
  const mine = new Error('mine');
  let failAt = 0;
  db.function('check_it', (i) => {
    if (i === failAt) throw mine;
    return i;
  });
  for (const sql of ['SELECT check_it(i) AS i FROM t', 'SELECT abs(CASE i WHEN @at THEN -9223372036854775808 ELSE i END) AS i FROM t']) {
    for (const mode of MODES) {
      const select = db.prepare(sql);
      if (mode !== 'object') select[mode]();
      const parameters = sql.includes('@at') ? () => [{ at: failAt }] : () => [];
      failAt = 0;
      const whole = select.all(...parameters());
      for (failAt of COUNTS) {
        const { rows, error } = drain(select.iterate(...parameters()));
        assert.deepEqual(rows, whole.slice(0, failAt - 1), `${mode}, ${failAt}`);
        if (sql.includes('@at')) assert.ok(error instanceof SqliteError && error.message === 'integer overflow' && error.sql === sql);
        else assert.equal(error, mine);
        assert.equal(select.busy, false);
        assert.throws(() => select.all(...parameters()), (again) => again === mine || again.message === 'integer overflow');
      }
      failAt = 0;
      assert.deepEqual(select.all(...parameters()), whole);
    }
  }
});

test('who leaves before the row that fails never hears of it', async (t) => {
  const db = await numbered(t, 10);
  const select = db.prepare('SELECT abs(CASE i WHEN 5 THEN -9223372036854775808 ELSE i END) FROM t').pluck();
  for (const i of select.iterate()) if (i === 4) break;
  assert.equal(select.busy, false);
  assert.throws(() => db.exec('SELECT nowhere'), /no such column/);
});

test('an interrupt, and a large row that finds no memory, come after the rows before them', async (t) => {
  const { open } = await place(t, { capacityBytes: 64 * 1024 * 1024, maxDatabaseCapacityBytes: 16 * 1024 * 1024, maxWriteAheadCapacityBytes: 16 * 1024 * 1024 });
  const db = open();
  db.function('stop_at', (i, at) => {
    if (i === at) db.interrupt();
    return i;
  });
  const counted = 'WITH RECURSIVE c(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < 100)';
  for (const at of [5, 40]) {
    const { rows, error } = drain(db.prepare(`${counted} SELECT stop_at(i, ?) FROM c`).pluck().iterate(at));
    assert.equal(error.code, 'SQLITE_INTERRUPT');
    // SQLite looks at it where its program jumps back, which is after the row.
    assert.deepEqual(rows, Array.from({ length: at }, (_, i) => i + 1));
  }
  for (const mode of MODES) {
    const large = db.prepare(`${counted} SELECT CASE i WHEN 5 THEN zeroblob(40000000) ELSE i END AS v FROM c`);
    if (mode !== 'object') large[mode]();
    // Again and again: it may be SQLite that has no memory for the row, or its copy.
    for (let run = 0; run < 4; run++) {
      const { rows, error } = drain(large.iterate());
      assert.match(error.code, /^(OUT_OF_MEMORY|SQLITE_NOMEM)$/, `${mode}: ${error}`);
      assert.equal(rows.length, 4);
      assert.equal(large.busy, false);
      assert.throws(() => large.all(), { code: /^(OUT_OF_MEMORY|SQLITE_NOMEM)$/ });
      assert.equal(db.prepare('SELECT 1').pluck().get(), 1);
    }
  }
});

test('a function cannot use the iterator that called it, and the rows come whole', async (t) => {
  const db = await numbered(t, 100);
  const attempts = new Map();
  let iterator;
  let select;
  const uses = {
    next: () => iterator.next(), return: () => iterator.return(), dispose: () => iterator[Symbol.dispose](), get: () => select.get(),
    all: () => select.all(), iterate: () => select.iterate(), bind: () => select.bind(), raw: () => select.raw(),
    safeIntegers: () => select.safeIntegers(), finalize: () => select.finalize(), close: () => db.close(),
  };
  db.function('meddle', (i) => {
    for (const [name, use] of Object.entries(uses)) attempts.set(name, codeOf(use));
    return i;
  });
  select = db.prepare('SELECT meddle(i) FROM t').pluck();
  iterator = select.iterate();
  assert.deepEqual([...iterator], Array.from({ length: 100 }, (_, i) => i + 1));
  assert.deepEqual(Object.fromEntries(attempts), Object.fromEntries(Object.keys(uses).map((name) => [name, 'BUSY'])));
  assert.equal(select.busy, false);
  assert.equal(select.all().length, 100);
});

test('a function cannot ask an iterator that is done either', async (t) => {
  const db = await numbered(t, 3);
  const iterator = db.prepare('SELECT i FROM t').iterate();
  iterator.return();
  assert.equal(iterator.next().done, true);
  db.function('ask', (name) => codeOf(() => iterator[name]()));
  assert.deepEqual(db.prepare("SELECT ask('next'), ask('return')").raw().get(), ['BUSY', 'BUSY']);
  assert.equal(iterator.next().done, true);
});

test('what a re-entered iterator throws fails its statement only', async (t) => {
  const db = await numbered(t, 400);
  let iterator;
  db.function('step_on', () => iterator.next().value);
  const select = db.prepare('SELECT step_on() FROM t').pluck();
  iterator = select.iterate();
  assert.throws(() => iterator.next(), coded('BUSY'));
  assert.equal(select.busy, false);
  assert.equal(db.prepare('SELECT count(*) FROM t').pluck().get(), 400);
});

test('an aggregate that is asked while its iterator ends cannot use it either', async (t) => {
  const db = await numbered(t, 100);
  const codes = [];
  let iterator;
  let select;
  const reach = () => codes.push(codeOf(() => iterator.next()), codeOf(() => iterator.return()), codeOf(() => select.get()));
  db.aggregate('reach', { start: 0, step: (n, i) => n + 1, inverse: (n, i) => n - 1, result: (n) => { reach(); return n; } });
  select = db.prepare('SELECT reach(i) OVER (ORDER BY i ROWS BETWEEN CURRENT ROW AND 2 FOLLOWING) FROM t').pluck();
  iterator = select.iterate();
  assert.equal(iterator.next().value, 3);
  const asked = codes.length;
  assert.ok(asked >= 3 && codes.every((code) => code === 'BUSY'), String(codes));
  iterator.return();
  assert.ok(codes.slice(asked).every((code) => code !== 'done'));
  assert.equal(select.busy, false);
});

test('leaving an iterator that has written commits, and says so if that fails', async (t) => {
  const db = await numbered(t, 1);
  db.exec(`PRAGMA foreign_keys = ON; CREATE TABLE parent(id INTEGER PRIMARY KEY);
    CREATE TABLE child(p REFERENCES parent DEFERRABLE INITIALLY DEFERRED)`);
  const insert = db.prepare('INSERT INTO child VALUES (?), (?) RETURNING p').pluck();
  const many = db.prepare('INSERT INTO child SELECT 7 FROM t, (SELECT 1 UNION SELECT 2), (SELECT 1 UNION SELECT 2) RETURNING p').pluck();
  db.exec('WITH RECURSIVE c(i) AS (VALUES (2) UNION ALL SELECT i + 1 FROM c WHERE i < 30) INSERT INTO t SELECT i FROM c');
  const violated = (error) => error instanceof SqliteError && error.extendedCode === 'SQLITE_CONSTRAINT_FOREIGNKEY';
  for (const [statement, values] of [[insert, [7, 8]], [many, []]]) {
    const iterator = statement.iterate(...values);
    assert.equal(iterator.next().value, 7);
    assert.throws(() => iterator.return(), violated);
    assert.equal(statement.busy, false);
    assert.equal(db.inTransaction, false);
    assert.equal(db.prepare('SELECT count(*) FROM child').pluck().get(), 0);
    assert.throws(() => { for (const p of statement.iterate(...values)) throw new Error(`mine ${p}`); }, /mine 7/);
  }
  db.exec('INSERT INTO parent VALUES (7), (8)');
  for (const p of insert.iterate(7, 8)) if (p === 7) break;
  for (const p of many.iterate()) if (p === 7) break;
  assert.equal(db.prepare('SELECT count(*) FROM child').pluck().get(), 2 + 120);
});
