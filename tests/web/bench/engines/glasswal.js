// glasswal through its own API: the shared database of a runtime, or a private `:memory:` of the same build.
import { SCHEMA, SQL } from '../workloads.js';

const PACKAGE = '/glasswal/index.js';
const LATER_JOINS = 5;

/** How long joining takes a worker that has joined before: the best of some. */
async function laterJoinMs(join, runtime) {
  const times = [];
  for (let i = 0; i < LATER_JOINS; i++) {
    const started = performance.now();
    const client = await join(runtime, { name: `later-${i}` });
    times.push(performance.now() - started);
    client.close();
  }
  return Math.min(...times);
}

/** The first worker makes the runtime, and is a client of it; another is given it, joins, and finds the tables there. */
async function enter({ createRuntime, join }, given) {
  if (given === undefined) {
    const runtime = await createRuntime('/bench.sqlite');
    return { runtime, client: runtime.client };
  }
  const started = performance.now();
  const client = await join(given, { name: 'beside' });
  const joinMs = performance.now() - started;
  return { runtime: given, client, joinMs, joinLaterMs: await laterJoinMs(join, given) };
}

export async function open(flavour, given) {
  const { runtime, client, joinMs, joinLaterMs } = await enter(await import(PACKAGE), given);
  const db = flavour === ':memory:' ? client.open(':memory:') : client.open();
  if (given === undefined) db.exec(SCHEMA);
  const append = db.prepare(SQL.append);
  const insert = db.prepare(SQL.insert);
  const point = db.prepare(SQL.point);
  const all = db.prepare(SQL.all);
  const insertAll = db.transaction((rows) => {
    for (const row of rows) insert.run(...row);
  });
  return {
    runtime,
    joinMs,
    joinLaterMs,
    appendEach(count) {
      for (let i = 0; i < count; i++) append.run(`value ${i}`);
    },
    insertAll,
    readEach(ids) {
      let found = 0;
      for (const id of ids) {
        if (point.get(id)?.name !== undefined) found++;
      }
      return found;
    },
    readAll: () => all.all(),
    query: (sql) => db.prepare(sql).get(),
    follow: (tracking) => void runtime.setStatements(tracking),
  };
}
