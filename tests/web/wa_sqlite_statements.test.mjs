// What wa-sqlite runs is known to everybody in a browser, too: to who is refused, to who cancels, and in SQL of wa-sqlite's own.
import assert from 'node:assert/strict';

import { inEachBrowserWithWa, stageWa, waActor } from './wa_sqlite.mjs';

const SQLITE_INTERRUPT = 9;
const ENDLESS = 'WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n';

/** Of a page: what the client of this name runs, once it runs something. */
const running = async ({ keep }, name) => {
  for (;;) {
    const { clients, connections } = keep.watcher.diagnostics();
    const { slot } = clients.find((client) => client.name === name);
    const statement = connections.find(({ client }) => client === slot)?.statement;
    // The text of one that has just begun may not be there yet.
    if (statement?.running === true && statement.text !== '') return { slot, text: statement.text };
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

inEachBrowserWithWa((it) => {
  it('an endless computation is seen, cancelled within a moment, and its worker goes on', async (stand) => {
    const stage = await stageWa(stand);
    const wa = await waActor(stage, 'counter');
    const ended = wa.run(async ({ db, wa: { vfs } }, sql) => {
      const code = await db.rows(sql).then(() => 0, (error) => error.code);
      return { code, endedAt: performance.timeOrigin + performance.now(), said: vfs.lastError?.message };
    }, ENDLESS);
    const { slot, text } = await stage.inPage(running, 'counter');
    assert.equal(text, 'WITH RECURSIVE n(i) AS (VALUES (?) UNION ALL SELECT i + ? FROM n) SELECT count(*) FROM n');
    const wishedAt = await stage.inPage(({ keep }, client) => {
      keep.watcher.cancel(client);
      return performance.timeOrigin + performance.now();
    }, slot);
    const { code, endedAt, said } = await ended;
    assert.equal(code, SQLITE_INTERRUPT);
    assert.match(said, /`watcher`/);
    stand.t.diagnostic(`it ended ${(endedAt - wishedAt).toFixed(1)} ms after the wish`);
    assert.equal(await wa.one('SELECT 1'), 1);
  });

  it('its own SQL shows who waits for whom, and with what', async (stand) => {
    const stage = await stageWa(stand);
    const holder = await waActor(stage, 'holder');
    const waiter = await waActor(stage, 'waiter');
    const looker = await waActor(stage, 'looker');
    await holder.exec("CREATE TABLE t(a); BEGIN IMMEDIATE; INSERT INTO t VALUES ('secret')");
    await looker.run(({ db }) => db.addTables());
    const waiting = waiter.exec("INSERT INTO t VALUES ('secret')");
    const query = `SELECT w.client_name, w.lock, w.holder_client_name, c.statement_text FROM glasswal_waits AS w JOIN glasswal_clients AS n ON n.name = w.client_name
      JOIN glasswal_connections AS c ON c.client = n.client
      WHERE c.statement_text <> ''`;
    let rows = [];
    // Its text may be there a moment later than the statement.
    while (rows.length === 0) rows = await looker.all(query);
    assert.deepEqual(rows, [['waiter', 'WRITE', 'holder', 'INSERT INTO t VALUES (?)']]);
    await holder.exec('COMMIT');
    await waiting;
  });
});
