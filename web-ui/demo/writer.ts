// A writer worker: loads batches of cities, one transaction each.
import type { Source } from './messages.js';
import { startWorker } from './work_loop.js';

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
  const next = db.prepare('SELECT id, first, rows, pass FROM batch ORDER BY pass, id LIMIT 1');
  const clear = db.prepare('DELETE FROM city WHERE id > ? AND id <= ?');
  const insert = db.prepare('INSERT INTO city VALUES (?, ?, ?, ?, ?)');
  const mark = db.prepare('UPDATE batch SET pass = pass + 1 WHERE id = ?');

  const load = db.transaction(() => {
    const batch = next.get() as { id: number; first: number; rows: number; pass: number };
    if (batch.pass > 0) clear.run(batch.first, batch.first + batch.rows);
    let id = batch.first;
    for (const [name, country, lat, lng] of readBatch(source, batch.id)) {
      insert.run(++id, name, country, Number(lat), Number(lng));
    }
    mark.run(batch.id);
    return batch;
  });

  return {
    step() {
      const batch = load.immediate();
      totals.rows += batch.rows;
      totals.commits++;
      return `loaded batch ${batch.id}`;
    },
  };
});
