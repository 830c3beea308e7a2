// Transactions of several workers on one copy of the bytes: what is seen, and when.
import assert from 'node:assert/strict';

import { inEachBrowser } from './suite.mjs';

const SIGNALLED_COMMITS = 100_000;

async function withTable(stand, ddl = 'CREATE TABLE t(v INTEGER)') {
  const stage = await stand.stage();
  await stage.createRuntime();
  const writer = await stage.actor('writer');
  await writer.exec(ddl);
  return { stage, writer };
}

inEachBrowser((it) => {
  it('promises 2 and 4: three workers add 20 rows each, to one copy of the bytes', async (stand) => {
    const { stage, writer } = await withTable(stand);
    const others = [await stage.actor('second'), await stage.actor('third')];
    const add = ({ db }, from) => {
      const insert = db.prepare('INSERT INTO t VALUES (?)');
      for (let i = 0; i < 20; i++) insert.run(from + i);
    };
    await Promise.all([writer, ...others].map((actor, i) => actor.run(add, i * 20)));
    for (const actor of [writer, ...others]) {
      assert.deepEqual(await actor.all('SELECT count(*) AS n, count(DISTINCT v) AS d FROM t'), [{ n: 60, d: 60 }]);
    }
    const { files } = await stage.diagnostics();
    const databases = files.filter((file) => file.kind === 'database');
    assert.equal(databases.length, 1);
    assert.equal(databases[0].openers.length, 3);
  });

  it('promise 3: a snapshot stands still while another worker commits and checkpoints', async (stand) => {
    const { stage, writer } = await withTable(stand);
    await writer.exec('INSERT INTO t VALUES (1)');
    const reader = await stage.actor('reader');
    await reader.exec('BEGIN; SELECT * FROM t');
    assert.equal(await reader.one('SELECT count(*) FROM t'), 1);
    await writer.run(({ db }) => {
      for (let i = 0; i < 500; i++) db.exec('INSERT INTO t VALUES (2)');
      db.exec('PRAGMA wal_checkpoint(PASSIVE)');
    });
    assert.equal(await reader.one('SELECT count(*) FROM t'), 1, 'inside the transaction');
    await reader.exec('COMMIT');
    assert.equal(await reader.one('SELECT count(*) FROM t'), 501, 'after it');
  });

  it('promise 3: a rollback and a savepoint leave nothing behind', async (stand) => {
    const { stage, writer } = await withTable(stand);
    await writer.exec('BEGIN; INSERT INTO t VALUES (1); ROLLBACK');
    await writer.exec('BEGIN; INSERT INTO t VALUES (2); SAVEPOINT s; INSERT INTO t VALUES (3); ROLLBACK TO s; COMMIT');
    const reader = await stage.actor('reader');
    assert.deepEqual(await reader.all('SELECT v FROM t'), [{ v: 2 }]);
  });

  it('promise 5: a query is a plain call: no message, no promise', async (stand) => {
    const { writer } = await withTable(stand);
    const seen = await writer.run(({ db }) => {
      const post = self.postMessage;
      let messages = 0;
      self.postMessage = (...all) => {
        messages++;
        return post.apply(self, all);
      };
      const insert = db.prepare('INSERT INTO t VALUES (?)');
      for (let i = 0; i < 100; i++) insert.run(i);
      const sum = db.prepare('SELECT sum(v) AS sum FROM t').get().sum;
      self.postMessage = post;
      return { messages, sum };
    });
    assert.deepEqual(seen, { messages: 0, sum: 4950 });
  });

  it(`fault W1: no read is stale in ${SIGNALLED_COMMITS.toLocaleString('en')} commits that were signalled`, async (stand) => {
    const { stage, writer } = await withTable(stand, 'CREATE TABLE t(v INTEGER); INSERT INTO t VALUES (0)');
    const reader = await stage.actor('reader');
    // The reader never yields to its event loop: what it sees comes through the memory alone.
    const reading = reader.run(({ db, signals }, last) => {
      const read = db.prepare('SELECT v FROM t').pluck();
      let stale = 0;
      let reads = 0;
      for (let seen = 0; seen < last; reads++) {
        while (Atomics.load(signals, 0) === seen) Atomics.wait(signals, 0, seen);
        seen = Atomics.load(signals, 0);
        if (read.get() < seen) stale++;
        Atomics.store(signals, 1, seen);
        Atomics.notify(signals, 1);
      }
      return { stale, reads };
    }, SIGNALLED_COMMITS);
    await writer.run(({ db, signals }, last) => {
      const write = db.prepare('UPDATE t SET v = ?');
      for (let i = 1; i <= last; i++) {
        write.run(i);
        Atomics.store(signals, 0, i);
        Atomics.notify(signals, 0);
        // A wait may end by a notification that was meant for the one before it.
        while (Atomics.load(signals, 1) === i - 1) Atomics.wait(signals, 1, i - 1);
      }
    }, SIGNALLED_COMMITS);
    const { stale, reads } = await reading;
    assert.equal(stale, 0);
    assert.equal(reads, SIGNALLED_COMMITS, 'each commit was read once');
  });

  it('promise 14: journal_mode is WAL, and says so', async (stand) => {
    const { writer } = await withTable(stand);
    assert.equal(await writer.one('PRAGMA journal_mode'), 'wal');
    assert.equal(await writer.one('PRAGMA journal_mode=WAL'), 'wal');
    assert.equal(await writer.one('PRAGMA journal_mode=DELETE'), 'delete');
    assert.equal(await writer.one('PRAGMA journal_mode=WAL'), 'wal');
  });

  it('fault W7: BEGIN; SELECT; INSERT; COMMIT works', async (stand) => {
    const { writer } = await withTable(stand);
    await writer.exec('BEGIN; SELECT count(*) FROM t; INSERT INTO t VALUES (7); COMMIT');
    assert.equal(await writer.one('SELECT v FROM t'), 7);
  });

  it('fault W8: CREATE TABLE may be the first statement after open', async (stand) => {
    const stage = await stand.stage();
    await stage.createRuntime();
    const first = await stage.actor('first');
    await first.exec('CREATE TABLE t(v)');
    const second = await stage.actor('second');
    await second.exec('CREATE TABLE u(v)');
    assert.equal(await first.one('SELECT count(*) FROM sqlite_schema'), 2);
  });

  it('fault W9: ATTACH, VACUUM INTO and the three columns of wal_checkpoint', async (stand) => {
    const { stage, writer } = await withTable(stand);
    await writer.exec("INSERT INTO t VALUES (9); ATTACH '/other.sqlite' AS other; CREATE TABLE other.u(v)");
    await writer.exec("INSERT INTO other.u SELECT v FROM t; VACUUM INTO '/copy.sqlite'");
    const reader = await stage.actor('reader');
    await reader.exec("ATTACH '/other.sqlite' AS other; ATTACH '/copy.sqlite' AS copy");
    assert.deepEqual(await reader.all('SELECT u.v AS u, t.v AS t FROM other.u AS u, copy.t AS t'), [{ u: 9, t: 9 }]);
    const [row] = await writer.all('PRAGMA main.wal_checkpoint');
    assert.deepEqual(Object.keys(row), ['busy', 'log', 'checkpointed']);
    assert.equal(row.busy, 0);
    assert.equal(row.log, row.checkpointed);
  });
});
