// What the inspector costs: how long attaching takes, and the script of a frame, with as many clients as a region can have.
import { launch } from '../browsers.mjs';
import { Inspected } from '../inspector.mjs';
import { serve } from '../server.mjs';
import { Stage } from '../stage.mjs';

const CLIENTS = 58;
const COMMITS = 100;
const PAUSE_MS = 40;

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

/** {clients, attachMs, frames, frameMs: {median, best}} of the lock matrix in the browser of that name. */
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
    const sorted = [...scriptMs].sort((a, b) => a - b);
    // The page, its janitor and the others.
    return { clients: CLIENTS + 2, attachMs, frames, frameMs: { median: sorted[sorted.length >> 1], best: sorted[0] } };
  } finally {
    await browser.close();
    await server.close();
  }
}
