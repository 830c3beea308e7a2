// A writer worker: loads batches of cities, one transaction each.
//
// Whenever it yields to its event loop it is in the middle of a transaction: that is where a terminate() strikes, since
// browsers let a worker finish the turn that it is in. So a kill leaves the write lock held and half a batch written,
// which is what there is to recover from.
import type { Source } from './messages.js';
import { startWorker } from './work_loop.js';

const CHECKPOINT_EVERY = 40;

interface Batch {
  readonly id: number;
  readonly first: number;
  readonly rows: number;
  readonly pass: number;
}

/** A batch whose transaction is open. */
interface OpenBatch extends Batch {
  readonly lines: Line[];
  inserted: number;
}

type Line = [name: string, country: string, lat: string, lng: string];

/** The rows of a batch, one a line with tabs between. */
function readBatch(source: Source, batch: number): Line[] {
  const begin = source.offsets[batch] ?? 0;
  const end = source.offsets[batch + 1] ?? begin;
  // A decoder does not take shared memory, so it is given a copy.
  const copy = new Uint8Array(source.bytes, begin, end - begin).slice();
  return new TextDecoder().decode(copy).split('\n').map((line) => line.split('\t') as Line);
}

startWorker((db, source, totals) => {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const next = db.prepare<Batch>('SELECT id, first, rows, pass FROM batch ORDER BY pass, id LIMIT 1');
  const clear = db.prepare('DELETE FROM city WHERE id > ? AND id <= ?');
  const insert = db.prepare('INSERT INTO city VALUES (?, ?, ?, ?, ?)');
  const mark = db.prepare('UPDATE batch SET pass = pass + 1 WHERE id = ?');
  let open: OpenBatch | undefined;

  function insertUntil(batch: OpenBatch, end: number): void {
    for (; batch.inserted < end; batch.inserted++) {
      const [name, country, lat, lng] = batch.lines[batch.inserted]!;
      insert.run(batch.first + batch.inserted + 1, name, country, Number(lat), Number(lng));
    }
  }

  /** The first half of a transaction. */
  function start(): OpenBatch {
    begin.run();
    const batch = next.get()!;
    if (batch.pass > 0) clear.run(batch.first, batch.first + batch.rows);
    const started = { ...batch, lines: readBatch(source, batch.id), inserted: 0 };
    insertUntil(started, batch.rows >> 1);
    return started;
  }

  /** The second half. */
  function finish(batch: OpenBatch): void {
    insertUntil(batch, batch.rows);
    mark.run(batch.id);
    commit.run();
    totals.rows += batch.rows;
    totals.commits++;
    // Readers that never pause keep the log from starting again by itself; this waits for a moment without them.
    if (totals.commits % CHECKPOINT_EVERY === 0) db.checkpoint('truncate');
  }

  function rest(): void {
    if (open !== undefined) finish(open);
    open = undefined;
  }

  return {
    step() {
      rest();
      open = start();
      return `loading batch ${open.id}`;
    },
    rest,
  };
});
