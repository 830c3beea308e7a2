// A shop of books in Drizzle's words, with a column of every mode that Drizzle has for SQLite.
import { relations, sql } from 'drizzle-orm';
import { blob, check, index, integer, numeric, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

export const author = sqliteTable('author', {
  id: integer().primaryKey({ autoIncrement: true }),
  email: text().notNull().unique(),
  name: text().notNull(),
  isActive: integer('is_active', { mode: 'boolean' }).notNull().default(true),
  bornAt: integer('born_at', { mode: 'timestamp' }),
  seenAt: integer('seen_at', { mode: 'timestamp_ms' }),
  settings: text({ mode: 'json' }),
  portrait: blob({ mode: 'buffer' }),
  extras: blob({ mode: 'json' }),
  large: blob({ mode: 'bigint' }),
  rating: real(),
  price: numeric(),
});

export const book = sqliteTable('book', {
  id: integer().primaryKey(),
  authorId: integer('author_id').notNull().references(() => author.id, { onDelete: 'cascade' }),
  title: text().notNull(),
  pages: integer().notNull().default(0),
}, (table) => [index('book_title').on(table.title), uniqueIndex('book_once').on(table.authorId, table.title),
  check('book_pages', sql`${table.pages} >= 0`)]);

export const tag = sqliteTable('tag', { id: integer().primaryKey(), name: text().notNull().unique() });

export const bookTag = sqliteTable('book_tag', {
  bookId: integer('book_id').notNull().references(() => book.id, { onDelete: 'cascade' }),
  tagId: integer('tag_id').notNull().references(() => tag.id),
}, (table) => [primaryKey({ columns: [table.bookId, table.tagId] })]);

export const authorRelations = relations(author, ({ many }) => ({ books: many(book) }));
export const bookRelations = relations(book, ({ one, many }) => ({
  author: one(author, { fields: [book.authorId], references: [author.id] }),
  bookTags: many(bookTag),
}));
export const bookTagRelations = relations(bookTag, ({ one }) => ({
  book: one(book, { fields: [bookTag.bookId], references: [book.id] }),
  tag: one(tag, { fields: [bookTag.tagId], references: [tag.id] }),
}));

export const schema = { author, book, tag, bookTag, authorRelations, bookRelations, bookTagRelations };

/** What drizzle-kit writes of it, in two migrations: the journal, and the SQL by the path of its file. */
export const migrations = {
  journal: {
    version: '7',
    dialect: 'sqlite',
    entries: [
      { idx: 0, version: '6', when: 1760000000000, tag: '0000_authors', breakpoints: true },
      { idx: 1, version: '6', when: 1760000001000, tag: '0001_books', breakpoints: true },
    ],
  },
  migrations: {
    './drizzle/0000_authors.sql': `CREATE TABLE \`author\` (
\t\`id\` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
\t\`email\` text NOT NULL,
\t\`name\` text NOT NULL,
\t\`is_active\` integer DEFAULT true NOT NULL,
\t\`born_at\` integer,
\t\`seen_at\` integer,
\t\`settings\` text,
\t\`portrait\` blob,
\t\`extras\` blob,
\t\`large\` blob,
\t\`rating\` real,
\t\`price\` numeric
);
--> statement-breakpoint
CREATE UNIQUE INDEX \`author_email_unique\` ON \`author\` (\`email\`);
`,
    './drizzle/0001_books.sql': `CREATE TABLE \`book\` (
\t\`id\` integer PRIMARY KEY NOT NULL,
\t\`author_id\` integer NOT NULL,
\t\`title\` text NOT NULL,
\t\`pages\` integer DEFAULT 0 NOT NULL,
\tFOREIGN KEY (\`author_id\`) REFERENCES \`author\`(\`id\`) ON UPDATE no action ON DELETE cascade,
\tCONSTRAINT "book_pages" CHECK("book"."pages" >= 0)
);
--> statement-breakpoint
CREATE INDEX \`book_title\` ON \`book\` (\`title\`);--> statement-breakpoint
CREATE UNIQUE INDEX \`book_once\` ON \`book\` (\`author_id\`,\`title\`);--> statement-breakpoint
CREATE TABLE \`tag\` (
\t\`id\` integer PRIMARY KEY NOT NULL,
\t\`name\` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX \`tag_name_unique\` ON \`tag\` (\`name\`);--> statement-breakpoint
CREATE TABLE \`book_tag\` (
\t\`book_id\` integer NOT NULL,
\t\`tag_id\` integer NOT NULL,
\tPRIMARY KEY(\`book_id\`, \`tag_id\`),
\tFOREIGN KEY (\`book_id\`) REFERENCES \`book\`(\`id\`) ON UPDATE no action ON DELETE cascade,
\tFOREIGN KEY (\`tag_id\`) REFERENCES \`tag\`(\`id\`) ON UPDATE no action ON DELETE no action
);
`,
  },
};
