// What a browser test stands on: a real page, and real workers in it that do what the test wrote.
//
// A test hands a function to a worker (or to the page): its text travels there, it is called with the worker's context
// ({glasswal, runtime, client, db, signals, keep}) and the values given, and its result comes back. It sees nothing of the test
// around it. An error thrown there is thrown here, with its code, its lock and the rest.

import { within } from '../tools/limit.mjs';
import { openPage } from './browsers.mjs';

const HUNG_MS = 60_000;

/** An error that was thrown in the browser. */
export class RemoteError extends Error {
  /** @type {string | number | undefined} */
  code;

  constructor({ stack, ...fields }) {
    super(fields.message);
    Object.assign(this, fields);
    this.remoteStack = stack;
  }
}

function unwrap({ value, error }) {
  if (error !== undefined) throw new RemoteError(error);
  return value;
}

/** A worker of the stage's page. */
export class Actor {
  /** What it runs, and what open() is given if a test says nothing. */
  static script = 'actor.js';
  static open = { busyTimeout: 5000 };

  constructor(stage, name, joinMs) {
    this.stage = stage;
    this.name = name;
    this.joinMs = joinMs;
  }

  /** Runs part(context, ...values) in the worker. Several calls queue up; the worker takes one after another. */
  run(part, ...values) {
    return this.stage.call('tell', { name: this.name, source: part.toString(), values });
  }

  /** The rows of a query. */
  all(sql, ...values) {
    return this.run(({ db }, text, bound) => db.prepare(text).all(...bound), sql, values);
  }

  /** The one value of a query. */
  one(sql, ...values) {
    return this.run(({ db }, text, bound) => db.prepare(text).pluck().get(...bound), sql, values);
  }

  exec(sql) {
    return this.run(({ db }, text) => void db.exec(text), sql);
  }

  /** terminate(): it ends wherever it is. */
  terminate() {
    return this.stage.call('terminate', { name: this.name });
  }
}

/** One page of a browser. */
export class Stage {
  #names = 0;

  static async open(browser, origin, path = '/stage.html') {
    return Stage.stand(await openPage(browser), origin, path);
  }

  /** The same in a page that is there. */
  static async stand(page, origin, path = '/stage.html') {
    await page.goto(origin + path);
    await page.waitForFunction(() => globalThis.stage !== undefined);
    return new Stage(page);
  }

  constructor(page) {
    this.page = page;
  }

  async call(method, message) {
    const work = () => this.page.evaluate(([name, data]) => globalThis.stage[name](data), [method, message]);
    return unwrap(await within(HUNG_MS, work, `${method} ${message.name ?? ''}`)());
  }

  /** Runs part({glasswal, runtimes, actors, signals, keep}, ...values) on the page's main thread. */
  inPage(part, ...values) {
    return this.call('inPage', { source: part.toString(), values });
  }

  /** Makes a runtime in the page and names it, for actors to join. */
  async createRuntime(path = '/app.sqlite', options = undefined, name = 'runtime') {
    await this.call('createRuntime', { name, path, options });
    return name;
  }

  /** Starts a worker that joins the runtime and opens its database (open: null leaves that out). */
  async actor(name = `actor-${++this.#names}`, { runtime = 'runtime', kind = Actor, open = kind.open } = {}) {
    const joinMs = await this.call('start', { script: kind.script, name, runtime, open: open ?? undefined });
    return new kind(this, name, joinMs);
  }

  /** Waits until holds(snapshot, ...values) is true of the runtime's diagnostics; it runs in the page. */
  async until(holds, ...values) {
    const source = `(snapshot, values) => (${holds.toString()})(snapshot, ...values)`;
    await this.page.waitForFunction(([text, bound]) => globalThis.stage.holds(text, bound), [source, values],
      { polling: 20 });
  }

  /** The runtime's diagnostics, as the page sees them. */
  diagnostics(name = 'runtime') {
    return this.inPage(({ runtimes }, key) => runtimes.get(key).diagnostics(), name);
  }

  close() {
    return this.page.close();
  }
}
