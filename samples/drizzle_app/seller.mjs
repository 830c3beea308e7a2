// A worker thread: joins the runtime and sells one piece to each customer, as long as there is one.
import { parentPort, workerData } from 'node:worker_threads';

import { eq, sql } from 'drizzle-orm';
import { join } from 'glasswal';

import { open } from './database.mjs';
import { sale, shop } from './schema.mjs';

const { runtime, seller, customers } = workerData;
const client = await join(runtime, { name: seller });
const db = open(client);

const stockOf = db.select({ stock: shop.stock }).from(shop).where(eq(shop.id, sql.placeholder('id'))).prepare();

/** Whether there was a piece left. 'immediate': nobody sells it between the look and the sale. */
const sell = (shopId) => db.transaction((tx) => {
  if (stockOf.get({ id: shopId }).stock === 0) return false;
  tx.update(shop).set({ stock: sql`${shop.stock} - 1` }).where(eq(shop.id, shopId)).run();
  tx.insert(sale).values({ shopId, seller, pieces: 1, soldAt: new Date() }).run();
  return true;
}, { behavior: 'immediate' });

let refused = 0;
for (let customer = 0; customer < customers; customer++) {
  if (!sell(1 + (customer % 3))) refused++;
  if (customer === customers / 2) parentPort.postMessage({ seller });
}
parentPort.postMessage({ seller, refused });
client.close();
