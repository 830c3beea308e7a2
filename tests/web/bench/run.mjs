// `./dev bench web`: glasswal beside the current packages of its peers, in one real browser, interleaved in one run.
//
// usage: node tests/web/bench/run.mjs [--browser chromium|firefox] [--rounds N] [--peers]
// --peers measures the peers alone. Prints tables of medians; build/bench/web.json gets every number.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { launch } from '../browsers.mjs';
import { ROOT, serve } from '../server.mjs';
import { measureInspector } from './inspector.mjs';
import { inspectorTable, medians, ratiosAgainst, sharedTable, sizeTable, speedTable, waSharedTable } from './report.mjs';
import { ENGINES, runRounds } from './rounds.mjs';
import { measureSizes } from './sizes.mjs';

const PEERS = ['sql.js', '@journeyapps/wa-sqlite', '@sqlite.org/sqlite-wasm'];

function versionsOf(packages) {
  return Object.fromEntries(packages.map((name) => {
    const file = path.join(ROOT, 'node_modules', name, 'package.json');
    return [name, JSON.parse(readFileSync(file, 'utf8')).version];
  }));
}

function ratiosOf(results, names) {
  const peers = names.filter((name) => !name.startsWith('glasswal'));
  if (results.glasswal === undefined) return {};
  return {
    'glasswal / fastest peer': ratiosAgainst(results, 'glasswal', peers),
    'glasswal / its own :memory:': ratiosAgainst(results, 'glasswal', ['glasswal :memory:']),
    'glasswal/wa-sqlite / MemoryVFS': ratiosAgainst(results, 'glasswal/wa-sqlite', ['wa-sqlite MemoryVFS']),
  };
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

const { values: options } = parseArgs({
  options: {
    browser: { type: 'string', default: 'chromium' },
    rounds: { type: 'string', default: '7' },
    peers: { type: 'boolean', default: false },
  },
});
const built = existsSync(path.join(ROOT, 'wasm/dist/index.js'));
if (!options.peers && !built) throw new Error('wasm/dist is not built: ./dev bench web builds it');
const names = Object.keys(ENGINES).filter((name) => !options.peers || !name.startsWith('glasswal'));

const { version, numbers, shared } = await measure(options.browser, names, Number(options.rounds));
const results = Object.fromEntries(names.map((name) => [name, medians(numbers[name])]));
const together = medians(shared);
const ratios = ratiosOf(results, names);
const sizes = measureSizes();
const inspector = options.peers ? undefined : await measureInspector(options.browser);

console.log(`\n${speedTable(results, ratios)}`);
if (results.glasswal !== undefined) {
  console.log(`\n${sharedTable(together)}`);
  console.log(`\n${waSharedTable(together)}`);
  console.log(`\njoining from a worker, runtime in hand: ${together.joinMs.toFixed(2)} ms`);
}
console.log(`\n${sizeTable(sizes)}`);
if (inspector !== undefined) console.log(`\n${inspectorTable(inspector)}`);

const out = path.join(ROOT, 'build/bench/web.json');
mkdirSync(path.dirname(out), { recursive: true });
const versions = versionsOf(PEERS);
writeFileSync(out, `${JSON.stringify({
  browser: options.browser, version, rounds: Number(options.rounds), versions, results, ratios, together, sizes, inspector,
  numbers, shared,
}, null, 2)}\n`);
console.log(`\nevery number: ${path.relative(ROOT, out)}`);
