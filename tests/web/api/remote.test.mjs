// A database of another thread, through a port.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { MisuseError, SqliteError, connect, database, serve } from './open.mjs';

const pair = async (t) => {
  const db = await database(t);
  const { port1, port2 } = new MessageChannel();
  const stop = serve(db, port1);
  const remote = connect(port2);
  t.after(() => {
    remote.close();
    stop();
    port1.close();
    port2.close();
  });
  return { db, remote, port1, port2, stop };
};

/** The response number `id`. */
const answerTo = (port, id) => new Promise((resolve) => {
  const listen = (message) => {
    if (message.glasswal !== 'response' || message.id !== id) return;
    port.off('message', listen);
    resolve(message);
  };
  port.on('message', listen);
});

test('exec, run, get and all answer as the database itself does', async (t) => {
  const { remote } = await pair(t);
  assert.equal(await remote.exec('CREATE TABLE t(a, b)'), undefined);
  assert.deepEqual(await remote.run('INSERT INTO t VALUES (?, ?)', 1, Uint8Array.of(7)), { changes: 1, lastInsertRowid: 1 });
  await remote.run('INSERT INTO t VALUES (@a, @b)', { a: 2n ** 60n, b: null });
  assert.deepEqual(await remote.get('SELECT * FROM t WHERE a = ?', 1), { a: 1, b: Uint8Array.of(7) });
  assert.equal(await remote.get('SELECT * FROM t WHERE a = 9'), undefined);
  assert.deepEqual(await remote.all('SELECT a FROM t'), [{ a: 1 }, { a: 2n ** 60n }]);
});

test('query runs a statement of whatever kind', async (t) => {
  const { remote } = await pair(t);
  const told = async (sql, ...values) => {
    const { rows, changes, lastInsertRowid } = await remote.query(sql, ...values);
    return [rows, changes, lastInsertRowid];
  };
  assert.deepEqual(await told('CREATE TABLE t(a)'), [[], 0, 0]);
  assert.deepEqual(await told('INSERT INTO t VALUES (?), (?)', 1, 2), [[], 2, 2]);
  assert.deepEqual(await told('SELECT a FROM t WHERE a > @least', { least: 1 }), [[{ a: 2 }], 0, 2]);
  assert.deepEqual(await told('UPDATE t SET a = a + 1 RETURNING a'), [[{ a: 2 }, { a: 3 }], 2, 2]);
  assert.deepEqual(await told('PRAGMA user_version'), [[{ user_version: 0 }], 0, 2]);
  await assert.rejects(remote.query('SELECT * FROM gone'), SqliteError);
});

test('requests are answered in order although nobody waits for them', async (t) => {
  const { remote } = await pair(t);
  const created = remote.exec('CREATE TABLE t(a)');
  const runs = Array.from({ length: 200 }, (_, i) => remote.run(`INSERT INTO t VALUES (${i})`));
  const all = await remote.all('SELECT a FROM t ORDER BY rowid');
  assert.deepEqual(all.map((row) => row.a), Array.from({ length: 200 }, (_, i) => i));
  await Promise.all([created, ...runs]);
});

test('errors arrive as what they are', async (t) => {
  const { remote } = await pair(t);
  await assert.rejects(remote.exec('SELECT nowhere'), (error) => error instanceof SqliteError && error.code === 'SQLITE_ERROR' &&
    error.sql.slice(error.offset) === 'nowhere' && error.stack.includes('nowhere'));
  await assert.rejects(remote.get('SELECT ?'), RangeError);
  await assert.rejects(remote.get('SELECT ?', true), TypeError);
  await assert.rejects(remote.get('VACUUM'), (error) => error instanceof MisuseError && error.code === 'MISUSE');
  await assert.rejects(remote.get('SELECT ?', () => 1), /could not be cloned/);
  assert.deepEqual(await remote.get('SELECT 1 AS one'), { one: 1 }, 'it works on');
});

test('messages of others pass by on the same port', async (t) => {
  const { remote, port1, port2 } = await pair(t);
  const heard = [];
  port1.addEventListener('message', (event) => heard.push(event.data));
  port2.postMessage('hello');
  port2.postMessage({ glasswal: 'something else' });
  assert.deepEqual(await remote.get('SELECT 1 AS one'), { one: 1 });
  assert.ok(heard.includes('hello'));
});

test('requests that are none pass by: no other method is called, and nothing throws', async (t) => {
  const { db, remote, port2 } = await pair(t);
  db.exec('CREATE TABLE t(a)');
  const whole = { glasswal: 'request', id: 1, method: 'all', sql: 'SELECT 1', values: [] };
  const answers = [];
  port2.on('message', (message) => answers.push(message.glasswal));
  const forged = [
    { method: 'finalize' }, { method: 'constructor' }, { method: 'toString' }, { method: '__proto__' }, { method: undefined },
    { sql: 7 }, { sql: undefined }, { values: undefined }, { values: 'abc' }, { values: { length: 1 } }, { id: 'one' }, { id: NaN },
  ];
  for (const change of forged) port2.postMessage({ ...whole, ...change });
  for (const message of [null, 7, 'request', [], { glasswal: 'request' }, { glasswal: 'greeting' }]) port2.postMessage(message);
  assert.deepEqual(await remote.all('SELECT count(*) AS n FROM t'), [{ n: 0 }]);
  assert.deepEqual(answers.filter((kind) => kind !== 'hello'), ['response'], 'only the whole request was answered');
});

test('answers that are none pass by, and the right one still counts', async (t) => {
  const { port1, port2 } = new MessageChannel();
  const remote = connect(port2);
  t.after(() => {
    remote.close();
    port1.close();
  });
  port1.postMessage({ glasswal: 'hello', life: '' });
  port1.on('message', ({ id }) => {
    if (id === undefined) return;
    for (const error of [null, 7, 'error', {}, { name: 1, message: 'm' }, { name: 'n', message: 'm', sqlite: null }, { name: 'n', message: 'm', sqlite: { extendedCode: 'x' } }]) {
      port1.postMessage({ glasswal: 'response', id, error });
    }
    port1.postMessage({ glasswal: 'response', id: String(id), result: 'forged' });
    port1.postMessage({ glasswal: 'response', id: id + 1, result: 'forged' });
    port1.postMessage({ glasswal: 'response', id, result: { one: 1 } });
  });
  assert.deepEqual(await remote.get('SELECT 1 AS one'), { one: 1 });
});

test('close() rejects what is waiting and refuses what comes', async (t) => {
  const { db, remote, stop } = await pair(t);
  const waiting = remote.get('SELECT 1');
  remote.close();
  await assert.rejects(waiting, (error) => error.code === 'REMOTE');
  await assert.rejects(remote.get('SELECT 1'), (error) => error.code === 'CLOSED');
  stop();
  assert.equal(db.prepare('SELECT 1').pluck().get(), 1);
});

test('whatever is thrown there rejects here', async (t) => {
  const { db, remote } = await pair(t);
  const revoked = (target) => {
    const { proxy, revoke } = Proxy.revocable(target, {});
    revoke();
    return proxy;
  };
  const error = (properties) => Object.defineProperties(new Error('mine'), properties);
  const sqlite = (properties) => Object.assign(new SqliteError('mine', 'SQLITE_BUSY'), properties);
  const thrown = [
    Object.create(null), revoked({}), revoked(() => {}), new Proxy({}, { getPrototypeOf() { throw new Error('no'); } }),
    { toString() { throw new Error('no'); } }, error({ name: { value: Symbol('name') } }), error({ name: { value: 5 } }),
    error({ message: { get() { throw new Error('no'); } } }), error({ message: { value: {} } }), error({ stack: { value: () => 1 } }),
    sqlite({ sql: Symbol('sql') }), sqlite({ lock: () => 1 }),
  ];
  let next;
  db.function('fails', () => { throw next; });
  for (next of thrown) await assert.rejects(remote.get('SELECT fails()'), (failure) => failure instanceof Error && /cannot be sent/.test(failure.message));
  next = Symbol('mine');
  await assert.rejects(remote.get('SELECT fails()'), { name: 'Error', message: 'Symbol(mine)' });
  assert.deepEqual(await remote.get('SELECT 1 AS a'), { a: 1 });
});

test('more values than any statement takes are refused, although nobody could count them', async (t) => {
  const { remote, port2 } = await pair(t);
  const many = new Array(300_000).fill(1);
  for (const values of [many, [many]]) {
    const answer = answerTo(port2, 1);
    port2.postMessage({ glasswal: 'request', id: 1, method: 'all', sql: 'SELECT ?', values });
    assert.match((await answer).error.message, /1 positional parameter, but 300000 values were given/);
  }
  const answer = answerTo(port2, 2);
  port2.postMessage({ glasswal: 'request', id: 2, method: 'query', sql: 'SELECT ?', values: Object.assign([1], { length: 2 ** 32 - 1 }) });
  // The second one of them is a hole.
  assert.match((await answer).error.message, /Value 2 is undefined/);
  assert.deepEqual(await remote.get('SELECT 1 AS a'), { a: 1 });
});

test('what is no database cannot be served', (t) => {
  const { port1 } = new MessageChannel();
  t.after(() => port1.close());
  for (const none of [undefined, null, 'db', {}]) assert.throws(() => serve(none, port1), /serve\(\) takes a database, and got/);
});

test('what is no SQL is refused here: the other end would take it for a message of somebody else', async (t) => {
  const { remote } = await pair(t);
  for (const method of ['exec', 'run', 'get', 'all', 'query']) {
    for (const sql of [undefined, null, 5, {}, Uint8Array.of(1), 'SELECT 1\0']) {
      await assert.rejects(remote[method](sql), (error) => error instanceof MisuseError && /^The SQL /.test(error.message));
    }
  }
});

test('a function of a statement can stop the serving of it', async (t) => {
  const { db, remote, port1, stop } = await pair(t);
  let thrown;
  db.function('stops', () => {
    try {
      stop();
    } catch (error) {
      thrown = error;
    }
    return 1;
  });
  await assert.rejects(remote.get('SELECT stops()'), { code: 'REMOTE' });
  assert.equal(thrown, undefined);
  serve(db, port1)();
});
