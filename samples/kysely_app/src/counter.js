// The worker that counts the words of each note, as soon as somebody has committed one.
import { join } from 'glasswal';

import { kyselyOver, migrate } from './database.js';

const wordsIn = (text) => text.split(/\s+/).filter((word) => word !== '').length;

self.addEventListener('message', async ({ data: { runtime } }) => {
  const client = await join(runtime, { name: 'counter' });
  const db = kyselyOver(client.open());
  await migrate(db);

  const countNew = () => db.transaction().execute(async (trx) => {
    const notes = await trx.selectFrom('note').leftJoin('count', 'count.note_id', 'note.id').where('words', 'is', null).select(['note.id', 'text']).execute();
    if (notes.length !== 0) await trx.insertInto('count').values(notes.map(({ id, text }) => ({ note_id: id, words: wordsIn(text) }))).execute();
  });
  client.onCommit(countNew);
  await countNew();
});
