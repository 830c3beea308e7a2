// One table, several SQLites: stock wa-sqlite in two versions and glasswal write it while workers of either kind are terminated, and the
// inspector, attached to the runtime that the page made for wa-sqlite, names all of them. GLASSWAL_MIX_SECONDS says for how long.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';

import { Inspected } from './inspector.mjs';
import { ROOT } from './server.mjs';
import { inEachBrowserWithWa, stageWa, waActor } from './wa_sqlite.mjs';

const SECONDS = Number(process.env.GLASSWAL_MIX_SECONDS ?? 4);
const SHOTS = `${ROOT}build/shots`;

inEachBrowserWithWa((it) => {
  it(`${SECONDS} s of writers with wa-sqlite and with glasswal, some of whom die: the counts are exact`, async (stand) => {
    const stage = await stageWa(stand);
    const names = await stage.inPage(async ({ runtimes, keep }) => {
      const { Mix } = await import('/wa_mix.js');
      keep.mix = new Mix(runtimes.get('runtime'), keep.watcher);
      await keep.mix.start();
      return keep.mix.names;
    });
    const running = stage.inPage(({ keep }, ms) => keep.mix.run(ms), SECONDS * 1000);
    const kinds = await stage.inPage(({ keep }) => Object.fromEntries(keep.watcher.diagnostics().clients.map(({ name, kind }) => [name, kind])));
    const { ended, dead } = await running;
    stand.t.diagnostic(`${dead.length} died; ${ended.map(({ name, acked, longestMs }) => `${name} ${acked} (${longestMs.toFixed(0)} ms)`).join(', ')}`);
    assert.equal(kinds['wa-sqlite 2.0.6'], 'wa-sqlite');
    assert.equal(kinds['wa-sqlite 1.7.0'], 'wa-sqlite');
    assert.equal(kinds.native, 'worker');
    assert.equal(kinds.page, 'wa-sqlite', 'the page that has made the runtime');
    assert.deepEqual(names, ['wa-sqlite 2.0.6', 'wa-sqlite 1.7.0', 'native', 'mortal-0']);
    assert.ok(dead.length > 0);

    const { rows, sound } = await stage.inPage(({ keep }) => keep.mix.look());
    assert.equal(sound, 'ok');
    for (const { name, acked } of ended) assert.equal(rows[name], acked, name);
    for (const { name, acked } of dead) {
      assert.ok(rows[name] === acked || rows[name] === acked + 1, `${name}: ${acked} commits were acknowledged, ${rows[name]} are there`);
    }
    const last = await waActor(stage, 'last');
    assert.deepEqual(await last.all('SELECT count(*) FROM rows; PRAGMA integrity_check'), [[Object.values(rows).reduce((a, b) => a + b)], ['ok']]);
    await stage.until(({ clients }, gone) => clients.every(({ name, state }) => state === 'free' || !gone.includes(name)), dead.map(({ name }) => name));
  }, { limitMs: 120_000 + SECONDS * 2000 });

  it('the inspector lists the clients of either kind by their names', async (stand) => {
    const stage = await stageWa(stand);
    const workers = [await waActor(stage, 'wa-one'), await waActor(stage, 'wa-two'), await stage.actor('native')];
    await workers[0].exec('CREATE TABLE t(v)');
    for (const worker of workers) await worker.exec('INSERT INTO t VALUES (1)');
    await workers[1].exec('BEGIN IMMEDIATE');
    const inspected = await Inspected.attach(stage);
    await inspected.show('Clients');
    for (const name of ['page', 'watcher', 'wa-one', 'wa-two', 'native']) {
      await inspected.root.getByRole('row', { name, exact: true }).waitFor();
    }
    await inspected.settle();
    await mkdir(SHOTS, { recursive: true });
    await inspected.page.screenshot({ path: `${SHOTS}/wa-sqlite-clients-${stand.name}.png` });
    await inspected.show('Lock matrix');
    await inspected.root.getByRole('cell', { name: /^wa-two holds WRITE/ }).waitFor();
    await inspected.page.screenshot({ path: `${SHOTS}/wa-sqlite-locks-${stand.name}.png` });
    await workers[1].exec('COMMIT');
    await inspected.root.getByRole('cell', { name: /^wa-two holds WRITE/ }).waitFor({ state: 'detached' });
  });
}, { webgl: true });
