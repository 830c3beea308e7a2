// What each worker of the fuzzer does: random transactions, of either SQLite, whose invariants it checks before and after.
import assert from 'node:assert/strict';

export const ACCOUNTS = 20;
export const TOTAL = ACCOUNTS * 1000;

/** What a campaign begins with. The triggers keep a sum over the items, which everybody can check against the items themselves. */
export const SCHEMA = `
  CREATE TABLE accounts(id INTEGER PRIMARY KEY, balance INTEGER NOT NULL);
  WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ${ACCOUNTS}) INSERT INTO accounts SELECT i, 1000 FROM n;
  CREATE TABLE counters(writer INTEGER PRIMARY KEY, commits INTEGER NOT NULL);
  CREATE TABLE items(id INTEGER PRIMARY KEY, k INTEGER NOT NULL, v BLOB NOT NULL, UNIQUE (k, id));
  CREATE TABLE totals(count INTEGER, k INTEGER, bytes INTEGER);
  INSERT INTO totals VALUES (0, 0, 0);
  CREATE TRIGGER added AFTER INSERT ON items BEGIN
    UPDATE totals SET count = count + 1, k = k + new.k, bytes = bytes + length(new.v);
  END;
  CREATE TRIGGER removed AFTER DELETE ON items BEGIN
    UPDATE totals SET count = count - 1, k = k - old.k, bytes = bytes - length(old.v);
  END;
  CREATE TRIGGER changed AFTER UPDATE ON items BEGIN
    UPDATE totals SET k = k + new.k - old.k, bytes = bytes + length(new.v) - length(old.v);
  END;`;

/** Numbers from 0 to below n that the seed decides (mulberry32). */
export function random(seed) {
  let state = seed >>> 0;
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * n);
  };
}

/** Both kinds of connections by the same two methods. */
export function sideOf({ wa, db }) {
  if (wa !== undefined) return { rows: (sql) => wa.rows(sql), inTransaction: () => wa.sqlite3.get_autocommit(wa.db) === 0, why: () => wa.vfs.lastError?.message };
  const rows = (sql) => {
    const statement = db.prepare(sql);
    try {
      return statement.reader ? statement.raw().all() : (statement.run(), []);
    } finally {
      // A worker that never comes back to its event loop hears of nothing that was collected.
      statement.finalize();
    }
  };
  return { rows, inTransaction: () => db.inTransaction, why: () => '' };
}

/** 'busy' and 'full' may happen; whatever else a statement fails with is thrown. */
export function expected(error, { mayFill }) {
  const code = String(error.code);
  if (code === '5' || code.startsWith('SQLITE_BUSY')) return 'busy';
  // A checkpoint while another connection of the thread is in a transaction, or VACUUM beside a reader.
  if (code === '6' || code === 'SQLITE_LOCKED') return 'busy';
  if (mayFill && (code === '13' || code === 'SQLITE_FULL')) return 'full';
  throw error;
}

const changes = (pick) => [
  () => {
    const [from, to, amount] = [1 + pick(ACCOUNTS), 1 + pick(ACCOUNTS), 1 + pick(50)];
    return `UPDATE accounts SET balance = balance - ${amount} * (id = ${from}) + ${amount} * (id = ${to}) WHERE id IN (${from}, ${to})`;
  },
  () => `INSERT INTO items(k, v) VALUES (${pick(1000)}, randomblob(${pick(3000)}))`,
  () => `WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ${1 + pick(60)}) INSERT INTO items(k, v) SELECT i, randomblob(${pick(900)}) FROM n`,
  () => `UPDATE items SET k = k + ${pick(5)}, v = randomblob(${pick(2000)}) WHERE id % ${2 + pick(20)} = ${pick(2)}`,
  () => `DELETE FROM items WHERE id IN (SELECT id FROM items ORDER BY id LIMIT ${pick(80)})`,
  () => `DELETE FROM items WHERE id % ${2 + pick(6)} = 0`,
  () => 'CREATE INDEX IF NOT EXISTS by_k ON items(k)',
  () => 'DROP INDEX IF EXISTS by_k',
  () => `CREATE TABLE IF NOT EXISTS extra${pick(3)} AS SELECT id, v FROM items LIMIT 30`,
  () => `DROP TABLE IF EXISTS extra${pick(3)}`,
  // Fails in its middle, and takes back what it has inserted.
  () => `INSERT OR ABORT INTO accounts SELECT id + 5000, 1 FROM items UNION ALL SELECT 1, 1`,
];

const outside = (pick) => [
  'PRAGMA wal_checkpoint', 'PRAGMA wal_checkpoint(FULL)', 'PRAGMA wal_checkpoint(RESTART)', 'PRAGMA wal_checkpoint(TRUNCATE)', 'VACUUM',
  'PRAGMA integrity_check', `PRAGMA cache_size = ${[10, 50, 2000][pick(3)]}`, 'SELECT count(*) FROM items', 'ANALYZE',
  `PRAGMA wal_autocheckpoint = ${[5, 100, 1000][pick(3)]}`,
][pick(10)];

/** What must hold in every snapshot. `acknowledged` was read before the snapshot was taken. */
export async function checkInvariants({ rows }, acknowledged) {
  assert.deepEqual(await rows('SELECT sum(balance), count(*) FROM accounts'), [[TOTAL, ACCOUNTS]]);
  const [[count, k, bytes]] = await rows('SELECT count(*), coalesce(sum(k), 0), coalesce(sum(length(v)), 0) FROM items');
  assert.deepEqual(await rows('SELECT * FROM totals'), [[count, k, bytes]]);
  for (const [writer, commits] of await rows('SELECT writer, commits FROM counters')) {
    assert.ok(commits >= acknowledged[writer], `a stale read: ${commits} commits of writer ${writer}, of which ${acknowledged[writer]} were acknowledged`);
  }
}

async function transaction(side, pick, { acknowledged, writer }) {
  const { rows } = side;
  const before = [...acknowledged];
  await rows(pick(4) === 0 ? 'BEGIN' : 'BEGIN IMMEDIATE');
  await checkInvariants(side, before);
  const [[commits]] = await rows(`SELECT commits FROM counters WHERE writer = ${writer}`);
  const kinds = changes(pick);
  let depth = 0;
  for (let i = pick(8); i > 0; --i) {
    const what = pick(6);
    if (what === 0) await rows(`SAVEPOINT s${++depth}`);
    else if (what === 1 && depth > 0) await rows(`ROLLBACK TO s${depth}`);
    else if (what === 2 && depth > 0) await rows(`RELEASE s${depth--}`);
    else {
      try {
        await rows(kinds[pick(kinds.length)]());
      } catch (error) {
        if (!/UNIQUE constraint/.test(error.message)) throw error;
      }
    }
  }
  await rows(`UPDATE counters SET commits = ${commits + 1} WHERE writer = ${writer}`);
  await checkInvariants(side, before);
  if (pick(5) === 0) return void await rows('ROLLBACK');
  await rows('COMMIT');
  acknowledged[writer] = commits + 1;
}

/** Some transactions between which nobody else writes. */
async function exclusively(side, pick, told) {
  await side.rows('PRAGMA locking_mode = exclusive');
  try {
    for (let i = 1 + pick(3); i > 0; --i) await transaction(side, pick, told);
  } finally {
    if (side.inTransaction()) await side.rows('ROLLBACK');
    await side.rows('PRAGMA locking_mode = normal');
    await side.rows('SELECT count(*) FROM accounts');
  }
}

/** Works until `state[0]` is 1. Returns how often what happened. `acknowledged` is shared memory. */
export async function work(connections, { seed, writer, state, acknowledged, journalMode, mayFill }) {
  // Two, by turns: those of one thread share the limit of their caches.
  const second = connections.wa === undefined ? { db: connections.client.open() } : { wa: await connections.open() };
  const sides = [sideOf(connections), sideOf(second)];
  const pick = random(seed);
  const did = { transactions: 0, outside: 0, busy: 0, full: 0 };
  for (const side of sides) {
    if (connections.wa !== undefined) await side.rows(`PRAGMA journal_mode = ${journalMode}`);
    await side.rows(`PRAGMA busy_timeout = ${connections.wa !== undefined && writer % 2 === 0 ? -1 : 5000}`);
  }
  // A terminated worker of this number may have committed what it could not acknowledge any more.
  const [[commits]] = await sides[0].rows(`SELECT commits FROM counters WHERE writer = ${writer}`);
  assert.ok(commits === acknowledged[writer] || commits === acknowledged[writer] + 1, `${commits} commits of ${writer}, ${acknowledged[writer]} acknowledged`);
  acknowledged[writer] = commits;
  connections.say('started');
  while (Atomics.load(state, 0) === 0) {
    const side = sides[pick(2)];
    const isOutside = pick(12) === 0;
    ++did[isOutside ? 'outside' : 'transactions'];
    try {
      if (isOutside) await side.rows(outside(pick));
      else if (connections.wa !== undefined && pick(20) === 0) await exclusively(side, pick, { acknowledged, writer });
      else await transaction(side, pick, { acknowledged, writer });
    } catch (error) {
      try {
        ++did[expected(error, { mayFill })];
      } catch {
        throw new Error(`writer ${writer}, seed ${seed}, after ${JSON.stringify(did)}: ${error.stack} ${error.code ?? ''} ${side.why()}`);
      }
      if (side.inTransaction()) await side.rows('ROLLBACK');
      // What has become full is made smaller, which needs room in the log.
      if (mayFill) await roomAgain(side);
    }
  }
  return did;
}

async function roomAgain(side) {
  for (const sql of ['PRAGMA wal_checkpoint(TRUNCATE)', 'DELETE FROM items WHERE id % 2 = 0', 'PRAGMA wal_checkpoint(TRUNCATE)']) {
    try {
      await side.rows(sql);
    } catch (error) {
      expected(error, { mayFill: true });
    }
  }
}
