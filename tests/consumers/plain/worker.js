// A page's import map does not reach its workers: they name the file.
import * as glasswal from './node_modules/glasswal/dist/index.js';

import { workInWorker } from './web_worker.js';

workInWorker(glasswal);
