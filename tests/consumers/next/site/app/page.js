'use client';

import * as glasswal from 'glasswal';
import { useEffect } from 'react';

import { playInPage } from '../web_page.js';

export default function Page() {
  useEffect(() => playInPage(glasswal), []);
  return null;
}
