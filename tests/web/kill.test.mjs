// Workers that are terminated at random moments: idle, in a long statement, waiting for a lock, holding it, growing the
// memory, joining. GLASSWAL_WEB_KILLS says how many in each browser.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { writeFile } from 'node:fs/promises';

import { ROOT } from './server.mjs';
import { inEachBrowser } from './suite.mjs';

const KILLS = Number(process.env.GLASSWAL_WEB_KILLS ?? 40);
const BATCH = 30;

inEachBrowser((it) => {
  it(`${KILLS} terminated workers lose no commit and leave nothing behind`, async (stand) => {
    const seed = Number(process.env.GLASSWAL_SEED ?? randomInt(2 ** 31));
    stand.t.diagnostic(`GLASSWAL_SEED=${seed}`);
    const stage = await stand.stage();
    await stage.inPage(async ({ keep }, number) => {
      const { Massacre } = await import('/massacre.js');
      keep.massacre = await Massacre.prepare(number);
    }, seed);
    try {
      for (let done = 0; done < KILLS; done += BATCH) {
        await stage.inPage(({ keep }, count) => keep.massacre.run(count), Math.min(BATCH, KILLS - done));
      }
    } catch (error) {
      const scene = await stage.inPage(({ keep }) => keep.massacre.scene());
      const file = `build/kill-${stand.name}-${seed}.json`;
      await writeFile(`${ROOT}${file}`, JSON.stringify(scene));
      error.message += ` (what the region looked like: ${file})`;
      throw error;
    }
    const report = await stage.inPage(({ keep }) => keep.massacre.report());
    stand.t.diagnostic(JSON.stringify({ ...report, region: undefined }));
    assert.equal(report.kills, KILLS);
  }, { limitMs: 60_000 + KILLS * 1500 });
});
