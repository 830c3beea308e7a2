// Who changed what, in Node: tablesOf(), live() and onChange(), also of what other workers commit.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';

import { within } from '../../tools/limit.mjs';
import { MisuseError, place } from './open.mjs';

const SOON_MS = 30_000;
const PACKAGE = new URL('../../../wasm/dist/index.js', import.meta.url).href;
const COMMITS = 100_000;
const WORKERS = 3;
const TABLES = 4;

/** Waits until `holds` does, as long as events go on. */
const until = (holds, what) =>
  within(SOON_MS, async () => {
    while (!holds()) await new Promise((next) => setTimeout(next, 1));
  }, what)();

/** Long enough for whatever is under way to be done: a commit to a table that is watched for nothing else. */
async function settled(db, client) {
  let seen = false;
  const end = client.onChange({ tables: ['settled'] }, () => (seen = true));
  db.exec('CREATE TABLE IF NOT EXISTS settled(x); INSERT INTO settled VALUES (1)');
  await until(() => seen, 'the last change');
  end();
}

test('tablesOf() names what a statement reads and writes', async (t) => {
  const { open } = await place(t);
  const db = open();
  db.exec(`
    CREATE TABLE stock(id INTEGER PRIMARY KEY, name, n); CREATE TABLE sales(id REFERENCES stock ON DELETE CASCADE, n);
    CREATE VIEW missing AS SELECT name FROM stock WHERE n = 0; CREATE TABLE log(what);
    CREATE TRIGGER sold AFTER INSERT ON sales BEGIN INSERT INTO log VALUES (new.id); END;
    CREATE VIRTUAL TABLE words USING fts5(content)`);
  assert.deepEqual(db.tablesOf('SELECT * FROM missing'), ['stock']);
  assert.deepEqual(db.tablesOf('INSERT INTO sales VALUES (?, ?)'), ['log', 'sales', 'stock']);
  assert.deepEqual(db.tablesOf('DELETE FROM stock'), ['sales', 'stock']);
  assert.ok(db.tablesOf('SELECT content FROM words').includes('words_content'));
  assert.deepEqual(db.tablesOf('SELECT 1'), []);
  assert.throws(() => db.tablesOf('SELECT x FROM nowhere'), /no such table: nowhere/);
  assert.deepEqual(open({ path: ':memory:' }).exec('CREATE TABLE t(x)').tablesOf('SELECT * FROM t'), ['t']);
});

test('live() runs again when, and only when, what it reads was touched', async (t) => {
  const { open, client } = await place(t);
  const db = open();
  const other = open();
  db.exec('CREATE TABLE a(x); CREATE TABLE b(x); CREATE VIEW v AS SELECT x FROM a');
  const runs = [];
  const end = db.live('SELECT count(*) AS n FROM v WHERE x > ?', [1], (rows) => runs.push(rows[0].n));
  assert.deepEqual(runs, [0], 'at once');
  other.exec('INSERT INTO a VALUES (2)');
  await until(() => runs.length === 2, 'the second run');
  other.exec('INSERT INTO b VALUES (2); CREATE TABLE c(x); DROP TABLE c; PRAGMA user_version = 3; BEGIN; DELETE FROM a; ROLLBACK');
  await settled(other, client);
  assert.deepEqual(runs, [0, 1]);
  // The view reads another table from here on.
  other.exec('INSERT INTO b VALUES (3); DROP VIEW v; CREATE VIEW v AS SELECT x FROM b');
  await until(() => runs.length === 3, 'the run of the other view');
  other.exec('INSERT INTO a VALUES (9)');
  await settled(other, client);
  other.exec('INSERT INTO b VALUES (9)');
  await until(() => runs.length === 4, 'a run for the other table');
  assert.deepEqual(runs, [0, 1, 2, 3]);
  // Within a transaction of its own connection it waits.
  db.exec('BEGIN; INSERT INTO b VALUES (10)');
  await settled(open({ path: '/elsewhere.sqlite' }), { onChange: (options, f) => client.onChange({ ...options, path: '/elsewhere.sqlite' }, f) });
  assert.equal(runs.length, 4);
  db.exec('COMMIT');
  await until(() => runs.length === 5, 'a run after the transaction');
  end();
  other.exec('INSERT INTO b VALUES (11)');
  await settled(other, client);
  assert.deepEqual(runs, [0, 1, 2, 3, 4]);
});

/** What breaks a live query and mends it, and the function that its rows are given. */
async function breakable(t) {
  const { open, client } = await place(t);
  const db = open();
  const other = open();
  db.exec('CREATE TABLE a(x); CREATE VIEW v AS SELECT x FROM a');
  const runs = [];
  const broken = async () => {
    other.exec('DROP VIEW v');
    await settled(other, client);
    other.exec('INSERT INTO a VALUES (1)');
    await settled(other, client);
  };
  const mended = async () => {
    const length = runs.length;
    other.exec('CREATE VIEW v AS SELECT x FROM a');
    await until(() => runs.length > length, 'a run of the view that is there again');
  };
  return { db, client, other, runs, broken, mended, rows: ([{ n }]) => runs.push(n) };
}

test('live() runs again when a view has become another one of the same tables, and when one behind it has', async (t) => {
  const { open, client } = await place(t);
  const db = open();
  const other = open();
  db.exec('CREATE TABLE a(x); INSERT INTO a VALUES (1); CREATE VIEW "in""ner" AS SELECT x FROM a; CREATE VIEW v AS SELECT x FROM "in""ner"');
  db.exec('CREATE VIEW w AS SELECT 1');
  const runs = [];
  db.live('SELECT x FROM V', [], (rows) => runs.push(rows[0].x));
  const changes = [
    'DROP VIEW v; CREATE VIEW v AS SELECT x + 1 AS x FROM "in""ner"',
    'DROP VIEW "in""ner"; CREATE VIEW "in""ner" AS SELECT x + 10 AS x FROM a',
    'DROP VIEW w; CREATE VIEW w AS SELECT x FROM a', // Which it does not read.
    'BEGIN; DROP VIEW v; CREATE VIEW v AS SELECT 7 AS x; COMMIT',
    'BEGIN; DROP VIEW v; CREATE VIEW v AS SELECT 8 AS x; COMMIT',
  ];
  for (const sql of changes) {
    other.exec(sql);
    await settled(other, client);
  }
  assert.deepEqual(runs, [1, 2, 12, 7, 8]);
});

test('live() tells of what goes wrong, and goes on', async (t) => {
  const { db, client, other, runs, broken, mended, rows } = await breakable(t);
  const errors = [];
  const end = db.live('SELECT count(*) AS n FROM v', [], rows, (error) => errors.push(error));
  await broken();
  assert.deepEqual(errors.map(String), new Array(2).fill('SqliteError: no such table: v'), 'of the view, and of the row');
  await mended();
  // The same tables and the same view: that it runs is because it could not.
  assert.deepEqual(runs, [0, 1]);
  other.exec('INSERT INTO a VALUES (2)');
  await until(() => runs.length === 3, 'the run of the next change');
  end();
  await broken();
  assert.equal(errors.length, 2);
  assert.throws(() => db.live('SELECT * FROM v', [], rows, (error) => errors.push(error)), /no such table: v/, 'at once it is thrown');
  assert.throws(() => db.live('SELECT * FROM a', [], rows, 'log'), /live\(\), for its errors, was given a string: give a function/);
  db.live('SELECT count(*) AS n FROM a', null, rows, null);
  other.exec('INSERT INTO a VALUES (4)');
  await settled(other, client);
  assert.deepEqual(runs, [0, 1, 2, 3, 4]);
});

test('live() without a function for its errors tells the console once of each', async (t) => {
  const said = t.mock.method(console, 'error', () => undefined);
  const { db, other, client, runs, broken, mended, rows } = await breakable(t);
  let refusal = '';
  db.function('check_it', (n) => {
    if (refusal !== '') throw new Error(refusal);
    return n;
  });
  db.live('SELECT check_it(count(*)) AS n FROM v', [], rows);
  for (let i = 0; i < 2; i++) {
    await broken();
    await mended();
  }
  const messages = () => said.mock.calls.map((call) => String(call.arguments[1]));
  assert.deepEqual(messages(), ['SqliteError: no such table: v']);
  assert.match(said.mock.calls[0].arguments[0], /^glasswal: live\(\) cannot run SELECT check_it\(.*again after the next change; a function as the fourth/);
  for (refusal of ['not now', 'not now', 'nor now', '']) {
    other.exec('INSERT INTO a VALUES (9)');
    await settled(other, client);
  }
  assert.deepEqual(messages().slice(1), ['Error: not now', 'Error: nor now']);
  assert.equal(runs.at(-1), 6);
});

test('what the functions of live() and onChange() throw is uncaught, and ends nothing', async () => {
  const source = `import { createRuntime } from ${JSON.stringify(PACKAGE)};
    const uncaught = [];
    process.on('uncaughtException', ({ message }) => uncaught.push(message));
    const runtime = await createRuntime('/thrown.sqlite');
    const db = runtime.client.open();
    db.exec('CREATE TABLE a(x); CREATE VIEW v AS SELECT x FROM a');
    const fail = (what) => () => { throw new Error(what); };
    const next = async () => { while (uncaught.length < 3) await new Promise((next) => setTimeout(next, 1)); };
    db.live('SELECT * FROM a', [], fail('rows'));
    db.live('SELECT * FROM v', [], () => undefined, fail('failed'));
    runtime.onChange({ tables: ['a'] }, fail('changed'));
    await new Promise(setImmediate);
    const told = [uncaught.splice(0)];
    for (const sql of ['DROP VIEW v; INSERT INTO a VALUES (1)', 'INSERT INTO a VALUES (2)']) {
      db.exec(sql);
      await next();
      told.push(uncaught.splice(0).sort());
    }
    console.log(JSON.stringify(told));
    runtime.close();`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', source], { timeout: SOON_MS });
  assert.deepEqual(JSON.parse(stdout), [['rows'], ['changed', 'failed', 'rows'], ['changed', 'failed', 'rows']]);
});

test('live() refuses what cannot be watched', async (t) => {
  const { open } = await place(t);
  const db = open();
  db.exec('CREATE TABLE a(x)');
  const rows = () => undefined;
  assert.throws(() => db.live('INSERT INTO a VALUES (1)', [], rows), MisuseError);
  assert.throws(() => db.live('INSERT INTO a VALUES (1) RETURNING x', [], rows), /change nothing/);
  assert.throws(() => db.live('SELECT * FROM a', [], 5), /live\(\) was given a number/);
  assert.throws(() => db.live('SELECT * FROM a WHERE x = ?', [], rows), /parameter/i);
  assert.throws(() => open({ path: ':memory:' }).exec('CREATE TABLE t(x)').live('SELECT * FROM t', [], rows), /no database of a region/);
  assert.doesNotThrow(() => db.close(), 'nothing is left open');
});

test('onChange() tells of tables by name, also those that come later, until it is ended', async (t) => {
  const { runtime, open, client } = await place(t);
  const db = open();
  let changes = 0;
  const end = runtime.onChange({ tables: ['later'] }, () => changes++);
  db.exec('CREATE TABLE other(x); INSERT INTO other VALUES (1)');
  await settled(db, client);
  assert.equal(changes, 0);
  db.exec('CREATE TABLE later(x)');
  await until(() => changes === 1, 'the table');
  db.exec('INSERT INTO later VALUES (1); DELETE FROM later');
  await until(() => changes === 2, 'its rows');
  db.exec('VACUUM');
  await until(() => changes === 3, 'VACUUM');
  runtime.import(db.serialize());
  await until(() => changes === 4, 'an import');
  end();
  end();
  db.exec('INSERT INTO later VALUES (1)');
  await settled(db, client);
  assert.equal(changes, 4);
  assert.throws(() => runtime.onChange({ tables: [] }, () => undefined), /give an array of the tables' names/);
  assert.throws(() => runtime.onChange({ table: 'x' }, () => undefined), /table/);
  // @ts-expect-error: what is to be called is missing.
  assert.throws(() => runtime.onChange({ tables: ['x'] }), /give a function/);
});

test('onChange() tells of what is behind a name: FTS5, R-Tree, a view, and one that is made of other tables later', async (t) => {
  const { runtime, open, client } = await place(t);
  const db = open();
  db.function('twice', (n) => 2 * n);
  db.exec(`
    CREATE TABLE a(x); CREATE TABLE b(x); CREATE VIEW v AS SELECT x FROM a; CREATE VIEW "v's ""own""" AS SELECT x FROM v;
    CREATE VIRTUAL TABLE words USING fts5(body); CREATE VIRTUAL TABLE boxes USING rtree(id, low, high);
    CREATE VIRTUAL TABLE indexed USING fts5(x, content = 'a'); CREATE VIEW mine AS SELECT twice(x) FROM a`);
  const told = {};
  // All but the last two tell of nothing but themselves.
  for (const name of ['words', 'boxes', 'v', 'main.V', `v's "own"`, 'later', 'indexed', 'mine']) {
    told[name] = 0;
    runtime.onChange({ tables: [name] }, () => told[name]++);
  }
  const narrow = (name) => name !== 'indexed' && name !== 'mine';
  const tells = async (sql, names) => {
    const before = { ...told };
    db.exec(sql);
    await settled(db, client);
    const changed = Object.keys(told).filter((name) => told[name] !== before[name]);
    assert.deepEqual(changed.filter(narrow), names, sql);
    assert.ok(changed.includes('indexed') && changed.includes('mine'), `${sql}: what is not known stands for all tables`);
  };
  const views = ['v', 'main.V', `v's "own"`];
  await tells("INSERT INTO words VALUES ('one')", ['words']);
  await tells("UPDATE words SET body = 'two'", ['words']);
  await tells('INSERT INTO boxes VALUES (1, 0, 1)', ['boxes']);
  await tells('INSERT INTO a VALUES (1)', views);
  await tells('INSERT INTO b VALUES (1)', []);
  // What R-Tree reads of it when it is connected is not what is in it.
  await tells('CREATE INDEX of_a ON a(x); ANALYZE; ANALYZE', []);
  await tells('DROP VIEW v; CREATE VIEW v AS SELECT x FROM b', views);
  await tells('DROP VIEW v; CREATE VIEW v AS SELECT x + 1 AS x FROM b', views);
  await tells('INSERT INTO a VALUES (2)', []);
  await tells('INSERT INTO b VALUES (2)', views);
  await tells('CREATE VIRTUAL TABLE later USING fts5(body)', ['later']);
  await tells("INSERT INTO later VALUES ('three')", ['later']);
  await tells('DROP TABLE later', ['later']);
  await tells('CREATE VIEW later AS SELECT x FROM a', ['later']);
  await tells('INSERT INTO a VALUES (3)', ['later']);
  await tells('DROP TABLE words', ['words']);
});

test(`none of ${COMMITS.toLocaleString('en')} random commits of several workers is missed, and none tells too much`, async (t) => {
  const { runtime, open, client } = await place(t);
  const db = open();
  const names = Array.from({ length: TABLES }, (_, i) => `t${i}`);
  for (const name of names) db.exec(`CREATE TABLE ${name}(id INTEGER PRIMARY KEY, n); INSERT INTO ${name} VALUES (1, 0)`);
  const seen = names.map(() => 0);
  const runs = names.map(() => -1); // The first is at once.
  const told = names.map(() => 0);
  names.forEach((name, i) => {
    db.live(`SELECT n FROM ${name} WHERE id = 1`, [], ([{ n }]) => {
      seen[i] = n;
      runs[i]++;
    });
    client.onChange({ tables: [name] }, () => told[i]++);
  });
  const made = new Int32Array(new SharedArrayBuffer(4 * TABLES));
  const source = `import { join } from ${JSON.stringify(PACKAGE)};
    import { parentPort, workerData } from 'node:worker_threads';
    const { runtime, made, tables } = workerData;
    const client = await join(runtime);
    const db = client.open({ busyTimeout: 20_000 });
    const writes = Array.from({ length: tables }, (_, i) => db.prepare('UPDATE t' + i + ' SET n = n + 1 WHERE id = 1'));
    parentPort.on('message', (commits) => {
      for (let k = 0; k < commits; k++) {
        const i = Math.floor(Math.random() * tables);
        writes[i].run();
        Atomics.add(made, i, 1);
      }
      parentPort.postMessage('done');
    });
    parentPort.postMessage('ready');`;
  const workers = Array.from({ length: WORKERS }, () => {
    const workerData = { runtime: { ...runtime }, made, tables: TABLES };
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), { workerData });
    t.after(() => worker.terminate());
    return worker;
  });
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  // Now and then all stop, and what was committed last has to be seen although nothing follows it.
  const rounds = 100;
  const share = Math.ceil(COMMITS / rounds / WORKERS);
  for (let round = 0; round < rounds; round++) {
    const done = workers.map((worker) => once(worker, 'message'));
    for (const worker of workers) worker.postMessage(share);
    await Promise.all(done);
    await until(() => seen.every((n, i) => n === made[i]), `what was committed in round ${round}`);
  }
  assert.ok(made.reduce((sum, n) => sum + n, 0) >= COMMITS);
  names.forEach((name, i) => {
    assert.ok(runs[i] > 0 && runs[i] <= made[i], `${name}: ${runs[i]} runs for ${made[i]} commits`);
    assert.ok(told[i] > 0 && told[i] <= made[i], `${name}: told ${told[i]} times of ${made[i]} commits`);
  });
});
