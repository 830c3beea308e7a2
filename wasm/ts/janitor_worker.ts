/** The worker that a runtime's janitor lives in. */
import { Janitor } from './janitor.js';
import { enter, type RuntimeParts } from './membership.js';

addEventListener(
  'message',
  ({ data }: MessageEvent<{ readonly runtime: RuntimeParts }>) => {
    void enter(data.runtime, 'janitor').then((membership) => {
      new Janitor(membership.engine, data.runtime.id, membership.slot);
    });
  },
  { once: true },
);
