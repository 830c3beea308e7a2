import * as glasswal from './node_modules/glasswal/dist/index.js';

import { playInPage } from './web_page.js';

playInPage(glasswal);
