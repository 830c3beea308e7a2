// The main thread for engines that also have the web's workers. What came of it is printed, as JSON.
import * as glasswal from 'glasswal';

import { playInPage } from './web_page.js';

playInPage(glasswal);
console.log(JSON.stringify(await globalThis.outcome));
