// Gives each test a runtime of its own, from the package as it was built into wasm/dist.
import { createRuntime } from '../../../wasm/dist/index.js';

export { GlasswalError, SqliteError, connect, serve } from '../../../wasm/dist/index.js';

const SMALL = { capacityBytes: 256 * 1024 * 1024, maxDatabaseCapacityBytes: 96 * 1024 * 1024, maxWriteAheadCapacityBytes: 96 * 1024 * 1024 };

/**
 * A place for databases: `open({path, ...options})` opens another connection, `holder` is the client's name, and
 * `commits()` counts what the client was told of. All is closed after the test.
 */
export async function place(t, options = {}) {
  const runtime = await createRuntime('/api.sqlite', { ...SMALL, name: 'tester', ...options });
  const { client } = runtime;
  let commits = 0;
  // Commits reach other clients through the memory; what the database tells its own client is seen here.
  client.afterCommit = () => commits++;
  t.after(() => runtime.close());
  const open = ({ path = '/api.sqlite', ...rest } = {}) => client.open(path, rest);
  return { runtime, client, holder: 'tester', commits: () => commits, open };
}

/** A database in a runtime of its own. */
export async function database(t, options) {
  return (await place(t)).open(options);
}
