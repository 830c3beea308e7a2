// JavaScript functions in SQL: values both ways, errors, aggregates, windows, and SQL within them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MisuseError, database } from './open.mjs';

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

test('a function can use the database itself in unsafe mode, also deeply', async (t) => {
  const db = (await database(t)).unsafeMode();
  db.exec("CREATE TABLE t(a, b); INSERT INTO t VALUES (1, 'one'), (2, 'two'), (3, 'three')");
  const look = db.prepare('SELECT b FROM t WHERE a = ?').pluck();
  db.function('look', (a) => look.get(a));
  assert.deepEqual(db.prepare('SELECT look(a) FROM t WHERE b <> ? ORDER BY a').pluck().all('nothing'), ['one', 'two', 'three']);
  db.function('depth', (n) => (n === 0 ? 'bottom' : `${n} ${one(db, 'SELECT depth(?)', n - 1)}`));
  assert.equal(one(db, 'SELECT depth(?) || ?', 5, ' end'), '5 4 3 2 1 bottom end');
  // As far as the stacks of every engine reach; an endless recursion costs its statement, and not the client.
  assert.match(one(db, 'SELECT depth(?)', 63), /^63 .* 1 bottom$/);
  for (const depth of [64, 1000]) assert.throws(() => one(db, 'SELECT depth(?)', depth), { code: 'MISUSE' });
  assert.equal(one(db, 'SELECT depth(?)', 1), '1 bottom');
});

test('a statement that is running cannot be run, finalized or closed by its own function', async (t) => {
  const db = await database(t);
  const attempts = [];
  const attempt = (use) => {
    try {
      use();
      attempts.push('done');
    } catch (error) {
      attempts.push(error instanceof MisuseError ? error.code : String(error));
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

/** What `run` throws, whatever it is. */
const thrownBy = (run) => {
  try {
    run();
  } catch (error) {
    return { error };
  }
  return assert.fail('nothing was thrown');
};

test('of several functions that fail in one statement the first one tells', async (t) => {
  const db = await database(t);
  const [first, second] = [new Error('first'), new Error('second')];
  const fail = (error) => () => { throw error; };
  const calls = [];
  db.function('check1', (value) => {
    if (value === 2) throw first;
    return value;
  });
  const result = () => {
    calls.push('result');
    throw second;
  };
  db.aggregate('avg2', { start: 0, step: (total, value) => total + value, result });
  db.aggregate('bad_step', { start: 0, step: (total, value) => fail(first)() });
  db.aggregate('bad_first', { start: 0, step: (total, value) => total + value, result: fail(first) });
  for (const columns of ['avg2(i), avg2(check1(i))', 'avg2(check1(i)), avg2(i)', 'avg2(i), check1(max(i) - 2)', 'avg2(i), bad_step(i)']) {
    calls.length = 0;
    const expected = columns.includes('max') ? second : first;
    assert.equal(thrownBy(() => db.prepare(`${NUMBERS} SELECT ${columns} FROM n`).get()).error, expected, columns);
    assert.equal(calls.length, expected === first ? 0 : 1, `${columns}: nobody is asked for the result of what has failed`);
    assert.equal(thrownBy(() => db.exec(`${NUMBERS} SELECT ${columns} FROM n`)).error, expected, `exec: ${columns}`);
  }
  assert.equal(thrownBy(() => one(db, `${NUMBERS} SELECT bad_first(i), avg2(i) FROM n`)).error, first);
  assert.equal(thrownBy(() => one(db, `${NUMBERS} SELECT avg2(i), bad_first(i) FROM n`)).error, second);
});

test('a failure of SQLite is not hidden by what an aggregate says while SQLite cleans up', async (t) => {
  const db = await database(t);
  let results = 0;
  const result = () => {
    results++;
    throw new Error('from the cleaning up');
  };
  db.aggregate('stopping', { step: (total, i) => { if (i === 2) db.interrupt(); }, result });
  assert.equal(thrownBy(() => one(db, `${NUMBERS} SELECT stopping(i) FROM n`)).error.code, 'SQLITE_INTERRUPT');
  db.aggregate('quiet', { step: (total, i) => i, result });
  const overflow = `${NUMBERS} SELECT quiet(i), sum(abs(CASE i WHEN 2 THEN -9223372036854775808 ELSE i END)) FROM n`;
  assert.equal(thrownBy(() => one(db, overflow)).error.message, 'integer overflow');
  assert.equal(thrownBy(() => db.exec(overflow)).error.message, 'integer overflow');
  // What nobody was told is not told later, either.
  db.aggregate('ahead', { start: 0, step: (n, i) => n + 1, inverse: (n, i) => n - 1, result: (n) => (n > 2 ? result() : n) });
  const select = db.prepare(`${NUMBERS} SELECT ahead(i) OVER (ORDER BY i), ahead(i) OVER (ORDER BY i ROWS 1 PRECEDING) FROM n`);
  assert.equal(select.iterate().next().value !== undefined, true);
  select.finalize();
  assert.match(thrownBy(() => db.exec('SELECT nowhere')).error.message, /no such column/);
  assert.notEqual(results, 0, 'there was something to hide it');
});

test('whatever a function throws comes out as it is, and costs its statement only', async (t) => {
  const db = await database(t);
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const spiteful = new Error();
  for (const name of ['stack', 'message', 'name', 'toString', 'constructor']) {
    Object.defineProperty(spiteful, name, { get: () => { throw new Error(`the getter of ${name}`); } });
  }
  const things = [Object.create(null), revoked.proxy, spiteful, Symbol('s'), undefined, null, 0, 'text', { toString: () => { throw 1; } }];
  for (const thing of things) {
    const fail = () => { throw thing; };
    db.function('fails', fail);
    db.aggregate('fails_start', { start: fail, step: (total, i) => i });
    db.aggregate('fails_step', { step: (total, ...values) => fail(), varargs: true });
    db.aggregate('fails_result', { step: (total, i) => i, result: fail });
    db.aggregate('fails_window', { step: (total, i) => i, inverse: (total, i) => fail() });
    for (const call of ['fails()', 'fails_start(i)', 'fails_step(i)', 'fails_result(i)', 'fails_window(i) OVER (ORDER BY i ROWS 1 PRECEDING)']) {
      const { error } = thrownBy(() => db.prepare(`${NUMBERS} SELECT ${call} FROM n`).all());
      assert.ok(Object.is(error, thing), call);
      assert.equal(one(db, 'SELECT 1'), 1);
    }
    db.function('gives', () => thing);
    if ([undefined, null, 0, 'text'].includes(thing)) assert.equal(one(db, 'SELECT gives()'), thing ?? null);
    else assert.throws(() => one(db, 'SELECT gives()'), TypeError);
    assert.equal(one(db, 'SELECT 1'), 1);
  }
  assert.throws(() => {
    db.function('promises', () => Promise.resolve(1));
    one(db, 'SELECT promises()');
  }, TypeError);
  db.function('big', () => -(2n ** 63n) - 1n);
  assert.throws(() => one(db, 'SELECT big()'), RangeError);
});

test('result() runs once for each window, and never beside', async (t) => {
  const db = await database(t);
  let results = 0;
  db.aggregate('mine', { start: 0, step: (n, i) => n + i, inverse: (n, i) => n - i, result: (n) => (results++, n) });
  const bounds = ['UNBOUNDED PRECEDING', '1 PRECEDING', 'CURRENT ROW', '1 FOLLOWING', 'UNBOUNDED FOLLOWING'];
  let windows = 0;
  for (const unit of ['ROWS', 'RANGE', 'GROUPS']) {
    for (const from of bounds.slice(0, -1)) {
      for (const to of bounds.slice(Math.max(bounds.indexOf(from), 1))) {
        for (const rest of ['', 'EXCLUDE CURRENT ROW', 'EXCLUDE TIES']) {
          const over = `OVER (PARTITION BY i % 2 ORDER BY i / 2 ${unit} BETWEEN ${from} AND ${to} ${rest})`;
          const pairs = db.prepare(`${NUMBERS} SELECT coalesce(sum(i) ${over}, 0), mine(i) ${over} FROM n`).raw().all();
          for (const [builtIn, own] of pairs) assert.equal(own, builtIn, over);
          windows += pairs.length;
        }
      }
    }
  }
  assert.ok(results <= windows && windows === 3 * 13 * 3 * 4, `${results} results for ${windows} windows`);
  results = 0;
  assert.deepEqual(db.prepare(`${NUMBERS} SELECT mine(i) OVER (ORDER BY i) FROM n`).pluck().all(), [1, 3, 6, 10]);
  assert.equal(results, 4);
  assert.equal(one(db, `${NUMBERS} SELECT mine(i) FROM n`), 10);
  assert.equal(results, 5);
});

test('an aggregate begins with what it was given, be it undefined', async (t) => {
  const db = await database(t);
  const begins = [];
  const step = (total, i) => { begins.push(total); return i; };
  for (const [options, begin] of [[{ start: undefined }, undefined], [{ start: () => undefined }, undefined], [{}, null],
    [{ start: null }, null], [{ start: () => 6 }, 6], [{ start: 7 }, 7]]) {
    db.aggregate('last', { ...options, step });
    begins.length = 0;
    assert.equal(one(db, `${NUMBERS} SELECT last(i) FROM n`), 4);
    assert.deepEqual(begins, [begin, 1, 2, 3]);
  }
  assert.equal(one(db, `${NUMBERS} SELECT last(i) FROM n WHERE i > 9`), 7);
  // Nothing is no new total, and null is one.
  db.aggregate('kept', { start: 5, step: (total, i) => (i === 3 ? undefined : total + i) });
  assert.equal(one(db, `${NUMBERS} SELECT kept(i) FROM n`), 5 + 1 + 2 + 4);
  db.aggregate('emptied', { start: 5, step: (total, i) => (i === 4 ? null : total) });
  assert.equal(one(db, `${NUMBERS} SELECT emptied(i) FROM n`), null);
});
