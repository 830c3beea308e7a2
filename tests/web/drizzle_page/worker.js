// Makes the shop if nobody has, and sells two pieces.
import { eq, sql } from 'drizzle-orm';
import { join } from 'glasswal';

import { open, sale, shop } from './database.js';

self.onmessage = async ({ data: { runtime, seller } }) => {
  try {
    const db = open(await join(runtime, { name: seller }));
    for (let i = 0; i < 2; i++) {
      db.transaction((tx) => {
        const { id } = tx.insert(shop).values({ name: 'Oak Street', stock: 10 }).onConflictDoUpdate({ target: shop.name, set: { stock: sql`stock` } })
          .returning({ id: shop.id }).get();
        tx.update(shop).set({ stock: sql`${shop.stock} - 1` }).where(eq(shop.id, id)).run();
        tx.insert(sale).values({ shopId: id, seller, pieces: 1, soldAt: new Date() }).run();
      }, { behavior: 'immediate' });
    }
    self.postMessage('done');
  } catch (error) {
    self.postMessage(String(error));
  }
};
