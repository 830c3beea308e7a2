// Drizzle ORM through glasswal/drizzle: queries, relations, modes of columns, errors.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { and, asc, count, desc, eq, inArray, like, sql, sum } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

import { drizzle, migrate } from '../../wasm/dist/adapters/drizzle.js';
import { SqliteError, place } from '../web/api/open.mjs';
import { author, book, bookTag, migrations, schema, tag } from './drizzle_schema.mjs';

/** Drizzle over a fresh database with the tables of the shop. */
async function shop(t, config = {}) {
  const { runtime, open } = await place(t);
  const client = open();
  client.pragma('foreign_keys = ON');
  const db = drizzle(client, { schema, ...config });
  migrate(db, migrations);
  return { runtime, client, db };
}

/** Two authors, three books, two tags. */
function fill(db) {
  const [ada, bob] = db.insert(author).values([{ email: 'a@x', name: 'Ada' }, { email: 'b@x', name: 'Bob' }]).returning().all();
  const books = db.insert(book).values([
    { authorId: ada.id, title: 'Analysis', pages: 300 }, { authorId: ada.id, title: 'Engines', pages: 120 },
    { authorId: bob.id, title: 'Boats', pages: 80 },
  ]).returning({ id: book.id }).all();
  db.insert(tag).values([{ name: 'math' }, { name: 'sea' }]).run();
  db.insert(bookTag).values([{ bookId: books[0].id, tagId: 1 }, { bookId: books[2].id, tagId: 2 }]).run();
  return { ada, bob };
}

test('each mode of a column gives back what was put in', async (t) => {
  const { client, db } = await shop(t);
  const row = {
    email: 'a@x', name: 'Ada', isActive: false, bornAt: new Date('1815-12-10T00:00:00Z'), seenAt: new Date(1764000000123),
    settings: { theme: 'dark', sizes: [1, 2.5, null] }, portrait: Buffer.from([0, 255, 7]), extras: { deep: { er: 'ä😀' } },
    large: 2n ** 80n + 1n, rating: 4.25, price: '12.5',
  };
  const result = db.insert(author).values(row).run();
  assert.deepEqual(result, { changes: 1, lastInsertRowid: 1 });
  const read = db.select().from(author).get();
  assert.deepEqual({ ...read, portrait: Buffer.from(read.portrait) }, { id: 1, ...row });
  assert.deepEqual([...read.portrait], [0, 255, 7]);
  assert.equal(client.prepare('SELECT typeof(is_active) || typeof(born_at) || typeof(portrait) FROM author').pluck().get(), 'integerintegerblob');
  // What was not given is the default, or NULL.
  db.insert(author).values({ email: 'b@x', name: 'Bob' }).run();
  const bob = db.query.author.findFirst({ where: eq(author.name, 'Bob') }).sync();
  assert.equal(bob.isActive, true);
  assert.equal(bob.settings, null);
  assert.equal(bob.large, null);
});

test('rows are updated, deleted, counted, grouped and paged', async (t) => {
  const { db } = await shop(t);
  const { ada } = fill(db);
  assert.equal(db.update(book).set({ pages: sql`${book.pages} + 1` }).where(eq(book.authorId, ada.id)).run().changes, 2);
  assert.deepEqual(db.update(book).set({ title: 'Ships' }).where(eq(book.title, 'Boats')).returning({ title: book.title }).get(), { title: 'Ships' });
  assert.equal(db.select().from(book).where(eq(book.title, 'none')).get(), undefined);
  const byAuthor = db.select({ id: book.authorId, pages: sum(book.pages).mapWith(Number), n: count() }).from(book)
    .groupBy(book.authorId).orderBy(asc(book.authorId)).all();
  assert.deepEqual(byAuthor, [{ id: 1, pages: 422, n: 2 }, { id: 2, pages: 80, n: 1 }]);
  assert.deepEqual(db.select({ title: book.title }).from(book).orderBy(desc(book.pages)).limit(1).offset(1).all(), [{ title: 'Engines' }]);
  assert.deepEqual(db.select({ title: book.title }).from(book).where(like(book.title, 'S%')).values(), [['Ships']]);
  assert.equal(await db.$count(book, eq(book.authorId, ada.id)), 2);
  assert.deepEqual(await db.select({ title: book.title }).from(book).where(inArray(book.id, [3])), [{ title: 'Ships' }]);
  assert.equal(db.delete(book).where(and(eq(book.authorId, ada.id), like(book.title, 'A%'))).run().changes, 1);
  assert.deepEqual(db.all(sql`SELECT title FROM ${book} ORDER BY title`), [{ title: 'Engines' }, { title: 'Ships' }]);
  assert.deepEqual(db.values(sql`SELECT id, title FROM ${book} ORDER BY title`), [[2, 'Engines'], [3, 'Ships']]);
  assert.deepEqual(db.get(sql`SELECT count(*) AS n FROM ${book}`), { n: 2 });
});

test('joins give the rows of each table, and null where an outer one has none', async (t) => {
  const { db } = await shop(t);
  fill(db);
  db.insert(author).values({ email: 'c@x', name: 'Cleo' }).run();
  const inner = db.select({ name: author.name, title: book.title, tag: tag.name }).from(book)
    .innerJoin(author, eq(book.authorId, author.id)).innerJoin(bookTag, eq(bookTag.bookId, book.id))
    .innerJoin(tag, eq(bookTag.tagId, tag.id)).orderBy(author.name).all();
  assert.deepEqual(inner, [{ name: 'Ada', title: 'Analysis', tag: 'math' }, { name: 'Bob', title: 'Boats', tag: 'sea' }]);
  const left = db.select().from(author).leftJoin(book, eq(book.authorId, author.id)).where(eq(author.name, 'Cleo')).all();
  assert.equal(left.length, 1);
  assert.equal(left[0].book, null);
  assert.equal(left[0].author.name, 'Cleo');
  const long = db.$with('long').as(db.select({ authorId: book.authorId, n: count().as('n') }).from(book).groupBy(book.authorId));
  assert.deepEqual(db.with(long).select({ name: author.name, n: long.n }).from(long).innerJoin(author, eq(author.id, long.authorId)).where(eq(long.n, 2)).all(),
    [{ name: 'Ada', n: 2 }]);
});

test('relations are read in one query, nested and filtered', async (t) => {
  const { db } = await shop(t);
  fill(db);
  const found = db.query.author.findMany({
    columns: { name: true },
    orderBy: asc(author.name),
    with: {
      books: {
        columns: { title: true }, orderBy: asc(book.title),
        with: { bookTags: { columns: {}, with: { tag: { columns: { name: true } } } } },
      },
    },
  }).sync();
  assert.deepEqual(found, [
    { name: 'Ada', books: [{ title: 'Analysis', bookTags: [{ tag: { name: 'math' } }] }, { title: 'Engines', bookTags: [] }] },
    { name: 'Bob', books: [{ title: 'Boats', bookTags: [{ tag: { name: 'sea' } }] }] },
  ]);
  const boats = await db.query.book.findFirst({ where: eq(book.title, 'Boats'), with: { author: true } });
  assert.equal(boats.author.name, 'Bob');
  assert.equal(boats.author.isActive, true);
});

test('a prepared query is run with other values each time, also after many others', async (t) => {
  const { db } = await shop(t);
  fill(db);
  const byTitle = db.select({ pages: book.pages }).from(book).where(eq(book.title, sql.placeholder('title'))).prepare();
  const add = db.insert(book).values({ authorId: 1, title: sql.placeholder('title'), pages: sql.placeholder('pages') }).prepare();
  assert.deepEqual(byTitle.get({ title: 'Boats' }), { pages: 80 });
  for (let i = 0; i < 200; i++) assert.deepEqual(db.get(sql.raw(`SELECT ${i} AS i`)), { i });
  assert.equal(add.run({ title: 'New', pages: 5 }).changes, 1);
  assert.deepEqual(byTitle.all({ title: 'New' }), [{ pages: 5 }]);
  assert.deepEqual(byTitle.values({ title: 'New' }), [[5]]);
  assert.deepEqual(await byTitle.execute({ title: 'Engines' }), [{ pages: 120 }]);
  assert.equal(byTitle.get({ title: 'none' }), undefined);
});

test('an upsert returns what it made of the row', async (t) => {
  const { db } = await shop(t);
  const put = (name) => db.insert(author).values({ email: 'a@x', name }).onConflictDoUpdate({ target: author.email, set: { name: sql`excluded.name || '!'` } })
    .returning({ id: author.id, name: author.name }).get();
  assert.deepEqual(put('Ada'), { id: 1, name: 'Ada' });
  assert.deepEqual(put('Eve'), { id: 1, name: 'Eve!' });
  assert.deepEqual(db.insert(author).values({ email: 'a@x', name: 'no' }).onConflictDoNothing().returning().all(), []);
  assert.equal(db.insert(author).values({ email: 'a@x', name: 'no' }).onConflictDoNothing().run().changes, 0);
  assert.equal(await db.$count(author), 1);
});

test('a violation is a SqliteError that says which', async (t) => {
  const { db } = await shop(t);
  fill(db);
  const violation = (extendedCode, message) => (error) => {
    assert.ok(error instanceof SqliteError, String(error));
    assert.equal(error.extendedCode, extendedCode);
    assert.match(error.message, message);
    return true;
  };
  assert.throws(() => db.insert(author).values({ email: 'a@x', name: 'again' }).run(), violation('SQLITE_CONSTRAINT_UNIQUE', /author\.email/));
  assert.throws(() => db.insert(book).values({ authorId: 99, title: 'x' }).run(), violation('SQLITE_CONSTRAINT_FOREIGNKEY', /FOREIGN KEY/));
  assert.throws(() => db.insert(book).values({ authorId: 1, title: 'x', pages: -1 }).returning().all(), violation('SQLITE_CONSTRAINT_CHECK', /book_pages/));
  assert.throws(() => db.run(sql`INSERT INTO tag(id) VALUES (7)`), (error) => violation('SQLITE_CONSTRAINT_NOTNULL', /tag\.name/)(error.cause));
  await assert.rejects(db.insert(author).values({ email: 'a@x', name: 'again' }), violation('SQLITE_CONSTRAINT_UNIQUE', /author\.email/));
  const gone = sqliteTable('gone', { id: integer() });
  assert.throws(() => db.select().from(gone).prepare(), /no such table: gone/);
  assert.equal(await db.$count(author), 2);
});

test('the logger sees each query, and casing names the columns', async (t) => {
  const queries = [];
  const { client } = await shop(t);
  client.exec('CREATE TABLE thing(long_name TEXT, other_name INTEGER)');
  const thing = sqliteTable('thing', { longName: text(), otherName: integer({ mode: 'boolean' }) });
  const db = drizzle({ client, casing: 'snake_case', logger: { logQuery: (text, values) => queries.push([text, values]) } });
  db.insert(thing).values({ longName: 'x', otherName: true }).run();
  assert.deepEqual(db.select().from(thing).all(), [{ longName: 'x', otherName: true }]);
  assert.deepEqual(queries, [
    ['insert into "thing" ("long_name", "other_name") values (?, ?)', ['x', 1]],
    ['select "long_name", "other_name" from "thing"', []],
  ]);
});

test('$client is the Database, and what is none is refused', async (t) => {
  const { client, db } = await shop(t);
  assert.equal(db.$client, client);
  for (const none of [undefined, null, 5, {}, { client: 5 }]) {
    assert.throws(() => drizzle(none), { code: 'MISUSE', message: /takes a Database: give it what client\.open\(\) returned/ });
  }
  assert.throws(() => drizzle(client, { shema: {} }), { code: 'OPTION', message: /did you mean schema\?/ });
  client.close();
  assert.throws(() => db.select().from(tag).all(), { code: 'CLOSED' });
});

test('migrate() says what it takes in the place of a folder', async (t) => {
  const { db } = await shop(t);
  for (const config of [undefined, null, {}, { migrationsFolder: './drizzle' }, { migrations: {} }]) {
    assert.throws(() => migrate(db, config), { code: 'MISUSE', message: /readMigrationFiles\(\{ migrationsFolder \}\).*'drizzle-orm\/migrator'/ });
  }
  for (const none of [undefined, null, {}, 5]) {
    assert.throws(() => migrate(none, migrations), { code: 'MISUSE', message: /migrate\(\) takes what drizzle\(\) returned/ });
  }
});
