// The worker that answers the page, with a connection that is the page's own: its transactions are nobody else's.
import { join, serve } from 'glasswal';

self.addEventListener('message', async ({ data: { runtime } }) => {
  if (runtime === undefined) return;
  const client = await join(runtime, { name: 'server' });
  serve(client.open(), self);
});
