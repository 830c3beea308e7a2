// Kysely through glasswal/kysely, over a Database of this thread and over one of another thread.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { Kysely, SqliteDialect, sql } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/sqlite';
import { Migrator } from 'kysely/migration';

import { GlasswalDialect } from '../../wasm/dist/adapters/kysely.js';
import { within } from '../tools/limit.mjs';
import { SqliteError, place } from '../web/api/open.mjs';
import { OTHER, WAYS, withTables } from './kysely.mjs';
import { provider, steps } from './kysely_migrations.mjs';
import { fourAtOnce, otherClient } from './other_client.mjs';

async function fill(db) {
  await db.insertInto('person').values([{ name: 'Ada', age: 36 }, { name: 'Bob', age: 9 }, { name: 'Cleo', age: 39 }]).execute();
  await db.insertInto('pet').values([{ owner_id: 1, name: 'Tom', kind: 'cat' }, { owner_id: 1, name: 'Rex', kind: 'dog' },
    { owner_id: 3, name: 'Bast', kind: 'cat' }]).execute();
}

const namesOf = async (db) => (await db.selectFrom('person').select('name').orderBy('name').execute()).map(({ name }) => name);
const add = (db, name) => db.insertInto('person').values({ name }).execute();

for (const way of Object.keys(WAYS)) {
  describe(way, () => {
    test('rows are inserted, read, changed and deleted', within(60_000, async (t) => {
      const { db } = await withTables(t, way);
      const photo = new Uint8Array([0, 255, 7]);
      const inserted = await db.insertInto('person').values({ name: 'Ada', age: 36, photo }).executeTakeFirst();
      assert.equal(inserted.insertId, 1n);
      assert.equal(inserted.numInsertedOrUpdatedRows, 1n);
      assert.deepEqual(await db.selectFrom('person').selectAll().execute(), [{ id: 1, name: 'Ada', age: 36, photo }]);
      assert.equal((await db.updateTable('person').set((eb) => ({ age: eb('age', '+', 1) })).where('name', '=', 'Ada').executeTakeFirst()).numUpdatedRows, 1n);
      assert.deepEqual(await db.updateTable('person').set({ photo: null }).returning(['age', 'photo']).execute(), [{ age: 37, photo: null }]);
      const put = (name, age) => db.insertInto('person').values({ name, age })
        .onConflict((conflict) => conflict.column('name').doUpdateSet((eb) => ({ age: eb.ref('excluded.age') }))).returning(['id', 'age']).executeTakeFirst();
      // SQLite counts what it tried to insert, too.
      assert.deepEqual(await put('Ada', 1), { id: 1, age: 1 });
      assert.deepEqual(await put('Bob', 2), { id: 3, age: 2 });
      assert.equal((await db.deleteFrom('person').where('age', '<', 2).executeTakeFirst()).numDeletedRows, 1n);
      assert.deepEqual(await namesOf(db), ['Bob']);
      assert.equal(await db.selectFrom('person').select('id').where('name', '=', 'none').executeTakeFirst(), undefined);
      // Of raw SQL nobody knows whether it returns rows.
      assert.deepEqual((await sql`PRAGMA user_version`.execute(db)).rows, [{ user_version: 0 }]);
      const raw = await sql`UPDATE person SET age = 5`.execute(db);
      assert.deepEqual([raw.rows, raw.numAffectedRows], [[], 1n]);
    }));

    test('joins, groups, subqueries and nested JSON', within(60_000, async (t) => {
      const { db } = await withTables(t, way);
      await fill(db);
      assert.deepEqual(await db.selectFrom('person').leftJoin('pet', 'pet.owner_id', 'person.id').select(['person.name', 'pet.name as pet'])
        .orderBy('person.name').orderBy('pet').execute(),
      [{ name: 'Ada', pet: 'Rex' }, { name: 'Ada', pet: 'Tom' }, { name: 'Bob', pet: null }, { name: 'Cleo', pet: 'Bast' }]);
      assert.deepEqual(await db.selectFrom('person').innerJoin('pet', 'pet.owner_id', 'person.id')
        .select(({ fn }) => ['person.name', fn.countAll().as('pets')]).groupBy('person.id').having(({ fn }) => fn.countAll(), '>', 1).execute(),
      [{ name: 'Ada', pets: 2 }]);
      assert.deepEqual(await db.with('old', (qb) => qb.selectFrom('person').selectAll().where('age', '>', 30)).selectFrom('cat')
        .innerJoin('old', 'old.id', 'cat.owner_id').select('cat.name').orderBy('cat.name').execute(), [{ name: 'Bast' }, { name: 'Tom' }]);
      const [ada] = await db.selectFrom('person').select((eb) => ['name', jsonArrayFrom(eb.selectFrom('pet').select('pet.name')
        .whereRef('pet.owner_id', '=', 'person.id').orderBy('pet.name')).as('pets')]).where('name', '=', 'Ada').execute();
      assert.deepEqual(JSON.parse(ada.pets), [{ name: 'Rex' }, { name: 'Tom' }]);
    }));

    test('a violation is a SqliteError that says which', within(60_000, async (t) => {
      const { db } = await withTables(t, way);
      await fill(db);
      const violation = (extendedCode, message) => (error) => {
        assert.ok(error instanceof SqliteError, String(error));
        assert.equal(error.extendedCode, extendedCode);
        assert.match(error.message, message);
        return true;
      };
      await assert.rejects(add(db, 'Ada'), violation('SQLITE_CONSTRAINT_UNIQUE', /person\.name/));
      await assert.rejects(db.insertInto('pet').values({ owner_id: 99, name: 'x', kind: 'cat' }).execute(), violation('SQLITE_CONSTRAINT_FOREIGNKEY', /FOREIGN KEY/));
      await assert.rejects(db.insertInto('pet').values({ owner_id: 1, name: 'x', kind: 'cow' }).returningAll().execute(), violation('SQLITE_CONSTRAINT_CHECK', /kind/));
      await assert.rejects(db.selectFrom('gone').selectAll().execute(), violation('SQLITE_ERROR', /no such table: gone/));
      await assert.rejects(add(db, true), { name: 'MisuseError', message: /is a boolean/ });
    }));

    test('a transaction is committed or rolled back, and takes the write lock first', within(60_000, async (t) => {
      const { db, queries } = await withTables(t, way);
      await db.transaction().execute((trx) => add(trx, 'Ada'));
      const mine = new Error('mine');
      await assert.rejects(db.transaction().execute(async (trx) => {
        await add(trx, 'Bob');
        assert.deepEqual(await namesOf(trx), ['Ada', 'Bob']);
        throw mine;
      }), (error) => error === mine);
      await assert.rejects(db.transaction().setIsolationLevel('serializable').execute(async (trx) => {
        await add(trx, 'Bob');
        await add(trx, 'Ada');
      }), { extendedCode: 'SQLITE_CONSTRAINT_UNIQUE' });
      assert.deepEqual(await namesOf(db), ['Ada']);
      assert.deepEqual(queries.filter((text) => /^(begin|commit|rollback)/.test(text)),
        ['begin immediate', 'commit', 'begin immediate', 'rollback', 'begin immediate', 'rollback']);
    }));

    test('a transaction that only reads refuses to write, and the next one writes again', within(60_000, async (t) => {
      const { db, queries } = await withTables(t, way);
      await assert.rejects(db.transaction().setAccessMode('read only').execute((trx) => add(trx, 'Ada')), { extendedCode: 'SQLITE_READONLY' });
      assert.deepEqual(await db.transaction().setAccessMode('read only').execute(namesOf), []);
      assert.equal(queries[0], 'begin deferred');
      // Ended behind Kysely's back.
      await assert.rejects(db.transaction().setAccessMode('read only').execute((trx) => sql`rollback`.execute(trx)), { name: 'AbortedTransactionError' });
      await db.transaction().setAccessMode('read write').execute((trx) => add(trx, 'Ada'));
      await add(db, 'Bob');
      assert.deepEqual(await namesOf(db), ['Ada', 'Bob']);
    }));

    test('a controlled transaction has savepoints', within(60_000, async (t) => {
      const { db } = await withTables(t, way);
      const trx = await db.startTransaction().execute();
      await add(trx, 'kept');
      const after = await trx.savepoint('a "quoted" one').execute();
      await add(after, 'undone');
      const back = await after.rollbackToSavepoint('a "quoted" one').execute();
      await add(back, 'second');
      const done = await back.releaseSavepoint('a "quoted" one').execute();
      await done.commit().execute();
      assert.deepEqual(await namesOf(db), ['kept', 'second']);
      const second = await db.startTransaction().execute();
      await add(second, 'never');
      await second.rollback().execute();
      assert.deepEqual(await namesOf(db), ['kept', 'second']);
    }));

    test('where SQLite itself rolls back, its error comes out, and a commit says that there was none', within(60_000, async (t) => {
      const { database, db } = await withTables(t, way);
      await database.exec("CREATE TRIGGER never BEFORE INSERT ON person WHEN new.name = 'never' BEGIN SELECT raise(ROLLBACK, 'never, I said'); END");
      await assert.rejects(db.transaction().execute(async (trx) => {
        await add(trx, 'gone');
        await add(trx, 'never');
      }), /never, I said/);
      await assert.rejects(db.transaction().execute(async (trx) => {
        await add(trx, 'gone');
        await add(trx, 'never').catch(() => undefined);
      }), { name: 'AbortedTransactionError' });
      assert.deepEqual(await namesOf(db), []);
      await add(db, 'Ada');
    }));

    test('rows are streamed, and a stream that is left lets others go on', within(60_000, async (t) => {
      const { db } = await withTables(t, way);
      await db.insertInto('person').values(Array.from({ length: 250 }, (_, i) => ({ name: `n${i}`, age: i }))).execute();
      const ages = [];
      for await (const { age } of db.selectFrom('person').select('age').orderBy('age').stream(100)) ages.push(age);
      assert.deepEqual(ages, Array.from({ length: 250 }, (_, i) => i));
      let seen = 0;
      for await (const _ of db.selectFrom('person').select('age').stream()) if (++seen === 3) break;
      await db.schema.dropIndex('pet_owner').execute();
      await db.deleteFrom('person').execute();
      assert.deepEqual(await namesOf(db), []);
      await assert.rejects(async () => {
        for await (const _ of db.selectFrom('gone').selectAll().stream());
      }, /no such table: gone/);
    }));

    test('migrations go up and down, once each, and all or none', within(60_000, async (t) => {
      const { db } = await WAYS[way](t);
      const migrator = new Migrator({ db, provider });
      const names = ({ error, results }) => error ?? results.map(({ direction, migrationName, status }) => `${direction} ${migrationName} ${status}`);
      assert.deepEqual(names(await migrator.migrateToLatest()), ['Up 001_people Success', 'Up 002_pets Success']);
      assert.deepEqual(names(await migrator.migrateToLatest()), []);
      assert.deepEqual(names(await migrator.migrateDown()), ['Down 002_pets Success']);
      const broken = { ...steps, '003_broken': { up: (trx) => trx.schema.createTable('person').addColumn('a', 'text').execute() } };
      const failed = await new Migrator({ db, provider: { getMigrations: async () => broken } }).migrateToLatest();
      assert.match(failed.error.message, /table "person" already exists/);
      assert.deepEqual((await db.introspection.getTables()).map(({ name }) => name), ['person']);
      assert.deepEqual(names(await migrator.migrateToLatest()), ['Up 002_pets Success']);
      const tables = await db.introspection.getTables();
      assert.deepEqual(tables.map(({ name, isView }) => [name, isView]), [['cat', true], ['person', false], ['pet', false]]);
      const [id, name] = tables[1].columns;
      assert.deepEqual([id.name, id.dataType, id.isAutoIncrementing], ['id', 'INTEGER', true]);
      assert.deepEqual([name.name, name.isNullable, name.hasDefaultValue], ['name', false, false]);
    }));

    test('what one client commits the other one sees, and none of their additions is lost', within(60_000, async (t) => {
      const { runtime, db } = await withTables(t, way);
      const other = await otherClient(t, runtime, OTHER);
      await add(db, 'Ada');
      assert.deepEqual(await other.call('names'), ['Ada']);
      assert.equal(await other.call('add', 'Bob'), 2);
      assert.deepEqual(await namesOf(db), ['Ada', 'Bob']);
      other.start('count', 200);
      for (let i = 0; i < 200; i++) {
        await db.transaction().execute(async (trx) => {
          const { age } = await trx.selectFrom('person').select('age').where('id', '=', 1).executeTakeFirstOrThrow();
          await trx.updateTable('person').set({ age: age + 1 }).where('id', '=', 1).execute();
        });
      }
      await other.result();
      assert.equal((await db.selectFrom('person').select('age').where('id', '=', 1).executeTakeFirst()).age, 400);
    }));
  });
}

test('clients that migrate at the same moment all find it done', within(60_000, async (t) => {
  const { runtime } = await place(t);
  const results = await fourAtOnce(t, runtime, OTHER, 'migrateAtOnce');
  assert.deepEqual(results.map(({ noted }) => noted), [2, 2, 2, 2]);
  assert.equal(results.reduce((sum, { applied }) => sum + applied, 0), 2);
}));

test('the database may be made when it is first needed, begin otherwise, and be closed with Kysely', async (t) => {
  const { open } = await place(t);
  const seen = [];
  let database;
  const dialect = new GlasswalDialect({
    database: async () => (database = open()),
    transactionMode: 'deferred',
    onCreateConnection: async (connection) => void seen.push((await connection.executeQuery({ sql: 'SELECT 1 AS one', parameters: [] })).rows),
  });
  const db = new Kysely({ dialect });
  assert.equal(database, undefined);
  await db.schema.createTable('t').addColumn('a', 'integer').execute();
  assert.deepEqual(seen, [[{ one: 1 }]]);
  const second = open({ busyTimeout: 0 });
  await assert.rejects(db.transaction().execute(async (trx) => {
    await trx.selectFrom('t').selectAll().execute();
    second.exec('INSERT INTO t VALUES (1)');
    await trx.insertInto('t').values({ a: 2 }).execute();
  }), { extendedCode: 'SQLITE_BUSY_SNAPSHOT' });
  await db.destroy();
  assert.equal(database.open, false);
});

test("Kysely's own SqliteDialect runs over a Database, too", async (t) => {
  const { open } = await place(t);
  const db = new Kysely({ dialect: new SqliteDialect({ database: open() }) });
  t.after(() => db.destroy());
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  assert.equal(error, undefined);
  await fill(db);
  await assert.rejects(db.transaction().execute(async (trx) => {
    await add(trx, 'Dan');
    await add(trx, 'Ada');
  }), { extendedCode: 'SQLITE_CONSTRAINT_UNIQUE' });
  const names = [];
  for await (const { name } of db.selectFrom('person').select('name').orderBy('name').stream()) names.push(name);
  assert.deepEqual(names, ['Ada', 'Bob', 'Cleo']);
  assert.deepEqual(await db.deleteFrom('person').where('name', '=', 'Bob').returning('age').execute(), [{ age: 9 }]);
});

test('a dialect refuses what is no database, and options that it does not know', async (t) => {
  const { runtime, open } = await place(t);
  for (const none of [undefined, {}, { database: null }, { database: {} }, { database: runtime }]) {
    assert.throws(() => new GlasswalDialect(none), { code: 'OPTION', message: /option database is .*client\.open\(\) or connect\(port\)/ });
  }
  assert.throws(() => new GlasswalDialect({ database: open(), databse: 1 }), { code: 'OPTION', message: /did you mean database\?/ });
  const late = new Kysely({ dialect: new GlasswalDialect({ database: () => runtime }) });
  await assert.rejects(sql`SELECT 1`.execute(late), { code: 'OPTION', message: /option database is a Runtime/ });
});
