// Which statements of wa-sqlite are known: what the VFS sees by itself, and what an API tells that is followed.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { followStatements } from '../../wasm/dist/adapters/wa_sqlite.js';
import { within } from '../tools/limit.mjs';
import { SQLITE_BUSY, VERSIONS, loadWaSqlite, place } from './open.mjs';
import { thread } from './thread.mjs';

const LIMIT_MS = 20_000;
const SQLITE_CONSTRAINT_PRIMARYKEY = 1555;
const SQLITE_INTERRUPT = 9;
const acts = new URL('./acts.mjs', import.meta.url).href;

/** What is known of the statements of wa-sqlite's client, by their texts. */
function statementsOf(client) {
  const { clients, statements } = client.diagnostics();
  const { slot } = clients.find(({ kind }) => kind === 'wa-sqlite');
  return Object.fromEntries(statements.filter((each) => each.client === slot).map((each) => [each.text, each]));
}

/** What its one connection is at. */
function now(client) {
  const { clients, connections } = client.diagnostics();
  const { slot } = clients.find(({ kind }) => kind === 'wa-sqlite');
  const [connection] = connections.filter((each) => each.client === slot);
  return connection;
}

async function until(condition) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

for (const version of VERSIONS) {
  for (const way of ['seen', 'told']) {
    const on = (name, body) => test(`${version}, ${way}: ${name}`, within(LIMIT_MS, async (t) => {
      const all = await place(t, { version });
      if (way === 'told') followStatements(all.side.sqlite3, all.side.module);
      await body({ ...all, t });
    }));

    on('statements of their own, without their literals, and what they came to', async ({ wa, client }) => {
      await wa.run('CREATE TABLE t(a PRIMARY KEY, b) WITHOUT ROWID', "INSERT INTO t VALUES (1, 'secret')", "INSERT INTO t VALUES (2, 'other')");
      assert.equal(await wa.failure("INSERT INTO t VALUES (1, 'secret')"), 19);
      assert.deepEqual(await wa.rows('SELECT a FROM t /* secret */ ORDER BY "a"'), [[1], [2]]);
      const known = statementsOf(client);
      const read = 'SELECT a FROM t ORDER BY "a"';
      assert.deepEqual(Object.keys(known), ['CREATE TABLE t(a PRIMARY KEY, b) WITHOUT ROWID', 'INSERT INTO t VALUES (?, ?)', ...(way === 'told' ? [read] : [])]);
      const { runs, errors, lastError } = known['INSERT INTO t VALUES (?, ?)'];
      assert.deepEqual({ runs, errors, lastError }, { runs: 3, errors: 1, lastError: SQLITE_CONSTRAINT_PRIMARYKEY });
      assert.equal(known[read]?.runs, way === 'told' ? 1 : undefined, 'a short read is one that nobody asks for');
      assert.equal(now(client).statement.running, false);
    });

    on('nothing that the engine runs for itself is among them', async ({ wa, db, client }) => {
      await wa.run('CREATE TABLE t(a)', 'INSERT INTO t VALUES (1)');
      db.close();
      await wa.run('PRAGMA page_size = 8192', 'VACUUM', 'PRAGMA wal_checkpoint(TRUNCATE)', 'PRAGMA locking_mode = exclusive', 'INSERT INTO t VALUES (2)');
      assert.deepEqual(Object.keys(statementsOf(client)).filter((text) => !/^(CREATE TABLE t\(a\)|INSERT INTO t VALUES \(\?\)|VACUUM|PRAGMA .*)$/.test(text)), []);
    });

    on('who has the lock and what it has run last is told to who is refused it', async ({ wa, db }) => {
      await wa.run('CREATE TABLE t(a)', 'BEGIN IMMEDIATE', 'INSERT INTO t VALUES (7)');
      db.pragma('busy_timeout = 20');
      assert.throws(() => db.exec('INSERT INTO t VALUES (1)'), (error) => {
        assert.match(error.message, way === 'told' ? /since INSERT INTO t VALUES \(\?\); you waited/ : /since (BEGIN IMMEDIATE|INSERT INTO t VALUES \(\?\)); you waited/);
        return true;
      });
      await wa.run('ROLLBACK');
    });

    on('a statement is known while it waits, and what that came to', async ({ wa, db, client }) => {
      await wa.run('CREATE TABLE t(a)', 'PRAGMA busy_timeout = 200');
      db.exec('BEGIN IMMEDIATE');
      const granted = wa.run('UPDATE t SET a = 1');
      await until(() => now(client).statement?.running);
      assert.equal(now(client).statement.text, 'UPDATE t SET a = ?');
      db.exec('COMMIT');
      await granted;
      assert.equal(now(client).statement.running, false);
      db.exec('BEGIN IMMEDIATE');
      assert.equal(await wa.failure('DELETE FROM t'), SQLITE_BUSY);
      assert.equal(now(client).statement.running, false);
      db.exec('COMMIT');
      const { 'UPDATE t SET a = ?': update, 'DELETE FROM t': refused } = statementsOf(client);
      assert.deepEqual([update.runs, update.errors, refused.runs, refused.errors, refused.lastError & 0xff], [1, 0, 1, 1, SQLITE_BUSY]);
    });

    on('one that is left standing on a row runs until it is reset', async ({ wa, side: { sqlite3 }, client }) => {
      await wa.run('CREATE TABLE t(a)', 'INSERT INTO t VALUES (1), (2), (3)');
      for await (const statement of sqlite3.statements(wa.db, 'SELECT a FROM t')) {
        await sqlite3.step(statement);
        if (way === 'seen') await until(() => now(client).statement.running);
        assert.deepEqual([now(client).statement.text, now(client).statement.running], ['SELECT a FROM t', true]);
        await sqlite3.reset(statement);
        await until(() => !now(client).statement.running);
      }
      assert.equal(statementsOf(client)['SELECT a FROM t'].runs, 1);
    });

    on('one that waits is cancelled', async ({ wa, db, client, vfs }) => {
      await wa.run('CREATE TABLE t(a)');
      db.exec('BEGIN IMMEDIATE');
      const waiting = wa.failure('INSERT INTO t VALUES (1)');
      await until(() => now(client).statement?.text.startsWith('INSERT') && now(client).statement.running);
      const { client: slot } = now(client);
      client.cancel(slot);
      assert.equal(await waiting, SQLITE_INTERRUPT);
      assert.match(vfs.lastError.message, /`native`/);
      db.exec('COMMIT');
      await wa.run('INSERT INTO t VALUES (1)');
      const { errors, lastError, runs } = statementsOf(client)['INSERT INTO t VALUES (?)'];
      assert.deepEqual([errors, lastError & 0xff, runs], [1, SQLITE_INTERRUPT, 2]);
    });

    test(`${version}, ${way}: an endless computation of a worker is seen and cancelled, also in a transaction`, within(LIMIT_MS, async (t) => {
      const { runtime, client, wa } = await place(t, { version });
      await wa.run('CREATE TABLE t(a)');
      const worker = await thread(t, runtime, acts, { side: 'wa', version, name: 'counter' });
      const slot = client.diagnostics().clients.find(({ name }) => name === 'counter').slot;
      const connection = () => client.diagnostics().connections.find((each) => each.client === slot);
      for (const begun of [false, true]) {
        worker.start('countForGood', way === 'told', begun);
        await until(() => connection().statement?.running && /RECURSIVE/.test(connection().statement.text));
        const wished = performance.now();
        client.cancel(slot);
        assert.deepEqual(await worker.result(), { code: SQLITE_INTERRUPT, isNamed: true });
        t.diagnostic(`ended after ${(performance.now() - wished).toFixed(1)} ms`);
      }
    }));
  }

  test(`${version}, seen: what a transaction of several statements began to read with`, within(LIMIT_MS, async (t) => {
    const { wa, client } = await place(t, { version });
    await wa.run('CREATE TABLE t(a)', 'BEGIN', 'SELECT a FROM t', 'SELECT a + 1 FROM t');
    assert.deepEqual([now(client).statement.text, now(client).statement.running], ['SELECT a FROM t', false]);
    await wa.run('COMMIT');
  }));

  for (const way of ['seen', 'told']) {
    test(`${version}, ${way}: where nobody wants to know of statements none is known, and afterwards all are`, within(LIMIT_MS, async (t) => {
      const { wa, client, side } = await place(t, { version });
      if (way === 'told') followStatements(side.sqlite3, side.module);
      await wa.run('CREATE TABLE t(a)');
      client.setStatements('off');
      await wa.run('INSERT INTO t VALUES (1)', 'BEGIN', 'SELECT a FROM t', 'COMMIT');
      client.setStatements('on');
      await wa.run('DELETE FROM t');
      assert.deepEqual(Object.keys(statementsOf(client)), ['CREATE TABLE t(a)', 'DELETE FROM t']);
    }));
  }

  test(`${version}, told: statements of a transaction, their rows, and how many are open`, within(LIMIT_MS, async (t) => {
    const { wa, client, side } = await place(t, { version });
    followStatements(side.sqlite3, side.module);
    followStatements(side.sqlite3, side.module);
    await wa.run('CREATE TABLE t(a)', 'BEGIN', 'INSERT INTO t VALUES (1), (2), (3)', 'INSERT INTO t VALUES (4), (5), (6)', 'SELECT a FROM t', 'SELECT a FROM t WHERE a > 4', 'COMMIT');
    const known = statementsOf(client);
    assert.deepEqual(Object.values(known).map(({ text, runs, rows, errors }) => [text, runs, rows, errors]), [
      ['CREATE TABLE t(a)', 1, 0, 0], ['BEGIN', 1, 0, 0], ['INSERT INTO t VALUES (?), (?), (?)', 2, 0, 0], ['SELECT a FROM t', 1, 6, 0],
      ['SELECT a FROM t WHERE a > ?', 1, 2, 0], ['COMMIT', 1, 0, 0],
    ]);
  }));
}

test('the API and the module that are followed are checked', async () => {
  const { module, sqlite3 } = await loadWaSqlite();
  assert.throws(() => followStatements(undefined, module), { name: 'MisuseError', message: /followStatements\(\) was given undefined as the API/ });
  assert.throws(() => followStatements(sqlite3, {}), { name: 'MisuseError', message: /as the module: give what/ });
});
