/** The worker that a runtime's janitor lives in. */
import { Janitor } from './life/janitor.js';
import { janitorLockName } from './life/liveness.js';
import { enter, type RuntimeParts } from './life/membership.js';

/** Joins and watches, and again if this client is lost: somebody can steal its lock, too. */
async function keepJanitor(runtime: RuntimeParts, number: number): Promise<void> {
  const { engine, slot } = await enter(runtime, 'janitor');
  const janitor = new Janitor(engine, runtime.id, slot);
  // While it has this lock, nobody else needs to watch.
  let release: (() => void) | undefined;
  const over = new Promise<void>((resolve) => (release = resolve));
  navigator.locks
    .request(janitorLockName(runtime.id, number), () => {
      janitor.tellWatching();
      return over;
    })
    // Stolen: it watches all the same.
    .catch(() => undefined);
  engine.fate.whenLost(() => {
    janitor.stop();
    release?.();
    start(runtime, number);
  });
}

/** Where it cannot join, because the runtime is full, nobody has the lock, and those who watch meanwhile go on. */
function start(runtime: RuntimeParts, number: number): void {
  keepJanitor(runtime, number).catch(() => undefined);
}

type Start = { readonly runtime: RuntimeParts; readonly number: number };
addEventListener('message', ({ data }: MessageEvent<Start>) => start(data.runtime, data.number), { once: true });
