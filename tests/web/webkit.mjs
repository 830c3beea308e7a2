// The third engine: Debian's WebKitGTK, driven by plain WebDriver (the W3C's protocol over HTTP), for Playwright drives only
// builds of its own. What is here is as much of Playwright's Page as stage.mjs needs, so that the same stage stands on it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { openDisplay } from './browsers.mjs';

const DRIVER = process.env.GLASSWAL_WEBKIT_DRIVER ?? 'WebKitWebDriver';
const ASK_AGAIN_MS = 50;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** One command of the protocol; resolves to its value. */
async function command(origin, method, path, body) {
  const response = await fetch(origin + path, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`WebDriver: ${method} ${path}: ${value.error}: ${value.message}`);
  return value;
}

/** One page of the browser. Functions travel as text, as with Playwright. */
class Page {
  #run;

  constructor(run) {
    this.#run = run;
  }

  goto(url) {
    return this.#run('POST', '/url', { url });
  }

  /** Calls part(value) in the page and resolves to what it resolves to. WebDriver itself would make null of undefined. */
  async evaluate(part, value = null) {
    const script = `const [value, done] = arguments;
      Promise.resolve().then(() => (${part.toString()})(value)).then(
        (result) => done(JSON.stringify({ result })),
        (error) => done(JSON.stringify({ error: \`\${error}\n\${error?.stack}\` })));`;
    const { result, error } = JSON.parse(await this.#run('POST', '/execute/async', { script, args: [value] }));
    if (error !== undefined) throw new Error(`in the page: ${error}`);
    return result;
  }

  /** Asks until holds(value) is true in the page. */
  async waitForFunction(holds, value, { polling = ASK_AGAIN_MS } = {}) {
    while (!(await this.evaluate(holds, value))) await sleep(polling);
  }

  /** What is to be seen, as the bytes of a PNG. */
  async screenshot() {
    return Buffer.from(await this.#run('GET', '/screenshot'), 'base64');
  }
}

/**
 * Starts the driver on a display of its own, and MiniBrowser by it. Resolves to {page, version, close}: a session has one
 * page. WebKit gives a page shared memory only if its environment says so, isolated or not.
 */
export async function launchWebKit() {
  const display = await openDisplay();
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const driver = spawn(DRIVER, [`--port=${port}`], {
    env: {
      ...process.env,
      DISPLAY: display.name,
      JSC_useSharedArrayBuffer: '1',
      // Its sandbox wants namespaces, which root in a container cannot have.
      ...(process.getuid() === 0 && { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' }),
    },
    stdio: 'ignore',
    // A group of its own, so that what it has started ends with it.
    detached: true,
  });
  const gone = new Promise((resolve) => {
    driver.on('error', (error) => resolve(`${DRIVER} cannot be started: ${error.message}`));
    driver.on('exit', (code, signal) => resolve(`${DRIVER} ended with ${signal ?? code}`));
  });
  let ended;
  void gone.then((why) => (ended = why));

  const close = async (session) => {
    if (session !== undefined && ended === undefined) await command(origin, 'DELETE', session).catch(() => undefined);
    if (ended === undefined) process.kill(-driver.pid, 'SIGTERM');
    await gone;
    display.close();
  };

  try {
    while (!(await command(origin, 'GET', '/status').then(({ ready }) => ready, () => false))) {
      if (ended !== undefined) throw new Error(ended);
      await sleep(ASK_AGAIN_MS);
    }
    const { sessionId, capabilities } = await command(origin, 'POST', '/session', { capabilities: {} });
    const session = `/session/${sessionId}`;
    // A test has a limit of its own.
    await command(origin, 'POST', `${session}/timeouts`, { script: 600_000 });
    const page = new Page((method, path, body) => command(origin, method, session + path, body));
    return { page, version: capabilities.browserVersion, close: () => close(session) };
  } catch (error) {
    await close();
    throw error;
  }
}
