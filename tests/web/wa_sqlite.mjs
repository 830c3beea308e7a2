// What the tests of glasswal/wa-sqlite have in common: wa-sqlite as it is published, and actors that have a connection of it.
import { Actor } from './stage.mjs';
import { inEachBrowser, MOUNTS } from './suite.mjs';

/** Where the server has the two versions. */
export const PLACES = { '2.0.6': '/wa/', '1.7.0': '/wa17/' };

export const WA_MOUNTS = { ...MOUNTS, '/wa/': 'node_modules/@journeyapps/wa-sqlite', '/wa17/': 'node_modules/wa-sqlite-1.7.0' };

/** A worker of the stage's page with a connection of wa-sqlite. */
export class WaActor extends Actor {
  static script = 'wa_actor.js';

  /** The rows of a query, each an array. */
  all(sql, ...values) {
    return this.run(({ db }, text, bound) => db.rows(text, ...bound), sql, values);
  }

  async one(sql, ...values) {
    return (await this.all(sql, ...values))[0]?.[0];
  }

  async exec(sql) {
    await this.all(sql);
  }

  /** Why the last call failed, as the VFS has it. */
  lastError() {
    return this.run(({ wa }) => wa.vfs.lastError?.message);
  }
}

/** Has the page make a runtime by the adapter, which actors join from now on; a client named `watcher` answers what a test asks of it. */
export async function makeRuntime(stage, path, options = undefined) {
  await stage.inPage(async ({ glasswal, runtimes, keep }, name, given) => {
    const { createMemoryWriteAheadSharedRuntime } = await import('/glasswal/adapters/wa_sqlite.js');
    const runtime = createMemoryWriteAheadSharedRuntime(name, given);
    runtimes.set('runtime', runtime);
    keep.watcher = await glasswal.join(runtime, { name: 'watcher' });
  }, path, options);
}

/** A stage with such a runtime. */
export async function stageWa(stand, path = '/app.sqlite', options = undefined) {
  const stage = await stand.stage();
  await makeRuntime(stage, path, options);
  return stage;
}

/** What the adapter says of a runtime, as the page has it. */
export function adapterDiagnostics(stage, path) {
  return stage.inPage(async (_, name) => {
    const { getMemoryWriteAheadRuntimeDiagnostics } = await import('/glasswal/adapters/wa_sqlite.js');
    return getMemoryWriteAheadRuntimeDiagnostics(name);
  }, path);
}

/** A worker with wa-sqlite; `open` is what the connection is opened with, and `version` which wa-sqlite it is. */
export function waActor(stage, name, open = {}) {
  return stage.actor(name, { kind: WaActor, open: { ...Actor.open, ...open } });
}

/** The suite in each browser, with wa-sqlite. */
export function inEachBrowserWithWa(declare, options = {}) {
  inEachBrowser(declare, { ...options, mounts: WA_MOUNTS });
}
