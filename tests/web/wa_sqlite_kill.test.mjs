// Workers with wa-sqlite that are terminated at random moments: writing, in a statement that reads or writes without end, waiting for
// the lock, holding it, opening, founding. A survivor with either SQLite writes throughout. GLASSWAL_WEB_KILLS says how many in each browser.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { writeFile } from 'node:fs/promises';

import { ROOT } from './server.mjs';
import { inEachBrowserWithWa } from './wa_sqlite.mjs';

const KILLS = Number(process.env.GLASSWAL_WEB_KILLS ?? 20);
const BATCH = 20;

inEachBrowserWithWa((it) => {
  it(`${KILLS} terminated workers with wa-sqlite lose no commit and keep nobody waiting`, async (stand) => {
    const seed = Number(process.env.GLASSWAL_SEED ?? randomInt(2 ** 31));
    stand.t.diagnostic(`GLASSWAL_SEED=${seed}`);
    const stage = await stand.stage();
    await stage.inPage(async ({ keep }, number) => {
      const { WaMassacre } = await import('/wa_massacre.js');
      keep.massacre = await WaMassacre.prepare(number);
    }, seed);
    let report;
    try {
      for (let done = 0; done < KILLS; done += BATCH) {
        await stage.inPage(({ keep }, count) => keep.massacre.run(count), Math.min(BATCH, KILLS - done));
      }
      report = await stage.inPage(({ keep }) => keep.massacre.end());
    } catch (error) {
      const scene = await stage.inPage(({ keep }) => keep.massacre.scene());
      const file = `build/wa-kill-${stand.name}-${seed}.json`;
      await writeFile(`${ROOT}${file}`, JSON.stringify(scene));
      error.message += ` (what the region looked like: ${file})`;
      throw error;
    }
    stand.t.diagnostic(JSON.stringify(report));
    assert.equal(report.kills, KILLS);
    assert.deepEqual(report.sound, ['ok', 'ok']);
    for (const { name, acked, counted } of report.survivors) {
      assert.equal(counted, acked, name);
      assert.ok(acked > 0, name);
    }
  }, { limitMs: 60_000 + KILLS * 1500 });
});
