// A page of a consumer's app, as a browser sees it.
import { openPage } from '../web/browsers.mjs';

/**
 * Loads the page and waits for its `outcome`. Resolves to {outcome, workers, trouble}: the scripts of all workers that were started,
 * and whatever a user would find in the console: failed requests, warnings and errors. Where it fails, the error says so too, and
 * what the page is still waiting for.
 */
export async function visit(browser, url) {
  const page = await openPage(browser);
  const workers = [];
  const trouble = [];
  page.on('worker', (worker) => workers.push(worker.url()));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) trouble.push(message.text());
  });
  page.on('response', (response) => {
    if (response.status() >= 400) trouble.push(`${response.status()} ${response.url()}`);
  });
  const pending = new Set();
  page.on('request', (request) => pending.add(request));
  for (const end of ['requestfinished', 'requestfailed']) page.on(end, (request) => pending.delete(request));
  const failed = new Promise((_, reject) => page.on('pageerror', reject));
  try {
    await page.goto(url);
    // By time, not by frame: a page that draws nothing may be given none for long.
    const begun = page.waitForFunction(() => globalThis.outcome !== undefined, undefined, { polling: 50 });
    const outcome = begun.then(() => page.evaluate(() => globalThis.outcome));
    return { outcome: await Promise.race([outcome, failed]), workers, trouble };
  } catch (error) {
    const unanswered = Array.from(pending, (request) => `unanswered: ${request.url()}`);
    throw new Error([error.message, ...trouble, ...unanswered].join('\n'), { cause: error });
  } finally {
    await page.close();
  }
}
