// What TypeScript knows of a query through glasswal/drizzle. It is compiled, and never run.
import { eq, relations } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

import { type GlasswalDatabase, drizzle, migrate } from '../../../wasm/dist/adapters/drizzle.js';
import type { Database, RunResult } from '../../../wasm/dist/index.js';

declare const client: Database;
const author = sqliteTable('author', { id: integer().primaryKey(), name: text().notNull(), bornAt: integer({ mode: 'timestamp' }) });
const book = sqliteTable('book', { id: integer().primaryKey(), authorId: integer().notNull() });
const authorRelations = relations(author, ({ many }) => ({ books: many(book) }));
const schema = { author, book, authorRelations };

const db: GlasswalDatabase<typeof schema> = drizzle(client, { schema, casing: 'snake_case', logger: true });
drizzle({ client, schema }).query.book.findMany();
const same: Database = db.$client;

// Everything is there at once: no promise.
const rows: { id: number; name: string; bornAt: Date | null }[] = db.select().from(author).all();
const one: { name: string } | undefined = db.select({ name: author.name }).from(author).where(eq(author.id, 1)).get();
const result: RunResult = db.insert(author).values({ name: 'Ada' }).run();
const nested: { books: { authorId: number }[] } | undefined = db.query.author.findFirst({ with: { books: true } }).sync();
const length: number = db.transaction((tx) => tx.transaction((inner) => inner.select().from(book).all().length), { behavior: 'immediate' });
migrate(db, { migrations: [{ sql: ['SELECT 1'], folderMillis: 1, hash: '', bps: true }] });
migrate(db, { journal: { entries: [{ idx: 0, when: 1, tag: 'a' }] }, migrations: { a: 'SELECT 1' }, migrationsTable: 't' });

// @ts-expect-error: a column is missing
db.insert(author).values({ bornAt: null });
// @ts-expect-error: there is no such table in the schema
db.query.shop.findMany();
// @ts-expect-error: there is no such behavior
db.transaction(() => 1, { behavior: 'later' });
// @ts-expect-error: migrations without a journal are Drizzle's own
migrate(db, { migrations: { a: 'SELECT 1' } });
// @ts-expect-error: a path is no Database
drizzle('/app.sqlite');

export { length, nested, one, result, rows, same };
