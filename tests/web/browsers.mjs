// Launches the real browsers that tests, benches and the demo run in: Debian's Chromium and Debian's Firefox ESR, both
// driven by Playwright. GLASSWAL_BROWSERS (names with commas) picks which ones a test run uses.
import { spawn } from 'node:child_process';

import { chromium, firefox } from 'playwright-core';

const CHROMIUM_ARGUMENTS = [
  '--no-first-run',
  // A machine without the outside world would otherwise spend its time on refused connections.
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Workers that a test drives must run as fast in a page that nobody looks at.
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
];

const LAUNCHERS = {
  chromium: async ({ headless = true, args = [] }) => chromium.launch({
    executablePath: process.env.GLASSWAL_CHROMIUM ?? '/usr/bin/chromium',
    headless,
    // Chromium's sandbox cannot be had by root.
    args: [...CHROMIUM_ARGUMENTS, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), ...args],
  }),
  firefox: async ({ headless = true, webgl = false, args = [] }) => {
    const display = webgl ? await openDisplay() : undefined;
    const browser = await firefox.launch({
      // Debian's build is not Playwright's: this channel speaks WebDriver BiDi, which every Firefox understands.
      channel: 'moz-firefox',
      executablePath: process.env.GLASSWAL_FIREFOX ?? '/usr/bin/firefox-esr',
      headless: headless && !webgl,
      args,
      ...(webgl && { env: { ...process.env, DISPLAY: display.name } }),
    });
    if (webgl) browser.on('disconnected', display.close);
    return browser;
  },
};

/** A virtual display: a headless Firefox has no WebGL2, one with a display does. */
export async function openDisplay() {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const number = await new Promise((resolve, reject) => {
    server.stdio[3].once('data', (text) => resolve(String(text).trim()));
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`Xvfb ended with code ${code}`)));
  });
  return { name: `:${number}`, close: () => server.kill() };
}

export const BROWSERS = (process.env.GLASSWAL_BROWSERS ?? Object.keys(LAUNCHERS).join(',')).split(',');

/** Starts the browser of that name; options: headless (default true), webgl if it must draw, further command-line args. */
export function launch(name, options = {}) {
  const launcher = LAUNCHERS[name];
  if (launcher === undefined) {
    throw new Error(`there is no browser '${name}', only ${Object.keys(LAUNCHERS).join(' and ')}`);
  }
  return launcher(options);
}

/** A page in which a wait has no limit of its own: that of its test is counted fairly on a busy machine (tests/tools/limit.mjs). */
export async function openPage(browser, options) {
  const page = await browser.newPage(options);
  page.setDefaultTimeout(0);
  return page;
}
