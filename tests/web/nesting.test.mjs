// User functions that call one another through SQL: in each browser, in a worker and in the page, whose stacks are not the same, they
// may go as deep as is said, and what goes deeper is refused before it costs the client.
import assert from 'node:assert/strict';

import { inEachBrowser } from './suite.mjs';

/** Nests each kind of user code `depth` deep; the error's code where it is refused. Runs in the browser. */
const nest = ({ client }, depth) => {
  const db = client.open('/nesting.sqlite');
  db.unsafeMode();
  db.exec('CREATE TABLE IF NOT EXISTS t(a); CREATE VIEW IF NOT EXISTS v AS SELECT a FROM t UNION ALL SELECT 1');
  const one = (sql, ...values) => db.prepare(sql).pluck().get(...values);
  const below = (name, n, rest = '') => (n <= 1 ? 'bottom' : one(`SELECT ${name}(?)${rest}`, n - 1));
  db.function('plain', (n) => below('plain', n));
  db.function('sorted', (n) => below('sorted', n, " FROM (SELECT a FROM v GROUP BY a HAVING count(*) < 9 ORDER BY a) WHERE a IN (SELECT a FROM v)"));
  db.function('inside', (n) => (n <= 1 ? 'bottom' : db.transaction(() => [...db.prepare('SELECT inside(?)').pluck().iterate(n - 1)][0])()));
  db.aggregate('summed', { start: null, step: (_, n) => below('summed', n) });
  db.table('listed', { columns: ['a'], parameters: ['n'], *rows(n) { yield [n <= 1 ? 'bottom' : one('SELECT a FROM listed(?)', n - 1)]; } });
  const results = {};
  for (const [name, sql] of [...['plain', 'sorted', 'inside', 'summed'].map((each) => [each, `SELECT ${each}(?)`]), ['listed', 'SELECT a FROM listed(?)']]) {
    try {
      results[name] = one(sql, depth);
    } catch (error) {
      results[name] = error.code ?? String(error);
    }
    if (db.inTransaction) results[name] += ', and a transaction is open';
  }
  db.close();
  return results;
};
const all = (result) => Object.fromEntries(['plain', 'sorted', 'inside', 'summed', 'listed'].map((name) => [name, result]));

inEachBrowser((it) => {
  it('user functions nest 64 deep, and no deeper, in a worker and in the page', async (stand) => {
    const stage = await stand.stage();
    await stage.createRuntime();
    const worker = await stage.actor('worker');
    const inPage = (depth) => stage.inPage(({ runtimes }, source, n) => (0, eval)(source)({ client: runtimes.get('runtime').client }, n), `(${nest})`, depth);
    for (const [depth, result] of [[63, 'bottom'], [64, 'bottom'], [65, 'MISUSE'], [1000, 'MISUSE']]) {
      assert.deepEqual(await worker.run(nest, depth), all(result), `worker, ${depth}`);
      assert.deepEqual(await inPage(depth), all(result), `page, ${depth}`);
    }
  });
});
