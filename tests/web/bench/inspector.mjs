// What the inspector costs: how long attaching takes, and the script of a frame, with as many clients as a region can have.
import { launch } from '../browsers.mjs';
import { Inspected } from '../inspector.mjs';
import { serve } from '../server.mjs';
import { Stage } from '../stage.mjs';
import { median } from './report.mjs';

const CLIENTS = 58;
const COMMITS = 100;
const PAUSE_MS = 40;
const TURNS = 12;
const SETTLE_MS = 300;
const SLICE_MS = 700;

/** Runs in the page: clients without threads of their own, which are clients all the same. */
async function crowd({ glasswal, runtimes, keep }, count) {
  keep.databases = [];
  for (let i = 0; i < count; i++) {
    keep.databases.push((await glasswal.join(runtimes.get('runtime'), { name: `client-${i}` })).open());
  }
  keep.databases[0].exec('CREATE TABLE rows(value)');
}

/** Runs in the page: something for the inspector to draw. */
async function commit({ keep }, times, pauseMs) {
  for (let i = 0; i < times; i++) {
    keep.databases[i % keep.databases.length].exec('INSERT INTO rows VALUES (1)');
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** Runs in a worker: commits as fast as it can for a while; commits a second. */
function work({ db, keep }, sliceMs) {
  keep.insert ??= db.prepare('INSERT INTO rows VALUES (1)');
  const started = performance.now();
  let commits = 0;
  while (performance.now() - started < sliceMs) {
    for (let i = 0; i < 50; i++) keep.insert.run();
    commits += 50;
  }
  return commits / (performance.now() - started) * 1000;
}

/** How much slower a worker is while an inspector draws live than while it is hidden, by medians of turns; 0.03: 3 %. */
async function measureSlowdown(stage, inspected) {
  const worker = await stage.actor('worker');
  const rates = { hidden: [], shown: [] };
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [state, rate] of Object.entries(rates)) {
      await inspected.call(state === 'shown' ? 'show' : 'hide');
      // Showing it costs more than its being shown: canvas, glyphs and mirror are made anew.
      await worker.run(work, SETTLE_MS);
      rate.push(await worker.run(work, SLICE_MS));
    }
  }
  // The first turn is the worker's own: its code is compiled meanwhile.
  return 1 - median(rates.shown.slice(1)) / median(rates.hidden.slice(1));
}

/** {clients, attachMs, frames, frameMs: {median, best}, slowdown} of the lock matrix in the browser of that name. */
export async function measureInspector(browserName) {
  const server = await serve({ '/': 'tests/web/pages', '/glasswal/': 'wasm/dist' });
  const browser = await launch(browserName, { webgl: true });
  try {
    const stage = await Stage.open(browser, server.origin);
    await stage.createRuntime();
    await stage.inPage(crowd, CLIENTS);
    const inspected = await Inspected.attach(stage, { open: true, panel: 'locks' });
    const attachMs = await stage.inPage(({ keep }) => keep.attachMs);
    await stage.inPage(commit, COMMITS, PAUSE_MS);
    const { frames, scriptMs } = await inspected.cost();
    const frameMs = { median: median(scriptMs), best: Math.min(...scriptMs) };
    const slowdown = await measureSlowdown(stage, inspected);
    // The page, its janitor and the others.
    return { clients: CLIENTS + 2, attachMs, frames, frameMs, slowdown };
  } finally {
    await browser.close();
    await server.close();
  }
}
