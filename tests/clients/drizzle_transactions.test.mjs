// Drizzle's transactions and migrations, alone and with a second client.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { TransactionRollbackError, eq, sql } from 'drizzle-orm';
import { readMigrationFiles } from 'drizzle-orm/migrator';

import { drizzle, migrate } from '../../wasm/dist/adapters/drizzle.js';
import { within } from '../tools/limit.mjs';
import { SqliteError, place } from '../web/api/open.mjs';
import { author, book, migrations, schema, tag } from './drizzle_schema.mjs';
import { fourAtOnce, otherClient } from './other_client.mjs';

const OTHER = new URL('./drizzle_other.mjs', import.meta.url).href;

async function shop(t) {
  const { runtime, open } = await place(t);
  const client = open();
  client.pragma('foreign_keys = ON');
  const db = drizzle(client, { schema });
  migrate(db, migrations);
  return { runtime, client, db, open };
}

const namesOf = (db) => db.select({ name: tag.name }).from(tag).orderBy(tag.name).all().map(({ name }) => name);
const addTag = (db, name) => db.insert(tag).values({ name }).run();

test('a transaction commits what its function did, and rolls it back when that throws', async (t) => {
  const { client, db } = await shop(t);
  assert.equal(db.transaction((tx) => {
    addTag(tx, 'one');
    assert.equal(client.inTransaction, true);
    return namesOf(tx).length;
  }), 1);
  assert.throws(() => db.transaction((tx) => {
    addTag(tx, 'two');
    tx.rollback();
  }), TransactionRollbackError);
  const mine = new Error('mine');
  assert.throws(() => db.transaction((tx) => {
    addTag(tx, 'three');
    throw mine;
  }), (error) => error === mine);
  assert.throws(() => db.transaction((tx) => {
    addTag(tx, 'four');
    addTag(tx, 'one');
  }), { extendedCode: 'SQLITE_CONSTRAINT_UNIQUE' });
  assert.throws(() => db.transaction(async (tx) => addTag(tx, 'five')), /returned a promise/);
  assert.equal(client.inTransaction, false);
  assert.deepEqual(namesOf(db), ['one']);
});

test('a transaction in a transaction is a savepoint, however deep', async (t) => {
  const { client, db } = await shop(t);
  db.transaction((tx) => {
    addTag(tx, 'outer');
    assert.throws(() => tx.transaction((inner) => {
      addTag(inner, 'inner');
      inner.transaction((deepest) => addTag(deepest, 'deepest'));
      inner.rollback();
    }), TransactionRollbackError);
    assert.equal(tx.transaction((inner) => addTag(inner, 'second').changes), 1);
    assert.deepEqual(tx.query.tag.findMany({ columns: { name: true }, orderBy: tag.name }).sync(), [{ name: 'outer' }, { name: 'second' }]);
  });
  assert.equal(client.inTransaction, false);
  assert.deepEqual(namesOf(db), ['outer', 'second']);
});

test('where SQLite itself rolls everything back, the error inside is the one that comes out', async (t) => {
  const { client, db } = await shop(t);
  client.exec("CREATE TRIGGER never BEFORE INSERT ON tag WHEN new.name = 'never' BEGIN SELECT raise(ROLLBACK, 'never, I said'); END");
  assert.throws(() => db.transaction((tx) => {
    addTag(tx, 'gone');
    tx.transaction((inner) => addTag(inner, 'never'));
  }), /never, I said/);
  assert.equal(client.inTransaction, false);
  assert.deepEqual(namesOf(db), []);
});

test('behavior decides when the write lock is taken', async (t) => {
  const { db, open } = await shop(t);
  const second = drizzle(open({ busyTimeout: 0 }), { schema });
  for (const behavior of ['immediate', 'exclusive']) {
    db.transaction(() => {
      assert.throws(() => addTag(second, 'refused'), (error) => error instanceof SqliteError && error.lock.holder === 'tester');
    }, { behavior });
  }
  db.transaction((tx) => {
    assert.deepEqual(namesOf(tx), []);
    addTag(second, 'between');
    assert.deepEqual(namesOf(tx), []);
    assert.throws(() => addTag(tx, 'late'), { extendedCode: 'SQLITE_BUSY_SNAPSHOT' });
  });
  assert.deepEqual(namesOf(db), ['between']);
});

test('what one client commits the other one sees, and none of their additions is lost', within(60_000, async (t) => {
  const { runtime, db } = await shop(t);
  const other = await otherClient(t, runtime, OTHER);
  db.insert(author).values({ email: 'a@x', name: 'Ada', rating: 0 }).run();
  assert.deepEqual(await other.call('names'), ['Ada']);
  assert.equal(await other.call('add', 'b@x'), 1);
  assert.deepEqual(db.select({ name: author.name }).from(author).orderBy(author.id).all(), [{ name: 'Ada' }, { name: 'b@x' }]);
  other.start('rate', 500);
  for (let i = 0; i < 500; i++) {
    db.transaction((tx) => {
      const { rating } = tx.select().from(author).where(eq(author.id, 1)).get();
      tx.update(author).set({ rating: rating + 1 }).where(eq(author.id, 1)).run();
    }, { behavior: 'immediate' });
  }
  await other.result();
  assert.equal(db.select().from(author).where(eq(author.id, 1)).get().rating, 1000);
}));

test('migrations are applied once, by whichever name their SQL is given', async (t) => {
  const { open } = await place(t);
  const { journal, migrations: byPath } = migrations;
  const [first, second] = Object.values(byPath);
  const forms = {
    paths: { journal, migrations: byPath },
    tags: { journal, migrations: { '0000_authors': first, '0001_books': second } },
    numbers: { journal, migrations: { m0000: first, m0001: second } },
  };
  for (const [name, form] of Object.entries(forms)) {
    const db = drizzle(open({ path: `/${name}.sqlite` }), { schema });
    migrate(db, { ...form, journal: { ...journal, entries: journal.entries.slice(0, 1) } });
    assert.throws(() => addTag(db, 'x'), /no such table: tag/);
    migrate(db, form);
    migrate(db, form);
    addTag(db, 'x');
    assert.deepEqual(db.all(sql`SELECT created_at FROM __drizzle_migrations ORDER BY 1`), journal.entries.map(({ when }) => ({ created_at: when })));
  }
  const db = drizzle(open({ path: '/other.sqlite' }));
  migrate(db, { ...forms.tags, migrationsTable: 'my "own"' });
  assert.deepEqual(db.all(sql`SELECT count(*) AS n FROM "my ""own"""`), [{ n: 2 }]);
  assert.throws(() => migrate(db, { journal: { entries: [{ idx: 3, when: 1, tag: '0003_lost' }] }, migrations: {} }),
    { code: 'NOT_FOUND', message: /'0003_lost'/ });
});

test('a folder of drizzle-kit is read with Drizzle\'s own function', async (t) => {
  const { open } = await place(t);
  const migrationsFolder = await mkdtemp(path.join(tmpdir(), 'glasswal-drizzle-'));
  t.after(() => rm(migrationsFolder, { recursive: true }));
  await mkdir(path.join(migrationsFolder, 'meta'));
  await writeFile(path.join(migrationsFolder, 'meta/_journal.json'), JSON.stringify(migrations.journal));
  for (const [name, text] of Object.entries(migrations.migrations)) await writeFile(path.join(migrationsFolder, path.basename(name)), text);
  const db = drizzle(open(), { schema });
  migrate(db, { migrations: readMigrationFiles({ migrationsFolder }) });
  migrate(db, { migrations: readMigrationFiles({ migrationsFolder }) });
  // Whoever applied them from data before has them already.
  migrate(db, migrations);
  addTag(db, 'x');
  const hashes = db.values(sql`SELECT hash FROM __drizzle_migrations`).flat();
  assert.equal(hashes.length, 2);
  for (const hash of hashes) assert.match(hash, /^[0-9a-f]{64}$/);
});

test('migrations that fail leave nothing behind', async (t) => {
  const { client, db } = await shop(t);
  const late = { idx: 2, when: migrations.journal.entries[1].when + 1, tag: '0002_bad' };
  const bad = { journal: { entries: [...migrations.journal.entries, late] },
    migrations: { ...migrations.migrations, '0002_bad': 'CREATE TABLE half(a);--> statement-breakpoint\nCREATE TABLE tag(again);' } };
  assert.throws(() => migrate(db, bad), /table tag already exists/);
  assert.equal(client.inTransaction, false);
  assert.throws(() => client.prepare('SELECT * FROM half'), /no such table/);
  assert.deepEqual(db.get(sql`SELECT count(*) AS n FROM __drizzle_migrations`), { n: 2 });
});

/** A migration as drizzle-kit writes it for what ALTER TABLE cannot do. */
const rebuild = (insert) => ({
  journal: { entries: [{ idx: 9, when: 1770000000000, tag: '0009_rebuild' }] },
  migrations: {
    '0009_rebuild': `PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE \`__new_author\` (\`id\` integer PRIMARY KEY AUTOINCREMENT NOT NULL, \`email\` text NOT NULL, \`name\` text NOT NULL);
--> statement-breakpoint
${insert};--> statement-breakpoint
DROP TABLE \`author\`;--> statement-breakpoint
ALTER TABLE \`__new_author\` RENAME TO \`author\`;--> statement-breakpoint
PRAGMA foreign_keys=ON;`,
  },
});

test('a table that is built anew keeps the rows that refer to it', async (t) => {
  const { client, db } = await shop(t);
  db.insert(author).values({ email: 'a@x', name: 'Ada' }).run();
  db.insert(book).values({ authorId: 1, title: 'Analysis' }).run();
  assert.throws(() => migrate(db, rebuild('SELECT 1')), { name: 'GlasswalError', message: /1 rows that refer to none, the first in 'book', which refers to 'author'/ });
  assert.equal(db.select().from(author).all().length, 1);
  migrate(db, rebuild('INSERT INTO `__new_author` SELECT id, email, name FROM `author`'));
  assert.equal(db.select().from(book).all().length, 1);
  assert.equal(client.pragma('foreign_keys', { simple: true }), 1);
  assert.throws(() => db.insert(book).values({ authorId: 5, title: 'x' }).run(), { extendedCode: 'SQLITE_CONSTRAINT_FOREIGNKEY' });
});

test('clients that migrate at the same moment all find it done', within(60_000, async (t) => {
  const { runtime } = await place(t);
  assert.deepEqual(await fourAtOnce(t, runtime, OTHER, 'migrateAtOnce'), [2, 2, 2, 2]);
}));
