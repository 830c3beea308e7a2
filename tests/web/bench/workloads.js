// What is measured, in words that every engine understands. It runs in the worker of one engine.
//
// An engine (engines/*.js) is an object whose methods do a whole loop through that engine's own public API, so that an
// asynchronous API pays for its own awaits and a synchronous one does not. A workload says how long, or how often.

export const ROWS = 100_000;
const INSERT_MS = 250;
const READ_MS = 250;
const QUERIES = 5;

/** The rows of the bulk insert: the same for every engine, and of the shape of a real table. */
export function makeRows(count) {
  return Array.from({ length: count }, (_, i) => [
    i + 1,
    `Place number ${(i * 7919) % count}`,
    ((i * 31) % 18_000) / 100 - 90,
    ((i * 17) % 36_000) / 100 - 180,
    String.fromCharCode(65 + (i % 26), 65 + ((i * 3) % 26)),
  ]);
}

export const SCHEMA = `
  CREATE TABLE log(id INTEGER PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE place(id INTEGER PRIMARY KEY, name TEXT NOT NULL, lat REAL, lng REAL, country TEXT);`;

export const SQL = {
  append: 'INSERT INTO log(value) VALUES (?)',
  insert: 'INSERT INTO place VALUES (?, ?, ?, ?, ?)',
  point: 'SELECT name, lat FROM place WHERE id = ?',
  all: 'SELECT id, name, lat, lng, country FROM place',
  scan: 'SELECT sum(lat) + sum(length(name)) FROM place',
  // One row each, so that what is measured is the engine's work and not how its rows become objects.
  group: 'SELECT sum(count + mean) FROM (SELECT count(*) AS count, avg(lat) AS mean FROM place GROUP BY country)',
  order: 'SELECT id FROM place ORDER BY name LIMIT 1 OFFSET 50000',
};

/** Repeats batch(n) for so many milliseconds; the result is operations a second. */
async function rate(forMs, batchSize, batch) {
  const started = performance.now();
  let done = 0;
  let elapsed;
  do {
    await batch(batchSize);
    done += batchSize;
    elapsed = performance.now() - started;
  } while (elapsed < forMs);
  return (done / elapsed) * 1000;
}

async function milliseconds(work) {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** The best of some: a query is so short that one of them may fall together with something else. */
async function fastestQuery(engine, sql) {
  const times = [];
  for (let i = 0; i < QUERIES; i++) times.push(await milliseconds(() => engine.query(sql)));
  return Math.min(...times);
}

function expectSame(what, found, wanted) {
  if (found !== wanted) throw new Error(`${what}: ${found} instead of ${wanted}`);
}

const FOLLOWED_ROUNDS = 80;
const FOLLOWED_OPERATIONS = 400;

/** The middle one. */
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** How many times as fast work(count) goes with statements followed, and with exact times, as without, in turns of a millisecond or so. */
async function fasterFollowed(engine, work) {
  const trackings = ['off', 'on', 'timed'];
  const ratios = { on: [], timed: [] };
  for (let round = 0; round < FOLLOWED_ROUNDS; round++) {
    const ms = {};
    for (const tracking of round % 2 === 0 ? trackings : trackings.toReversed()) {
      engine.follow(tracking);
      await work(FOLLOWED_OPERATIONS >> 2);
      ms[tracking] = await milliseconds(() => work(FOLLOWED_OPERATIONS));
    }
    for (const [tracking, list] of Object.entries(ratios)) list.push(ms.off / ms[tracking]);
  }
  engine.follow('on');
  return [median(ratios.on), median(ratios.timed)];
}

// Each takes an open engine and resolves to one number, or to some by their names. Those that read come after the one that writes their rows.
const WORKLOADS = {
  /** One row a transaction: commits a second. */
  autocommit: (engine) => rate(INSERT_MS, 50, (count) => engine.appendEach(count)),

  /** A prepared statement, one transaction: rows a second. */
  async bulk(engine) {
    const rows = makeRows(ROWS);
    const elapsed = await milliseconds(() => engine.insertAll(rows));
    return (ROWS / elapsed) * 1000;
  },

  /** A row by its key with a prepared statement: rows a second. */
  point(engine) {
    let id = 1;
    return rate(READ_MS, 200, async (count) => {
      const ids = Array.from({ length: count }, () => (id = (id * 48_271) % 99_991) + 1);
      expectSame('rows found', await engine.readEach(ids), count);
    });
  },

  /** All rows as objects, in milliseconds. */
  async all(engine) {
    let rows;
    const elapsed = await milliseconds(async () => {
      rows = await engine.readAll();
    });
    expectSame('rows', rows.length, ROWS);
    expectSame('the first name', rows[0].name, 'Place number 0');
    return elapsed;
  },

  /** What following statements costs, where the engine can. The reads are of few rows, so that all of them are in its cache. */
  async followed(engine) {
    const ids = Array.from({ length: FOLLOWED_OPERATIONS }, (_, i) => 1000 + (i % 100));
    const [insertOn, insertTimed] = await fasterFollowed(engine, (count) => engine.appendEach(count));
    const [pointOn, pointTimed] = await fasterFollowed(engine, (count) => engine.readEach(ids.slice(0, count)));
    return { insertOn, insertTimed, pointOn, pointTimed };
  },

  // One sum over all rows inside the engine, one group for each country, all names in order: in milliseconds.
  scan: (engine) => fastestQuery(engine, SQL.scan),
  group: (engine) => fastestQuery(engine, SQL.group),
  order: (engine) => fastestQuery(engine, SQL.order),
};

export function runWorkload(name, engine) {
  return WORKLOADS[name](engine);
}
