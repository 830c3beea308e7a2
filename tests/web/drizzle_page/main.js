// The page: two workers migrate and write at once, and then it reads by itself.
import { createRuntime } from 'glasswal';

import { open } from './database.js';

const runtime = await createRuntime('/shops.sqlite');
await Promise.all(['Ada', 'Bob'].map((seller) => new Promise((resolve, reject) => {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  worker.onmessage = ({ data }) => (data === 'done' ? resolve() : reject(new Error(data)));
  worker.postMessage({ runtime, seller });
})));
const shops = open(runtime.client).query.shop.findMany({ with: { sales: true } }).sync();
document.querySelector('#result').textContent = JSON.stringify(shops.map(({ name, stock, sales }) => ({
  name, stock, sellers: sales.map(({ seller }) => seller).sort(), dated: sales.every(({ soldAt }) => soldAt instanceof Date),
})));
