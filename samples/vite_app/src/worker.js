// The worker that writes. The first message is the runtime, each later one a note.
import { join } from 'glasswal';

let opening;

async function open(runtime) {
  const client = await join(runtime, { name: 'writer' });
  return client.open({ busyTimeout: 2000 }).prepare('INSERT INTO note(text) VALUES (?)');
}

self.onmessage = async ({ data: { runtime, text } }) => {
  opening ??= open(runtime);
  const insert = await opening;
  if (text === undefined) return;
  insert.run(text);
  self.postMessage('committed');
};
