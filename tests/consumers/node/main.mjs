// The main thread, for every engine that has Node's worker threads. What came of it is printed, as JSON.
import * as glasswal from 'glasswal';

import { play } from './play.js';
import { startThread } from './start_thread.mjs';

play(glasswal, startThread).then((outcome) => console.log(JSON.stringify(outcome)));
