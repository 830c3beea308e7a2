// Gives each test a runtime of its own, from the package as it was built into wasm/dist.
import { createRuntime } from '../../../wasm/dist/index.js';

export { GlasswalError, MisuseError, SqliteError, connect, serve } from '../../../wasm/dist/index.js';

const SMALL = { capacityBytes: 256 * 1024 * 1024, maxDatabaseCapacityBytes: 96 * 1024 * 1024, maxWriteAheadCapacityBytes: 96 * 1024 * 1024 };

/**
 * A place for databases: `open({path, ...options})` opens another connection, and `holder` is the client's name. All is
 * closed after the test.
 */
export async function place(t, options = {}) {
  const runtime = await createRuntime('/api.sqlite', { ...SMALL, name: 'tester', ...options });
  const { client } = runtime;
  t.after(() => runtime.close());
  const open = ({ path = '/api.sqlite', ...rest } = {}) => client.open(path, rest);
  return { runtime, client, holder: 'tester', open };
}

/** A database in a runtime of its own. */
export async function database(t, options) {
  return (await place(t)).open(options);
}
