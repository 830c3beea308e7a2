// The page of every bundler's app.
import * as glasswal from 'glasswal';

import { playInPage } from './web.js';

playInPage(glasswal);
