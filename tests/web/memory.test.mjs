// Memory comes back: what opens and closes, joins and is killed, leaves the runtime as large as it was.
import assert from 'node:assert/strict';

import { inEachBrowser } from './suite.mjs';

const OPENINGS = 1000;
// A snapshot grows by each recovery that it tells of, 32 at most, and with it the memory of who takes one.
const RECOVERIES = 32;
const JOININGS = process.env.GLASSWAL_THOROUGH === undefined ? RECOVERIES + 8 : 200;
// By then everything that is made once has been made.
const WARM_UP = 20;

/** The memory that stands behind the runtime, and the segments that somebody has. */
const use = ({ region, segmentCounts: [free, reusable] }) => ({
  committed: region.committedBytes,
  used: region.committedSegments - free - reusable,
});

inEachBrowser((it) => {
  it(`a database that is opened and closed ${OPENINGS} times takes no more memory than one`, async (stand) => {
    const stage = await stand.stage();
    await stage.createRuntime();
    const worker = await stage.actor('opener');
    const openAndClose = ({ client }, times) => {
      for (let i = 0; i < times; i++) {
        const db = client.open('/other.sqlite');
        db.exec('CREATE TABLE IF NOT EXISTS t(v); BEGIN; INSERT INTO t VALUES (zeroblob(100000)); DELETE FROM t; COMMIT');
        db.close();
      }
    };
    await worker.run(openAndClose, WARM_UP);
    const before = use(await stage.diagnostics());
    await worker.run(openAndClose, OPENINGS - WARM_UP);
    assert.deepEqual(use(await stage.diagnostics()), before);
  });

  it(`${JOININGS} workers that join and are terminated leave nothing`, async (stand) => {
    const stage = await stand.stage();
    // A log keeps its initial capacity: here next to nothing, so that it does not hide what is lost.
    await stage.createRuntime('/app.sqlite', { initialWriteAheadCapacityBytes: 65536 });
    const joinAndDie = async (times) => {
      for (let i = 0; i < times; i++) {
        const worker = await stage.actor();
        await worker.exec('CREATE TABLE IF NOT EXISTS t(v); INSERT INTO t VALUES (1); DELETE FROM t');
        await worker.terminate();
        await stage.until(({ clients }, name) => !clients.some((client) => client.name === name), worker.name);
      }
    };
    // The log grows with every commit, and nobody whose connection was killed has taken it away.
    const measure = async () => {
      await stage.inPage(({ runtimes }) => {
        const db = runtimes.get('runtime').client.open();
        db.exec('SELECT * FROM t');  // A connection that has read nothing does not know of the log.
        db.checkpoint('truncate');
        db.close();
      });
      return use(await stage.diagnostics());
    };
    await joinAndDie(RECOVERIES);
    // What it takes to measure beside so large a snapshot is made once, too.
    await measure();
    const before = await measure();
    await joinAndDie(JOININGS - RECOVERIES);
    const after = await measure();
    const { clients, segmentCounts } = await stage.diagnostics();
    const whose = JSON.stringify({ clients: clients.map(({ name, privateSegments }) => [name, privateSegments]), segmentCounts });
    assert.equal(after.committed, before.committed, 'the high water');
    assert.ok(after.used <= before.used, `${after.used} segments in use, ${before.used} before: ${whose}`);
  });
});
