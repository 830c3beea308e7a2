// The page of every bundler's app.
import * as glasswal from 'glasswal';

import { playInPage } from './web_page.js';

playInPage(glasswal);
