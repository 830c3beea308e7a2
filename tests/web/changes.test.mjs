// Who changed what, in real browsers: queries of a worker and of the page that run again when what they read was touched.
import assert from 'node:assert/strict';

import { inEachBrowser } from './suite.mjs';

const COMMITS = 100_000;
const WRITERS = 3;
const ROUNDS = 50;
const TABLES = 4;

inEachBrowser((it) => {
  it(`none of ${COMMITS.toLocaleString('en')} random commits of several workers is missed, and none tells too much`, async (stand) => {
    const stage = await stand.stage();
    await stage.createRuntime();
    const watcher = await stage.actor('watcher');
    await watcher.run(({ db, keep }, tables) => {
      keep.seen = new Array(tables).fill(0);
      keep.runs = new Array(tables).fill(-1); // The first is at once.
      for (let i = 0; i < tables; i++) {
        db.exec(`CREATE TABLE t${i}(id INTEGER PRIMARY KEY, n); INSERT INTO t${i} VALUES (1, 0)`);
        db.live(`SELECT n FROM t${i} WHERE id = 1`, [], ([{ n }]) => {
          keep.seen[i] = n;
          keep.runs[i]++;
        });
      }
    }, TABLES);
    await stage.inPage(({ runtimes, keep }, tables) => {
      const runtime = runtimes.get('runtime');
      keep.told = new Array(tables).fill(0);
      keep.frames = 0;
      for (let i = 0; i < tables; i++) runtime.onChange({ tables: [`t${i}`] }, () => keep.told[i]++);
      const count = () => {
        keep.frames++;
        requestAnimationFrame(count);
      };
      count();
    }, TABLES);
    const writers = await Promise.all(Array.from({ length: WRITERS }, (_, i) => stage.actor(`writer-${i}`)));
    const made = new Array(TABLES).fill(0);
    for (let round = 0; round < ROUNDS; round++) {
      const written = await Promise.all(writers.map((writer) => writer.run(({ db, keep }, tables, commits) => {
        keep.writes ??= Array.from({ length: tables }, (_, i) => db.prepare(`UPDATE t${i} SET n = n + 1 WHERE id = 1`));
        const counts = new Array(tables).fill(0);
        for (let k = 0; k < commits; k++) {
          const i = Math.floor(Math.random() * tables);
          keep.writes[i].run();
          counts[i]++;
        }
        return counts;
      }, TABLES, Math.ceil(COMMITS / ROUNDS / WRITERS))));
      for (const counts of written) counts.forEach((n, i) => (made[i] += n));
      // All stand still: what was committed last has to be seen although nothing follows it.
      const isSeen = await watcher.run(async ({ keep }, wanted) => {
        const end = performance.now() + 20_000;
        while (!keep.seen.every((n, i) => n === wanted[i]) && performance.now() < end) await new Promise((next) => setTimeout(next, 1));
        return keep.seen.every((n, i) => n === wanted[i]);
      }, made);
      assert.ok(isSeen, `what was committed in round ${round}`);
    }
    const runs = await watcher.run(({ keep }) => keep.runs);
    const { told, frames } = await stage.inPage(({ keep }) => ({ told: keep.told, frames: keep.frames }));
    made.forEach((n, i) => {
      assert.ok(runs[i] > 0 && runs[i] <= n, `t${i}: ${runs[i]} runs for ${n} commits`);
      assert.ok(told[i] > 0 && told[i] <= n, `t${i}: the page was told ${told[i]} times of ${n} commits`);
      assert.ok(told[i] <= frames, `t${i}: told ${told[i]} times in ${frames} frames`);
    });
  });

  it('a query in the page runs again after a worker has committed to what it reads, and after no other commit', async (stand) => {
    const stage = await stand.stage();
    await stage.createRuntime();
    const writer = await stage.actor('writer');
    await writer.exec('CREATE TABLE stock(n); CREATE TABLE other(n)');
    await stage.inPage(({ runtimes, keep }) => {
      const db = runtimes.get('runtime').client.open();
      keep.rows = [];
      keep.end = db.live('SELECT sum(n) AS sum FROM stock', undefined, ([{ sum }]) => keep.rows.push(sum));
      keep.next = async (length) => {
        while (keep.rows.length < length) await new Promise((next) => setTimeout(next, 1));
        return keep.rows;
      };
    });
    await writer.exec('INSERT INTO other VALUES (1)');
    await writer.exec('INSERT INTO stock VALUES (5)');
    assert.deepEqual(await stage.inPage(({ keep }) => keep.next(2)), [null, 5]);
    await writer.exec('INSERT INTO other VALUES (1)');
    await writer.exec('INSERT INTO stock VALUES (6)');
    assert.deepEqual(await stage.inPage(({ keep }) => keep.next(3)), [null, 5, 11]);
  });
});
