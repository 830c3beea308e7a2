// The worker of every bundler's app.
import * as glasswal from 'glasswal';

import { workInWorker } from './web_worker.js';

workInWorker(glasswal);
