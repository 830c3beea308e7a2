// A worker that is going to be killed: it does one kind of work until then.
//
// A row of `kept` is (lane, epoch, n). After each acknowledged commit the worker counts up its lane's number in `acked`,
// which outlives it: whoever looks afterwards finds that many rows, or one more that was committed and not counted yet.
import { join } from '/glasswal/index.js';

let db;
let insert;
let work;

function commitOne() {
  work.n += 1;
  insert.run(work.lane, work.epoch, work.n);
  Atomics.add(work.acked, work.lane, 1);
}

const modes = {
  /** Sits in its event loop. */
  idle() {
    for (let i = 0; i < 5; i++) commitOne();
  },
  /** Commits as fast as it can. */
  write() {
    for (;;) commitOne();
  },
  /** A statement without end. */
  statement() {
    commitOne();
    postMessage('at work');
    db.prepare('WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT count(*) FROM c').get();
  },
  /** Is refused the lock, or waits for it, most of the time: the other lanes want it too. */
  wait() {
    postMessage('at work');
    for (;;) {
      db.exec('BEGIN IMMEDIATE');
      db.exec("UPDATE scratch SET v = v + 1; COMMIT");
    }
  },
  /** In the middle of a transaction that is never to be seen, asleep. */
  hold() {
    commitOne();
    db.exec('BEGIN IMMEDIATE');
    for (let i = 0; i < 200; i++) insert.run(work.lane, -1, i);
    postMessage('at work');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
  /** Makes files, the log and its own heap grow. */
  grow() {
    const grow = db.prepare('REPLACE INTO bulk VALUES (?, zeroblob(?))');
    postMessage('at work');
    for (let bytes = 100_000; ; bytes = (bytes * 3) % 3_000_000) {
      db.transaction(() => {
        grow.run(work.lane, bytes);
        db.prepare('SELECT group_concat(hex(zeroblob(5000))) FROM bulk').get();
      }).immediate();
    }
  },
};

async function live(data) {
  work = { ...data, n: 0 };
  if (work.mode === 'join') postMessage('at work');
  const client = await join(data.runtime, { name: `victim-${data.lane}` });
  if (work.mode === 'join') return;
  db = client.open({ busyTimeout: 60_000 });
  insert = db.prepare('INSERT INTO kept VALUES (?, ?, ?)');
  modes[work.mode]();
  postMessage('at work');
}

onmessage = ({ data }) => {
  live(data).catch((error) => postMessage({ failure: String(error) }));
};
