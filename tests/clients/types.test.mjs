// The types of the adapters, as those see them who write against them.
import path from 'node:path';
import { test } from 'node:test';

import { within } from '../tools/limit.mjs';
import { run } from '../web/package.mjs';

test('queries have the types of their tables, and what cannot work is refused', within(120_000, async () => {
  await run('node_modules/.bin/tsc', ['-p', path.join(import.meta.dirname, 'types')]);
}));
