// Databases that are removed after use never fill the region; one that is open stays.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GlasswalError, place } from './open.mjs';

const throws = (run, code, words) =>
  assert.throws(run, (error) => error instanceof GlasswalError && error.code === code && error.message.includes(words));

test('a database that nobody has open can be removed', async (t) => {
  const { client, open } = await place(t);
  const paths = () => client.diagnostics().files.map((file) => file.path);
  throws(() => client.remove('/gone.sqlite'), 'NOT_FOUND', '/gone.sqlite');
  throws(() => client.remove('/'), 'OPTION', 'names no file');
  const db = open({ path: 'gone.sqlite' });
  db.exec('CREATE TABLE t(x); INSERT INTO t VALUES (1)');
  throws(() => client.remove('gone.sqlite'), 'BUSY',
    '/gone.sqlite cannot be removed while `tester` has it open: close it there first');
  assert.equal(client.files().find(({ path }) => path === '/gone.sqlite').openClients, 1);
  db.close();
  assert.deepEqual(paths(), ['/gone.sqlite']);
  const [{ sizeBytes, ...gone }, ...others] = client.files();
  assert.deepEqual([gone, others], [{ path: '/gone.sqlite', openClients: 0 }, []]);
  assert.ok(sizeBytes > 0);
  client.remove('gone.sqlite');
  assert.deepEqual(paths(), []);
  assert.equal(open({ path: 'gone.sqlite' }).prepare('SELECT count(*) AS n FROM sqlite_schema').get().n, 0);
});

test('two thousand databases, one after the other', async (t) => {
  const { client, open } = await place(t);
  for (let i = 0; i < 2000; i++) {
    open({ path: `/session-${i}` }).close();
    client.remove(`/session-${i}`);
  }
  assert.equal(client.diagnostics().files.length, 0);
});
