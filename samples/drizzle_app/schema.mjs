// The tables, and what belongs to what. After a change here: npx drizzle-kit generate.
import { relations } from 'drizzle-orm';
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const shop = sqliteTable('shop', {
  id: integer().primaryKey(),
  name: text().notNull().unique(),
  stock: integer().notNull(),
});

export const sale = sqliteTable('sale', {
  id: integer().primaryKey(),
  shopId: integer('shop_id').notNull().references(() => shop.id),
  seller: text().notNull(),
  pieces: integer().notNull(),
  soldAt: integer('sold_at', { mode: 'timestamp_ms' }).notNull(),
}, (table) => [index('sale_shop').on(table.shopId)]);

export const shopRelations = relations(shop, ({ many }) => ({ sales: many(sale) }));
export const saleRelations = relations(sale, ({ one }) => ({ shop: one(shop, { fields: [sale.shopId], references: [shop.id] }) }));

export const schema = { shop, sale, shopRelations, saleRelations };
