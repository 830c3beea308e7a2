// startTimings() in pages: what an observer gets of several workers, and in Chromium what a trace of the browser has of it.
import assert from 'node:assert/strict';

import { inEachBrowser } from './suite.mjs';

/** What happens in the page; resolves to the names that its observer was given. */
async function perform(stage) {
  await stage.createRuntime();
  await stage.inPage(async ({ runtimes, keep }) => {
    const { startTimings } = await import('/glasswal/trace.js');
    keep.names = [];
    keep.observer = new PerformanceObserver((list) => keep.names.push(...list.getEntries().map(({ name }) => name)));
    keep.observer.observe({ entryTypes: ['measure'] });
    keep.stop = startTimings(runtimes.get('runtime'));
  });
  const holder = await stage.actor('holder');
  const waiter = await stage.actor('waiter');
  await holder.exec('CREATE TABLE t(v); BEGIN IMMEDIATE; INSERT INTO t VALUES (1)');
  const waiting = waiter.exec('INSERT INTO t VALUES (2)');
  await stage.until(({ connections }) => connections.some((connection) => connection.waiting !== null));
  await holder.exec('COMMIT');
  await waiting;
  return stage.inPage(async ({ keep }) => {
    keep.stop();
    // Observers are told in a task of their own.
    while (!keep.names.includes('COMMIT')) await new Promise((resolve) => setTimeout(resolve, 5));
    return { names: keep.names, left: performance.getEntriesByType('measure').length };
  });
}

/** The events of user timing that Chromium records while `act` goes on. */
async function traced(page, act) {
  const session = await page.context().newCDPSession(page);
  const events = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['blink.user_timing'] } });
  const result = await act();
  await session.send('Tracing.end');
  await complete;
  return { result, events: events.filter(({ cat }) => cat === 'blink.user_timing') };
}

inEachBrowser((it, browserName) => {
  it('measures transactions, statements and waits of all workers', async (stand) => {
    const stage = await stand.stage();
    const act = () => perform(stage);
    const { result, events } = browserName === 'chromium' ? await traced(stage.page, act) : { result: await act(), events: undefined };
    const count = (name) => result.names.filter((each) => each === name).length;
    assert.equal(count('INSERT INTO t VALUES (?)'), 2);
    assert.equal(count('wait for WRITE'), 1);
    assert.equal(count('COMMIT'), 1);
    assert.equal(result.left, 0);
    if (events === undefined) return;
    const wait = events.find(({ name, ph }) => name === 'wait for WRITE' && ph === 'b');
    const { devtools } = JSON.parse(wait.args.detail ?? wait.args.data.detail);
    assert.deepEqual([devtools.dataType, devtools.trackGroup, devtools.track], ['track-entry', 'glasswal', 'waiter /app.sqlite 1']);
    assert.ok(devtools.properties.some(([name, value]) => name === 'holder' && value === 'holder'), JSON.stringify(devtools));
    assert.ok(events.some(({ name, ph }) => name === 'wait for WRITE' && ph === 'e'), 'it ends');
  });
});
