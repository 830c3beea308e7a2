// A user's own test: the same in an environment with a page's globals and in one without.
import path from 'node:path';

import * as glasswal from 'glasswal';
import { expect, test } from 'vitest';

import { EXPECTED, play } from './play.js';
import { threadStarter } from './start_thread.js';

test('workers share a database with the test', async () => {
  const start = threadStarter(path.join(import.meta.dirname, 'thread.mjs'));
  expect(await play(glasswal, start)).toEqual(EXPECTED);
});
