// What the inspector costs: how long attaching takes, and the script of a frame, with as many clients as a region can have.
import { launch } from '../browsers.mjs';
import { Inspected } from '../inspector.mjs';
import { serve } from '../server.mjs';
import { Stage } from '../stage.mjs';
import { median } from './report.mjs';

const CLIENTS = 58;
const COMMITS = 300;
const PAUSE_MS = 40;
const RUNTIMES = ['runtime', 'other'];
const PAIRS = 30;
const SETTLE_MS = 150;
const SLICE_MS = 300;

/** Runs in the page: clients without threads of their own, which are clients all the same. */
async function crowd({ glasswal, runtimes, keep }, count, runtime) {
  const databases = [];
  for (let i = 0; i < count; i++) {
    databases.push((await glasswal.join(runtimes.get(runtime), { name: `client-${i}` })).open());
  }
  databases[0].exec('CREATE TABLE rows(value)');
  keep.databases = { ...keep.databases, [runtime]: databases };
}

/** Runs in the page: something for the inspector to draw. */
async function commit({ keep }, times, pauseMs) {
  const databases = keep.databases.runtime;
  for (let i = 0; i < times; i++) {
    databases[i % databases.length].exec('INSERT INTO rows VALUES (1)');
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

/**
 * How fast a worker is that commits all the time where the inspector draws it live, against one that does so where nobody looks: a
 * ratio of each pair. The two take turns of some hundred milliseconds, since the machine's own speed changes by more than the
 * difference within seconds, and half-way the inspector is attached to the other one.
 */
async function measureBeside(stage, pairs) {
  const workers = new Map();
  for (const runtime of RUNTIMES) {
    workers.set(runtime, await stage.actor(`worker of ${runtime}`, { runtime }));
    await workers.get(runtime).run(work, 1000);
  }
  const slice = async (runtime) => {
    await workers.get(runtime).run(work, SETTLE_MS);
    return workers.get(runtime).run(work, SLICE_MS);
  };
  const ratios = [];
  for (const seen of RUNTIMES) {
    await stage.inPage(({ runtimes, keep }, name) => keep.inspector.attach(runtimes.get(name)), seen);
    for (let i = 0; i < pairs; i++) {
      const rates = new Map();
      for (const runtime of i % 2 === 0 ? RUNTIMES : RUNTIMES.toReversed()) rates.set(runtime, await slice(runtime));
      ratios.push(rates.get(seen) / rates.get(RUNTIMES.find((name) => name !== seen)));
    }
  }
  return ratios;
}

/** {clients, attachMs, frames, frameMs: {median, best}, beside: [ratios]} of the lock matrix in the browser of that name. */
export async function measureInspector(browserName, pairs = PAIRS) {
  const server = await serve({ '/': 'tests/web/pages', '/glasswal/': 'wasm/dist' });
  const browser = await launch(browserName, { webgl: true });
  try {
    const stage = await Stage.open(browser, server.origin);
    for (const runtime of RUNTIMES) {
      await stage.createRuntime('/app.sqlite', undefined, runtime);
      await stage.inPage(crowd, CLIENTS, runtime);
    }
    const inspected = await Inspected.attach(stage, { open: true, panel: 'locks' });
    const attachMs = await stage.inPage(({ keep }) => keep.attachMs);
    await stage.inPage(commit, COMMITS, PAUSE_MS);
    const { frames, scriptMs } = await inspected.cost();
    const frameMs = { median: median(scriptMs), best: Math.min(...scriptMs) };
    const beside = await measureBeside(stage, pairs);
    // The page, its janitor and the others.
    return { clients: CLIENTS + 2, attachMs, frames, frameMs, beside };
  } finally {
    await browser.close();
    await server.close();
  }
}
