// What the tests of the inspector have in common: a stage with an inspector on it, found as a person would find things.
import { inEachBrowser } from './suite.mjs';

/** As inEachBrowser(), with browsers that can draw. */
export function inEachDrawingBrowser(declare, options = {}) {
  inEachBrowser(declare, { ...options, webgl: true });
}

/** An inspector that a test has attached, and where it is shown. */
export class Inspected {
  constructor(stage, page = stage.page) {
    this.stage = stage;
    this.page = page;
    this.root = page.getByRole('region', { name: 'glasswal inspector', exact: true });
  }

  /** Attaches to the stage's runtime; options are attachInspector()'s. */
  static async attach(stage, options = { open: true }) {
    await stage.inPage(async ({ runtimes, keep }, given) => {
      const { attachInspector } = await import('/glasswal/inspector/index.js');
      const started = performance.now();
      keep.inspector = attachInspector(runtimes.get('runtime'), given);
      await keep.inspector.ready;
      keep.attachMs = performance.now() - started;
    }, options);
    return new Inspected(stage);
  }

  tab(name) {
    return this.root.getByRole('tab', { name, exact: true });
  }

  button(name) {
    return this.root.getByRole('button', { name, exact: true });
  }

  /** Goes to a panel by its tab. */
  async show(panel) {
    await this.tab(panel).click();
    await this.root.locator(`[role=tab][aria-selected=true][aria-label="${panel}"]`).waitFor();
  }

  /** Calls a method of the Inspector in the page. */
  call(method, ...values) {
    return this.stage.inPage(async ({ keep }, name, given) => keep.inspector[name](...given), method, values);
  }

  cost() {
    return this.call('cost');
  }

  /** Waits until the inspector has drawn nothing for `ms`. */
  async settle(ms = 400) {
    await this.stage.inPage(async ({ keep }, quietMs) => {
      let frames = -1;
      for (;;) {
        const now = (await keep.inspector.cost()).frames;
        if (now === frames) return;
        frames = now;
        await new Promise((resolve) => setTimeout(resolve, quietMs));
      }
    }, ms);
  }
}

/** A stage with a runtime, and an inspector that is open on it. */
export async function inspect(stage, options = { open: true }) {
  const opened = await stage();
  await opened.createRuntime();
  return Inspected.attach(opened, options);
}
