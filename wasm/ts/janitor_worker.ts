/** The worker that a runtime's janitor lives in. */
import { Janitor } from './janitor.js';
import { watching } from './janitor_worker_messages.js';
import { enter, type RuntimeParts } from './membership.js';

/** Joins and watches, and again if this client is lost: somebody can steal its lock, too. */
async function keepJanitor(runtime: RuntimeParts): Promise<void> {
  const { engine, slot } = await enter(runtime, 'janitor');
  const janitor = new Janitor(engine, runtime.id, slot);
  postMessage(watching);
  engine.fate.whenLost(() => {
    janitor.stop();
    start(runtime);
  });
}

/** Where it cannot join, because the runtime is full, whoever started it must do the work: any other message says so. */
function start(runtime: RuntimeParts): void {
  keepJanitor(runtime).catch((error: unknown) => postMessage(String(error)));
}

addEventListener('message', ({ data }: MessageEvent<{ readonly runtime: RuntimeParts }>) => start(data.runtime), { once: true });
