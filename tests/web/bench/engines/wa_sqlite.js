// @journeyapps/wa-sqlite through its own API, in its synchronous build, with `:memory:`, with its MemoryVFS or with glasswal's VFS.
import { SCHEMA, SQL } from '../workloads.js';

const PACKAGE = '/npm/@journeyapps/wa-sqlite/';

async function load() {
  const [{ default: factory }, api, { MemoryVFS }] = await Promise.all([
    import(`${PACKAGE}dist/wa-sqlite.mjs`),
    import(`${PACKAGE}src/sqlite-api.js`),
    import(`${PACKAGE}src/examples/MemoryVFS.js`),
  ]);
  const module = await factory();
  return { module, api, MemoryVFS, sqlite3: api.Factory(module) };
}

async function prepare(sqlite3, db, sql) {
  for await (const statement of sqlite3.statements(db, sql, { unscoped: true })) return statement;
}

async function engineOver({ api, sqlite3 }, db, schema = SCHEMA) {
  await sqlite3.exec(db, schema);
  const append = await prepare(sqlite3, db, SQL.append);
  const insert = await prepare(sqlite3, db, SQL.insert);
  const point = await prepare(sqlite3, db, SQL.point);
  const all = await prepare(sqlite3, db, SQL.all);

  async function run(statement, values) {
    sqlite3.bind_collection(statement, values);
    await sqlite3.step(statement);
    await sqlite3.reset(statement);
  }

  return {
    async appendEach(count) {
      for (let i = 0; i < count; i++) await run(append, [`value ${i}`]);
    },
    async insertAll(rows) {
      await sqlite3.exec(db, 'BEGIN');
      for (const row of rows) await run(insert, row);
      await sqlite3.exec(db, 'COMMIT');
    },
    async readEach(ids) {
      let found = 0;
      for (const id of ids) {
        sqlite3.bind(point, 1, id);
        if ((await sqlite3.step(point)) === api.SQLITE_ROW && sqlite3.row(point)[0] !== null) found++;
        await sqlite3.reset(point);
      }
      return found;
    },
    async readAll() {
      const names = sqlite3.column_names(all);
      const rows = [];
      while ((await sqlite3.step(all)) === api.SQLITE_ROW) {
        const values = sqlite3.row(all);
        const row = {};
        for (let i = 0; i < names.length; i++) row[names[i]] = values[i];
        rows.push(row);
      }
      await sqlite3.reset(all);
      return rows;
    },
    query: (sql) => sqlite3.exec(db, sql, () => {}),
  };
}

/** A database of glasswal's: the first worker makes the runtime, another one is given it. */
async function openShared(loaded, given) {
  const { createMemoryWriteAheadSharedRuntime, MemoryWriteAheadVFS } = await import('/glasswal/adapters/wa_sqlite.js');
  const { sqlite3, module } = loaded;
  const runtime = given ?? createMemoryWriteAheadSharedRuntime('/bench.sqlite');
  sqlite3.vfs_register(await MemoryWriteAheadVFS.create('bench', module, runtime), true);
  const db = await sqlite3.open_v2('/bench.sqlite');
  const engine = await engineOver(loaded, db, given === undefined ? SCHEMA : 'SELECT 1');
  return { ...engine, runtime };
}

export async function open(flavour, given) {
  const loaded = await load();
  const { sqlite3, MemoryVFS, module } = loaded;
  if (flavour === ':memory:') return engineOver(loaded, await sqlite3.open_v2(':memory:'));
  if (flavour === 'glasswal') return openShared(loaded, given);
  sqlite3.vfs_register(await MemoryVFS.create('bench', module), true);
  return engineOver(loaded, await sqlite3.open_v2('bench.db'));
}
