// The main thread, for every engine that has Node's worker threads. What came of it is printed, as JSON.
import path from 'node:path';

import * as glasswal from 'glasswal';

import { play } from './play.js';
import { threadStarter } from './start_thread.js';

// Its worker is beside it, of the same kind: a bundle of this program has a bundle of that.
const program = process.argv[1];
const start = threadStarter(path.join(path.dirname(program), `thread${path.extname(program)}`));

play(glasswal, start).then((outcome) => console.log(JSON.stringify(outcome)));
