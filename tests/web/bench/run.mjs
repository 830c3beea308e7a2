// `./dev bench web`: glasswal beside the current packages of its peers, in real browsers, interleaved in one run.
//
// usage: node tests/web/bench/run.mjs [--browser chromium|firefox] [--rounds N] [--quick] [--peers]
// --peers measures the peers alone. Prints tables of medians, and last the one of aims; build/bench/web.json gets every number.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { BROWSERS, launch } from '../browsers.mjs';
import { ROOT, serve } from '../server.mjs';
import { aimsTable } from './aims.mjs';
import { measureInspector } from './inspector.mjs';
import { inspectorTable, medians, sharedTable, sizeTable, speedTable, waSharedTable } from './report.mjs';
import { ENGINES, runRounds } from './rounds.mjs';
import { measureSizes } from './sizes.mjs';

const PACKAGES = ['sql.js', '@journeyapps/wa-sqlite', '@sqlite.org/sqlite-wasm'];

function versionsOf(packages) {
  return Object.fromEntries(packages.map((name) => {
    const file = path.join(ROOT, 'node_modules', name, 'package.json');
    return [name, JSON.parse(readFileSync(file, 'utf8')).version];
  }));
}

async function measure(browserName, names, rounds) {
  const server = await serve({ '/bench/': 'tests/web/bench', '/npm/': 'node_modules', '/glasswal/': 'wasm/dist' });
  const browser = await launch(browserName);
  try {
    const version = browser.version();
    console.log(`${browserName} ${version}, ${rounds} rounds, medians`);
    const { numbers, shared } = await runRounds(browser, server.origin, names, rounds, (text) => console.log(text));
    return { version, numbers, shared };
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Prints what one browser has measured, as medians. */
function printMedians({ numbers, shared, inspector }) {
  console.log(`\n${speedTable(Object.fromEntries(Object.entries(numbers).map(([name, lists]) => [name, medians(lists)])))}`);
  if (inspector === undefined) return;
  const together = medians(shared);
  for (const text of [sharedTable(together), waSharedTable(together), inspectorTable(inspector)]) console.log(`\n${text}`);
}

const { values: options } = parseArgs({
  options: {
    browser: { type: 'string', multiple: true, default: BROWSERS },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    peers: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds ?? (options.quick ? 2 : 5));
if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds is a number from 1 on, not ${options.rounds}`);
const built = existsSync(path.join(ROOT, 'wasm/dist/index.js'));
if (!options.peers && !built) throw new Error('wasm/dist is not built: ./dev bench web builds it');
const names = Object.keys(ENGINES).filter((name) => !options.peers || !name.startsWith('glasswal'));

const measured = {};
for (const browser of options.browser) {
  measured[browser] = await measure(browser, names, rounds);
  if (!options.peers) measured[browser].inspector = await measureInspector(browser, options.quick ? 4 : undefined);
  printMedians(measured[browser]);
}
const sizes = measureSizes();
console.log(`\n${sizeTable(sizes)}`);
if (!options.peers) console.log(`\n${aimsTable(measured, sizes)}`);

const out = path.join(ROOT, 'build/bench/web.json');
mkdirSync(path.dirname(out), { recursive: true });
writeFileSync(out, `${JSON.stringify({ rounds, versions: versionsOf(PACKAGES), sizes, browsers: measured }, null, 2)}\n`);
console.log(`\nevery number: ${path.relative(ROOT, out)}`);
