// The main thread: makes the runtime, fills the shops, starts the sellers, and looks while they sell.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

import { desc, eq, sum } from 'drizzle-orm';
import { createRuntime } from 'glasswal';

import { open } from './database.mjs';
import { sale, shop } from './schema.mjs';

const SELLERS = ['Ada', 'Bob', 'Cleo'];
const CUSTOMERS = 400;

const runtime = await createRuntime('/shops.sqlite');
const db = open(runtime.client);
db.insert(shop).values([{ name: 'Oak Street', stock: 300 }, { name: 'Harbour', stock: 300 }, { name: 'Station', stock: 300 }]).run();

const workers = SELLERS.map((seller) => new Worker(new URL('./seller.mjs', import.meta.url), { workerData: { runtime, seller, customers: CUSTOMERS } }));
const exits = Promise.all(workers.map((worker) => once(worker, 'exit')));

for (const worker of workers) {
  worker.on('message', ({ seller, refused }) => {
    if (refused !== undefined) return console.log(`${seller} had to send ${refused} customers away`);
    const oak = db.query.shop.findFirst({ with: { sales: { columns: { pieces: true } } } }).sync();
    return console.log(`${seller} is half-way; ${oak.name} has sold ${oak.sales.length} pieces and has ${oak.stock} left`);
  });
}
await exits;

const sold = sum(sale.pieces).mapWith(Number);
const byShop = db.select({ shop: shop.name, sold, left: shop.stock }).from(shop).leftJoin(sale, eq(sale.shopId, shop.id)).groupBy(shop.id).orderBy(desc(sold)).all();
console.table(byShop);
console.log(`${db.select({ sold }).from(sale).get().sold} of 900 pieces sold by ${SELLERS.length} sellers, none twice`);
runtime.close();
