// Knex with its client for better-sqlite3, whose module is replaced as Knex's documentation says: by a client with a `_driver` of its own.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import knex from 'knex';
import BetterSqlite3Client from 'knex/lib/dialects/better-sqlite3/index.js';

import { within } from '../tools/limit.mjs';
import { SqliteError, place } from '../web/api/open.mjs';
import { otherClient } from './other_client.mjs';

const OTHER = new URL('./knex_other.mjs', import.meta.url).href;

/**
 * Knex's client, constructing our Database where it would better-sqlite3's. Where the rows of one insert have different keys, Knex binds
 * undefined for NULL, which a Database refuses.
 */
const clientOf = (client) => class extends BetterSqlite3Client {
  _driver() {
    return function (path, { readonly }) {
      return client.open(path, { readonly });
    };
  }
  _formatBindings(bindings) {
    return super._formatBindings(bindings).map((value) => value ?? null);
  }
};

function knexOver(t, client, config = {}) {
  const db = knex({ client: clientOf(client), connection: { filename: '/api.sqlite' }, useNullAsDefault: true, ...config });
  t.after(() => db.destroy());
  return db;
}

const migrations = {
  '001_ships': {
    async up(db) {
      await db.schema.createTable('ship', (table) => {
        table.increments('id');
        table.string('name').notNullable().unique();
        table.boolean('afloat').notNullable().defaultTo(true);
        table.json('cargo');
        table.binary('flag');
        table.datetime('launched_at');
        table.decimal('length');
      });
    },
    async down(db) {
      await db.schema.dropTable('ship');
    },
  },
  '002_sailors': {
    async up(db) {
      await db.schema.createTable('sailor', (table) => {
        table.increments('id');
        table.integer('ship_id').notNullable().references('ship.id').onDelete('CASCADE');
        table.string('name').notNullable().index();
        table.enum('rank', ['captain', 'mate']).notNullable().defaultTo('mate');
      });
    },
    async down(db) {
      await db.schema.dropTable('sailor');
    },
  },
};

/** Migrations that need no folder: a source of Knex's. */
const sourceOf = (steps) => ({
  getMigrations: async () => Object.keys(steps),
  getMigrationName: (name) => name,
  getMigration: async (name) => steps[name],
});

async function harbour(t) {
  const { runtime, client, open } = await place(t);
  const db = knexOver(t, client);
  await db.raw('PRAGMA foreign_keys = ON');
  await db.migrate.latest({ migrationSource: sourceOf(migrations) });
  return { runtime, client, open, db };
}

async function fill(db) {
  const ships = await db('ship').insert([{ name: 'Argo' }, { name: 'Beagle' }, { name: 'Cutty' }]).returning(['id', 'name']);
  await db('sailor').insert([{ ship_id: 1, name: 'Jason', rank: 'captain' }, { ship_id: 1, name: 'Castor', rank: 'mate' }, { ship_id: 2, name: 'FitzRoy', rank: 'captain' }]);
  return ships;
}

test('rows are inserted, read, changed and deleted', async (t) => {
  const { db } = await harbour(t);
  assert.deepEqual(await fill(db), [{ id: 1, name: 'Argo' }, { id: 2, name: 'Beagle' }, { id: 3, name: 'Cutty' }]);
  // Rows of one insert may have different columns.
  await db('ship').insert([{ name: 'Erebus', length: 31 }, { name: 'Terror' }]);
  assert.deepEqual(await db('ship').where('id', '>', 3).orderBy('id').select('name', 'length'), [{ name: 'Erebus', length: 31 }, { name: 'Terror', length: null }]);
  await db('ship').where('id', '>', 3).del();
  const launched = new Date('1869-11-22T00:00:00Z');
  assert.deepEqual(await db('ship').insert({ name: 'Dove', afloat: false, cargo: JSON.stringify({ tea: [1, 2] }), flag: Buffer.from([0, 255]),
    launched_at: launched, length: 64.5 }), [6]);
  const { flag, ...dove } = await db('ship').where({ name: 'Dove' }).first();
  assert.deepEqual(dove, { id: 6, name: 'Dove', afloat: 0, cargo: '{"tea":[1,2]}', launched_at: launched.valueOf(), length: 64.5 });
  assert.deepEqual([...flag], [0, 255]);
  assert.equal(await db('ship').where('id', '>', 2).update({ afloat: true }), 2);
  assert.deepEqual(await db('ship').where('id', 6).update({ length: db.raw('length * 2') }).returning('length'), [{ length: 129 }]);
  assert.equal(await db('ship').where('name', 'Cutty').del(), 1);
  assert.deepEqual(await db('ship').orderBy('id').pluck('name'), ['Argo', 'Beagle', 'Dove']);
  assert.deepEqual(await db('ship').count({ n: '*' }), [{ n: 3 }]);
  await db('ship').insert({ name: 'Argo', length: 30 }).onConflict('name').merge();
  assert.deepEqual(await db('ship').where({ name: 'Argo' }).first('id', 'length'), { id: 1, length: 30 });
  await db('ship').insert({ name: 'Argo', length: 31 }).onConflict('name').ignore();
  assert.equal(await db('ship').where({ name: 'none' }).first(), undefined);
});

test('many rows are inserted in batches', async (t) => {
  const { db } = await harbour(t);
  const rows = Array.from({ length: 1000 }, (_, i) => ({ name: `s${i}`, length: i }));
  await db.batchInsert('ship', rows, 75);
  assert.deepEqual(await db('ship').count({ n: '*' }).sum({ length: 'length' }), [{ n: 1000, length: 499500 }]);
  // A batch that fails takes the others with it.
  await assert.rejects(db.batchInsert('ship', [{ name: 'new' }, { name: 's5' }], 1));
  assert.deepEqual(await db('ship').count({ n: '*' }), [{ n: 1000 }]);
  const lengths = [];
  for await (const { length } of db('ship').select('length').where('length', '<', 10).orderBy('length').stream()) lengths.push(length);
  assert.deepEqual(lengths, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('joins, groups, subqueries and unions', async (t) => {
  const { db } = await harbour(t);
  await fill(db);
  assert.deepEqual(await db('ship').leftJoin('sailor', 'sailor.ship_id', 'ship.id').select('ship.name', { sailor: 'sailor.name' }).orderBy(['ship.name', 'sailor.name']),
    [{ name: 'Argo', sailor: 'Castor' }, { name: 'Argo', sailor: 'Jason' }, { name: 'Beagle', sailor: 'FitzRoy' }, { name: 'Cutty', sailor: null }]);
  assert.deepEqual(await db('ship').join('sailor', 'sailor.ship_id', 'ship.id').select('ship.name').count({ crew: '*' }).groupBy('ship.id').having('crew', '>', 1),
    [{ name: 'Argo', crew: 2 }]);
  assert.deepEqual(await db('ship').whereNotIn('id', db('sailor').select('ship_id')).pluck('name'), ['Cutty']);
  assert.deepEqual(await db.with('captains', db('sailor').where({ rank: 'captain' })).select('name').from('captains').union(db('ship').select('name').where({ id: 3 })).orderBy('name'),
    [{ name: 'Cutty' }, { name: 'FitzRoy' }, { name: 'Jason' }]);
});

test('a violation is a SqliteError that says which', async (t) => {
  const { db } = await harbour(t);
  await fill(db);
  const violation = (extendedCode) => (error) => error instanceof SqliteError && error.extendedCode === extendedCode;
  await assert.rejects(db('ship').insert({ name: 'Argo' }), violation('SQLITE_CONSTRAINT_UNIQUE'));
  await assert.rejects(db('sailor').insert({ ship_id: 77, name: 'x' }), violation('SQLITE_CONSTRAINT_FOREIGNKEY'));
  await assert.rejects(db('sailor').insert({ ship_id: 1, name: 'x', rank: 'cook' }), violation('SQLITE_CONSTRAINT_CHECK'));
  await assert.rejects(db('gone').select(), violation('SQLITE_ERROR'));
});

test('transactions are committed, rolled back, and nested', async (t) => {
  const { db, open } = await harbour(t);
  const second = open();
  const names = () => second.prepare('SELECT name FROM ship ORDER BY id').pluck().all();
  await db.transaction(async (trx) => {
    await trx('ship').insert({ name: 'Argo' });
    assert.deepEqual(names(), []);
    await assert.rejects(trx.transaction(async (inner) => {
      await inner('ship').insert({ name: 'gone' });
      throw new Error('inner');
    }), /inner/);
    await trx.transaction((inner) => inner('ship').insert({ name: 'Beagle' }));
  });
  assert.deepEqual(names(), ['Argo', 'Beagle']);
  await assert.rejects(db.transaction(async (trx) => {
    await trx('ship').insert({ name: 'Cutty' });
    await trx('ship').insert({ name: 'Argo' });
  }), { extendedCode: 'SQLITE_CONSTRAINT_UNIQUE' });
  const trx = await db.transaction();
  await trx('ship').insert({ name: 'Dove' });
  await trx.rollback();
  assert.deepEqual(names(), ['Argo', 'Beagle']);
});

test('the schema is built, altered and asked', async (t) => {
  const { db } = await harbour(t);
  await fill(db);
  // SQLite cannot do most of these: Knex builds the table anew.
  await db.schema.alterTable('ship', (table) => {
    table.integer('masts').notNullable().defaultTo(3);
    table.dropColumn('cargo');
    table.renameColumn('length', 'feet');
  });
  await db.schema.alterTable('ship', (table) => table.string('name', 40).nullable().alter());
  const columns = await db('ship').columnInfo();
  assert.deepEqual(Object.keys(columns), ['id', 'name', 'afloat', 'flag', 'launched_at', 'feet', 'masts']);
  assert.equal(columns.name.nullable, true);
  assert.equal(await db.schema.hasTable('ship'), true);
  assert.equal(await db.schema.hasColumn('ship', 'cargo'), false);
  // The sailors, who refer to the table that was replaced, are still there.
  assert.deepEqual(await db('sailor').count({ n: '*' }), [{ n: 3 }]);
  assert.deepEqual(await db('ship').where({ id: 1 }).first('name', 'masts'), { name: 'Argo', masts: 3 });
});

test('migrations go up once, and down again; one that fails leaves nothing', async (t) => {
  const { client } = await place(t);
  const db = knexOver(t, client);
  const migrationSource = sourceOf(migrations);
  assert.deepEqual(await db.migrate.latest({ migrationSource }), [1, ['001_ships', '002_sailors']]);
  assert.deepEqual(await db.migrate.latest({ migrationSource }), [1, []]);
  const broken = { ...migrations, '003_broken': { up: async (trx) => {
    await trx.schema.createTable('half', (table) => table.increments());
    await trx.schema.createTable('ship', (table) => table.increments());
  }, down: async () => {} } };
  await assert.rejects(db.migrate.latest({ migrationSource: sourceOf(broken) }), /table `ship` already exists/);
  assert.equal(await db.schema.hasTable('half'), false);
  assert.deepEqual(await db.migrate.rollback({ migrationSource }), [1, ['002_sailors', '001_ships']]);
  assert.equal(await db.schema.hasTable('ship'), false);
});

test('what one client commits the other one sees', within(60_000, async (t) => {
  const { runtime, db } = await harbour(t);
  await fill(db);
  const other = await otherClient(t, runtime, OTHER);
  assert.deepEqual(await other.call('shipNames'), ['Argo', 'Beagle', 'Cutty']);
  assert.equal(await other.call('addShip', 'Dove'), 4);
  assert.deepEqual(await db('ship').orderBy('id').pluck('name'), ['Argo', 'Beagle', 'Cutty', 'Dove']);
}));

test('integers are bigints where Knex is told so', async (t) => {
  const { client } = await place(t);
  const db = knexOver(t, client, { connection: { filename: '/api.sqlite', options: { safeIntegers: true } } });
  assert.deepEqual(await db.raw('SELECT 1 AS one'), [{ one: 1n }]);
});
