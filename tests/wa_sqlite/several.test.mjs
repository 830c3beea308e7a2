// One transaction over several databases, of which one has no room for it: all of it is there, or nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SQLITE_FULL, VERSIONS, checkSound, place } from './open.mjs';

const KIB = 1024;
const SMALL_LOG = { initialWriteAheadCapacityBytes: 64 * KIB, maxWriteAheadCapacityBytes: 512 * KIB };
const SMALL_DATABASE = { initialDatabaseCapacityBytes: 64 * KIB, maxDatabaseCapacityBytes: 256 * KIB };
const counts = (...databases) => databases.map((db) => db.prepare('SELECT count(*) FROM t').pluck().get());

for (const version of VERSIONS) {
  for (const mode of ['delete', 'persist', 'memory', 'off']) {
    for (const [what, options] of [['log', SMALL_LOG], ['database', SMALL_DATABASE]]) {
      for (const full of ['main', 'second']) {
        test(`${version}: journal_mode=${mode}: the ${what} of ${full} is full`, async (t) => {
          const { wa, db, openGlasswal, vfs } = await place(t, { version, ...options });
          await wa.run("ATTACH '/second.sqlite' AS second", `PRAGMA main.journal_mode=${mode}`, `PRAGMA second.journal_mode=${mode}`,
            'PRAGMA main.cache_size=-20000', 'PRAGMA second.cache_size=-20000', 'CREATE TABLE main.t(a)', 'CREATE TABLE second.t(a)');
          const second = openGlasswal('/second.sqlite');
          const other = full === 'main' ? 'second' : 'main';
          for (let i = 0; i < 3; ++i) {
            await wa.run('BEGIN', `INSERT INTO ${other}.t VALUES (1)`, `INSERT INTO ${full}.t VALUES (zeroblob(2000000))`);
            vfs.lastError = null;
            assert.equal(await wa.failure('COMMIT'), SQLITE_FULL);
            assert.match(vfs.lastError.message, /capacity exceeded/);
            if (wa.sqlite3.get_autocommit(wa.db) === 0) await wa.run('ROLLBACK');
            assert.deepEqual(counts(db, second), [i, i]);
            await wa.run('BEGIN', 'INSERT INTO main.t VALUES (1)', 'INSERT INTO second.t VALUES (1)', 'COMMIT');
            assert.deepEqual(counts(db, second), [i + 1, i + 1]);
          }
          await checkSound(assert, wa, db);
          await checkSound(assert, wa, second);
        });
      }
    }
  }

  test(`${version}: as much as there is room for, to the last page`, async (t) => {
    const { wa, db, openGlasswal } = await place(t, { version, ...SMALL_LOG });
    await wa.run("ATTACH '/second.sqlite' AS second", 'PRAGMA second.wal_autocheckpoint=0', 'CREATE TABLE main.t(a)', 'CREATE TABLE second.t(a)');
    const second = openGlasswal('/second.sqlite');
    // A reader keeps the log from beginning anew, which then fills by a page or two at a time.
    second.exec('BEGIN');
    let [, committed] = counts(db, second);
    for (;;) {
      const code = await wa.failure('BEGIN; INSERT INTO main.t VALUES (1); INSERT INTO second.t VALUES (zeroblob(3000)); COMMIT');
      if (code !== undefined) {
        assert.equal(code, SQLITE_FULL);
        break;
      }
      committed += 1;
    }
    if (wa.sqlite3.get_autocommit(wa.db) === 0) await wa.run('ROLLBACK');
    second.exec('COMMIT');
    assert.ok(committed > 10);
    assert.deepEqual(counts(db, second), [committed, committed]);
    await checkSound(assert, wa, second);
  });
}
