// What else a connection does while one of its statements waits for a lock; and waits that could never end.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { within } from '../tools/limit.mjs';
import { SQLITE_BUSY, VERSIONS, checkSound, place } from './open.mjs';

const LIMIT_MS = 20_000;
const count = (db) => db.prepare('SELECT count(*) FROM t').pluck().get();
const held = (client) => client.diagnostics().locks.filter(({ name, holders }) => /^(WRITE|READ[1-9])/.test(name) && holders.length > 0).map(({ name }) => name);

for (const version of VERSIONS) {
  const on = (name, body) => test(`${version}: ${name}`, within(LIMIT_MS, async (t) => {
    const all = await place(t, { version });
    await all.wa.run('CREATE TABLE t(a)', 'INSERT INTO t VALUES (0)');
    all.wa.reopen = () => all.openWa();
    await body(all);
  }));

  on('what a connection reads while one of its statements waits comes after that', async ({ wa, db, client }) => {
    for (let i = 1; i <= 20; ++i) {
      db.exec('BEGIN IMMEDIATE; INSERT INTO t VALUES (1)');
      const waiting = wa.run('INSERT INTO t VALUES (2)');
      const reads = [1, 2, 3].map(() => wa.value('SELECT count(*) FROM t'));
      await new Promise((resolve) => setTimeout(resolve, i % 5));
      reads.push(wa.value('SELECT count(*) FROM t'));
      db.exec('COMMIT');
      assert.deepEqual(await Promise.all(reads), Array(4).fill(2 * i + 1));
      await waiting;
      assert.equal(count(db), 2 * i + 1);
      assert.deepEqual(held(client), [], 'nothing is left locked');
    }
    await checkSound(assert, wa, db);
  });

  on('a wait that ends well is no refusal to anybody', async ({ wa, db, client }) => {
    const refusals = () => client.events(0, 4000).events.filter(({ kind }) => kind === 'lock.refused').length;
    const before = refusals();
    db.exec('BEGIN IMMEDIATE; INSERT INTO t VALUES (1)');
    const waiting = wa.run('INSERT INTO t VALUES (2)');
    await new Promise((resolve) => setTimeout(resolve, 100));
    db.exec('COMMIT');
    await waiting;
    assert.equal(refusals(), before);
    await wa.run('PRAGMA busy_timeout=30');
    db.exec('BEGIN IMMEDIATE');
    assert.equal(await wa.failure('INSERT INTO t VALUES (2)'), SQLITE_BUSY);
    db.exec('COMMIT');
    assert.equal(refusals(), before + 1);
  });

  on('a connection reads on when the statement that waits is refused', async ({ wa, db, client }) => {
    await wa.run('PRAGMA busy_timeout=50');
    db.exec('BEGIN IMMEDIATE; INSERT INTO t VALUES (1)');
    const waiting = wa.failure('INSERT INTO t VALUES (2)');
    assert.equal(await wa.value('SELECT count(*) FROM t'), 1);
    assert.equal(await waiting, SQLITE_BUSY);
    db.exec('COMMIT');
    assert.equal(await wa.value('SELECT count(*) FROM t'), 2);
    assert.deepEqual(held(client), []);
  });

  on('a statement that waits, and a connection that reads before the other one commits', async ({ wa, db, client }) => {
    // In the same thread nobody could commit if the SELECT waited as well.
    db.exec('BEGIN IMMEDIATE; INSERT INTO t VALUES (1)');
    const waiting = wa.failure('INSERT INTO t VALUES (2)');
    assert.equal(await wa.value('SELECT count(*) FROM t'), 1);
    assert.equal(await wa.value('SELECT max(a) FROM t'), 0);
    db.exec('ROLLBACK');
    assert.equal(await waiting, undefined, 'nothing has changed since');
    assert.equal(count(db), 2);
    db.exec('BEGIN IMMEDIATE; INSERT INTO t VALUES (1)');
    const late = wa.failure('INSERT INTO t VALUES (3)');
    assert.equal(await wa.value('SELECT count(*) FROM t'), 2);
    db.exec('COMMIT');
    assert.equal(await late, SQLITE_BUSY);
    assert.match(wa.vfs.lastError.message, /others have committed/);
    assert.deepEqual(held(client), []);
    assert.equal(await wa.value('SELECT count(*) FROM t'), 3);
    await wa.run('INSERT INTO t VALUES (3)');
    assert.equal(count(db), 4);
  });

  on('what waits goes on waiting when a reader of the connection has to wait as well', async ({ wa, db }) => {
    await wa.close();
    db.exec('PRAGMA journal_mode = DELETE');
    const again = await wa.reopen();
    for (let i = 0; i < 5; ++i) {
      db.exec('BEGIN EXCLUSIVE');
      const waiting = again.failure(`INSERT INTO t VALUES (${i})`);
      await new Promise((resolve) => setTimeout(resolve, 250));
      const reading = again.value('SELECT count(*) FROM t');
      await new Promise((resolve) => setTimeout(resolve, 20));
      db.exec('COMMIT');
      assert.equal(await waiting, undefined);
      assert.equal(await reading, 2 + i);
    }
  });

  on('a SELECT that is open while a statement comes to write keeps its snapshot', async ({ wa, db, client }) => {
    const { sqlite3 } = wa;
    for await (const statement of sqlite3.statements(wa.db, 'SELECT a FROM t UNION ALL SELECT a + 10 FROM t')) {
      await sqlite3.step(statement);
      db.exec('BEGIN IMMEDIATE; INSERT INTO t VALUES (1)');
      assert.equal(await wa.failure('INSERT INTO t VALUES (2)'), SQLITE_BUSY);
      assert.match(wa.vfs.lastError.message, /`native` has held WRITE/);
      db.exec('COMMIT');
      assert.equal(await wa.failure('INSERT INTO t VALUES (2)'), SQLITE_BUSY);
      assert.match(wa.vfs.lastError.message, /others have committed/);
      await sqlite3.step(statement);
      assert.equal(sqlite3.column(statement, 0), 10);
      assert.notEqual(await sqlite3.step(statement), 100, "the other one's row was not there when it began");
    }
    await wa.run('INSERT INTO t VALUES (2)');
    assert.equal(count(db), 3);
    assert.deepEqual(held(client), []);
  });

  on('several statements of a connection wait for the same lock', async ({ wa, db, client }) => {
    for (let i = 1; i <= 10; ++i) {
      db.exec('BEGIN IMMEDIATE');
      const waiting = [1, 2, 3].map((value) => wa.run(`INSERT INTO t VALUES (${value})`));
      waiting.push(wa.value('SELECT count(*) FROM t'));
      db.exec('COMMIT');
      await Promise.all(waiting);
      assert.equal(count(db), 1 + 3 * i);
    }
    await wa.run('PRAGMA busy_timeout=50');
    db.exec('BEGIN IMMEDIATE');
    assert.deepEqual(await Promise.all([1, 2, 3].map((value) => wa.failure(`INSERT INTO t VALUES (${value})`))), [SQLITE_BUSY, SQLITE_BUSY, SQLITE_BUSY]);
    db.exec('COMMIT');
    assert.deepEqual(held(client), []);
    await wa.run('INSERT INTO t VALUES (4)');
    assert.equal(count(db), 32);
  });

  on('who waits with an old snapshot of its own is refused in time', async ({ wa, db }) => {
    await wa.run('BEGIN');
    assert.equal(await wa.value('SELECT count(*) FROM t'), 1);
    db.exec('BEGIN IMMEDIATE; INSERT INTO t VALUES (1); COMMIT');
    assert.equal(await wa.failure('INSERT INTO t VALUES (2)'), SQLITE_BUSY);
    assert.match(wa.vfs.lastError.message, /others have committed/);
    await wa.run('ROLLBACK', 'INSERT INTO t VALUES (2)');
    assert.equal(count(db), 3);
  });

  on('a database that is attached twice is written to by one name, and the other is refused with a sentence', async ({ wa, db, runtime }) => {
    await wa.run(`ATTACH '${runtime.path}' AS again`, 'BEGIN', 'INSERT INTO t VALUES (1)');
    assert.equal(await wa.failure('INSERT INTO again.t VALUES (2)'), SQLITE_BUSY);
    assert.match(wa.vfs.lastError.message, /write by one name to a database that is attached twice/);
    assert.equal(await wa.value('SELECT count(*) FROM again.t'), 1);
    await wa.run('COMMIT');
    assert.equal(count(db), 2);
    assert.equal(await wa.value('SELECT count(*) FROM again.t'), 2);
  });
}
