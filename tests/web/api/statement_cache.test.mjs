// The statements that are kept by their SQL, for remote databases and the adapters.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatementCache } from '../../../wasm/dist/api/statement_cache.js';
import { database } from './open.mjs';

test('a statement is compiled once, and forgets in which form its rows were wanted', async (t) => {
  const statements = new StatementCache(await database(t));
  const first = statements.take('SELECT 1 AS one');
  assert.deepEqual(first.raw().get(), [1]);
  assert.equal(statements.take('SELECT 1 AS one'), first);
  assert.deepEqual(first.get(), { one: 1 });
  assert.throws(() => statements.take('SELECT * FROM gone'), /no such table/);
});

test('those not used for the longest time are finalized', async (t) => {
  const statements = new StatementCache(await database(t));
  const [first, second] = [statements.take('SELECT 1'), statements.take('SELECT 2')];
  for (let i = 0; i < 63; i++) {
    statements.take(`SELECT 'other ${i}'`);
    assert.equal(statements.take('SELECT 1'), first);
  }
  assert.throws(() => second.get(), { code: 'FINALIZED' });
  assert.notEqual(statements.take('SELECT 2'), second);
  statements.clear();
  assert.throws(() => first.get(), { code: 'FINALIZED' });
});

test('one that is running is left alone', async (t) => {
  const statements = new StatementCache(await database(t));
  const running = statements.take('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) SELECT i FROM n');
  const rows = running.iterate();
  assert.deepEqual(rows.next().value, { i: 1 });
  const another = statements.take(running.source);
  assert.notEqual(another, running);
  assert.equal(another.all().length, 100);
  for (let i = 0; i < 100; i++) statements.take(`SELECT ${i}`);
  assert.equal([...rows].length, 99);
});
