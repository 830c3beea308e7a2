// TypeORM with its driver for better-sqlite3, which takes the module to use as the option `driver`: no shim is needed.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { DataSource, EntitySchema, QueryFailedError } from 'typeorm';

import { within } from '../tools/limit.mjs';
import { SqliteError, place } from '../web/api/open.mjs';
import { otherClient } from './other_client.mjs';

const OTHER = new URL('./typeorm_other.mjs', import.meta.url).href;

const Country = new EntitySchema({
  name: 'Country',
  columns: {
    code: { type: 'varchar', length: 2, primary: true },
    name: { type: 'varchar', unique: true },
    isLandlocked: { type: Boolean, default: false },
    details: { type: 'simple-json', nullable: true },
    flag: { type: 'blob', nullable: true },
    foundedAt: { type: 'datetime', nullable: true },
  },
  relations: { cities: { type: 'one-to-many', target: 'City', inverseSide: 'country', cascade: ['insert'] } },
});

const City = new EntitySchema({
  name: 'City',
  columns: {
    id: { type: 'integer', primary: true, generated: true },
    name: { type: 'varchar' },
    people: { type: 'integer', default: 0 },
    version: { type: 'integer', version: true },
  },
  relations: {
    country: { type: 'many-to-one', target: 'Country', inverseSide: 'cities', nullable: false, onDelete: 'CASCADE' },
    rivers: { type: 'many-to-many', target: 'River', joinTable: true, cascade: true },
  },
});

const River = new EntitySchema({ name: 'River', columns: { id: { type: 'integer', primary: true, generated: true }, name: { type: 'varchar', unique: true } } });

/** What TypeORM constructs in the place of better-sqlite3's Database. */
const driverOf = (client) => function (path, { readonly, fileMustExist, timeout }) {
  return client.open(path, { readonly, fileMustExist, busyTimeout: timeout });
};

async function source(t, { synchronize = true, entities = [Country, City, River], ...options } = {}) {
  const { runtime, client, open } = await place(t);
  const typeorm = new DataSource({ type: 'better-sqlite3', driver: driverOf(client), database: '/api.sqlite', entities, synchronize, ...options });
  await typeorm.initialize();
  t.after(() => typeorm.isInitialized && typeorm.destroy());
  return { runtime, open, typeorm };
}

/** Two countries with three cities, and a river between two of them. */
async function fill(typeorm) {
  const danube = await typeorm.getRepository('River').save({ name: 'Danube' });
  await typeorm.getRepository('Country').save([
    { code: 'AT', name: 'Austria', isLandlocked: true, cities: [{ name: 'Vienna', people: 2000, rivers: [danube] }, { name: 'Graz', people: 300 }] },
    { code: 'HU', name: 'Hungary', isLandlocked: true, cities: [{ name: 'Budapest', people: 1700, rivers: [danube] }] },
  ]);
}

test('entities of each type of column are saved, found, changed and removed', async (t) => {
  const { typeorm } = await source(t);
  const countries = typeorm.getRepository('Country');
  const row = { code: 'AT', name: 'Austria', isLandlocked: true, details: { area: 83.9, neighbours: ['HU'] }, flag: Buffer.from([1, 0, 255]),
    foundedAt: new Date('1918-11-12T10:00:00.000Z') };
  await countries.save(row);
  const found = await countries.findOneByOrFail({ code: 'AT' });
  assert.deepEqual({ ...found, flag: Buffer.from(found.flag) }, row);
  const { affected } = await countries.update({ code: 'AT' }, { name: 'Österreich', details: null });
  assert.equal(affected, 1);
  const cities = typeorm.getRepository('City');
  const city = await cities.save({ name: 'Linz', country: found });
  assert.deepEqual([city.id, city.people, city.version], [1, 0, 1]);
  city.people = 200;
  assert.equal((await cities.save(city)).version, 2);
  assert.equal(await cities.count(), 1);
  await countries.upsert([{ code: 'AT', name: 'Austria' }, { code: 'CZ', name: 'Czechia' }], ['code']);
  assert.deepEqual((await countries.find({ order: { code: 'ASC' } })).map(({ name }) => name), ['Austria', 'Czechia']);
  await countries.remove(await countries.findOneByOrFail({ code: 'AT' }));
  // The city was the country's.
  assert.equal(await cities.count(), 0);
});

test('relations and joins', async (t) => {
  const { typeorm } = await source(t);
  await fill(typeorm);
  const [austria] = await typeorm.getRepository('Country').find({ where: { code: 'AT' }, relations: { cities: { rivers: true } }, order: { cities: { name: 'ASC' } } });
  assert.deepEqual(austria.cities.map(({ name, rivers }) => [name, rivers.map((river) => river.name)]), [['Graz', []], ['Vienna', ['Danube']]]);
  const onDanube = await typeorm.getRepository('City').createQueryBuilder('city').innerJoinAndSelect('city.country', 'country')
    .innerJoin('city.rivers', 'river').where('river.name = :name', { name: 'Danube' }).orderBy('city.people', 'DESC').getMany();
  assert.deepEqual(onDanube.map(({ name, country }) => [name, country.code]), [['Vienna', 'AT'], ['Budapest', 'HU']]);
  const sums = await typeorm.createQueryBuilder('City', 'city').select('country.name', 'country').addSelect('SUM(city.people)', 'people')
    .leftJoin('city.country', 'country').groupBy('country.code').orderBy('people', 'DESC').getRawMany();
  assert.deepEqual(sums, [{ country: 'Austria', people: 2300 }, { country: 'Hungary', people: 1700 }]);
  const [page, total] = await typeorm.getRepository('City').findAndCount({ order: { people: 'ASC' }, skip: 1, take: 1 });
  assert.deepEqual([page.map(({ name }) => name), total], [['Budapest'], 3]);
  const inserted = await typeorm.createQueryBuilder().insert().into('River').values({ name: 'Inn' }).execute();
  assert.deepEqual([inserted.identifiers, inserted.raw], [[{ id: 2 }], 2]);
  assert.deepEqual(await typeorm.query('INSERT INTO river(name) VALUES (?) RETURNING id, name', ['Mur']), [{ id: 3, name: 'Mur' }]);
});

test('a violation is told with the code of SQLite', async (t) => {
  const { typeorm } = await source(t);
  await fill(typeorm);
  const violation = (extendedCode) => (error) => {
    assert.ok(error instanceof QueryFailedError);
    assert.ok(error.driverError instanceof SqliteError);
    assert.equal(error.driverError.extendedCode, extendedCode);
    return true;
  };
  await assert.rejects(typeorm.getRepository('River').insert({ name: 'Danube' }), violation('SQLITE_CONSTRAINT_UNIQUE'));
  await assert.rejects(typeorm.query('INSERT INTO city(name, countryCode, version) VALUES (?, ?, 1)', ['x', 'XX']), violation('SQLITE_CONSTRAINT_FOREIGNKEY'));
  await assert.rejects(typeorm.query('SELECT * FROM gone'), violation('SQLITE_ERROR'));
});

test('transactions are committed, rolled back, and nested', async (t) => {
  const { typeorm, open } = await source(t);
  const db = open();
  const rivers = () => db.prepare('SELECT name FROM river ORDER BY id').pluck().all();
  await typeorm.transaction(async (manager) => {
    await manager.save('River', { name: 'Drau' });
    assert.deepEqual(rivers(), []);
    await assert.rejects(manager.transaction(async (inner) => {
      await inner.save('River', { name: 'Enns' });
      throw new Error('inner');
    }), /inner/);
    await manager.transaction((inner) => inner.save('River', { name: 'Inn' }));
  });
  assert.deepEqual(rivers(), ['Drau', 'Inn']);
  await assert.rejects(typeorm.transaction('SERIALIZABLE', async (manager) => {
    await manager.save('River', { name: 'Mur' });
    await manager.save('River', { name: 'Inn' });
  }), QueryFailedError);
  const runner = typeorm.createQueryRunner();
  await runner.startTransaction();
  await runner.manager.save('River', { name: 'Ybbs' });
  await runner.rollbackTransaction();
  await runner.release();
  assert.deepEqual(rivers(), ['Drau', 'Inn']);
});

class First1700000000001 {
  async up(runner) {
    await runner.query('CREATE TABLE lake (id integer PRIMARY KEY, name varchar NOT NULL)');
    await runner.query("INSERT INTO lake(name) VALUES ('Attersee')");
  }
  async down(runner) {
    await runner.dropTable('lake');
  }
}
class Second1700000000002 {
  async up(runner) {
    // SQLite cannot do these two: TypeORM builds the table anew.
    await runner.renameColumn('lake', 'name', 'title');
    await runner.changeColumn('lake', 'title', Object.assign((await runner.getTable('lake')).findColumnByName('title').clone(), { isUnique: true, default: "'?'" }));
  }
  async down(runner) {
    await runner.renameColumn('lake', 'title', 'name');
  }
}
class Broken1700000000003 {
  async up(runner) {
    await runner.query('CREATE TABLE half(a)');
    await runner.query('CREATE TABLE lake(again)');
  }
  async down() {}
}

test('migrations go up once, and down again; one that fails leaves nothing', async (t) => {
  const { runtime, client } = await place(t);
  const make = (migrations) => new DataSource({ type: 'better-sqlite3', driver: driverOf(client), database: '/api.sqlite', migrations });
  const run = async (migrations, work) => {
    const typeorm = await make(migrations).initialize();
    try {
      return await work(typeorm);
    } finally {
      await typeorm.destroy();
    }
  };
  const up = (typeorm) => typeorm.runMigrations();
  assert.deepEqual((await run([First1700000000001, Second1700000000002], up)).map(({ name }) => name), ['First1700000000001', 'Second1700000000002']);
  assert.deepEqual(await run([First1700000000001, Second1700000000002], up), []);
  const db = runtime.client.open();
  assert.deepEqual(db.prepare('SELECT * FROM lake').all(), [{ id: 1, title: 'Attersee' }]);
  await assert.rejects(run([First1700000000001, Second1700000000002, Broken1700000000003], up), QueryFailedError);
  assert.equal(db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'half'").pluck().get(), 0);
  await run([First1700000000001, Second1700000000002], async (typeorm) => {
    await typeorm.undoLastMigration();
    assert.deepEqual(await typeorm.query('SELECT * FROM lake'), [{ id: 1, name: 'Attersee' }]);
    await typeorm.undoLastMigration();
  });
  assert.deepEqual(db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").pluck().all(), ['migrations']);
});

test('what one client commits the other one sees', within(60_000, async (t) => {
  const { runtime, typeorm } = await source(t);
  await fill(typeorm);
  const other = await otherClient(t, runtime, OTHER);
  assert.deepEqual(await other.call('cityNames'), ['Budapest', 'Graz', 'Vienna']);
  assert.equal(await other.call('addCity', 'Linz', 'AT'), 1);
  assert.deepEqual((await typeorm.getRepository('City').find({ where: { country: { code: 'AT' } }, order: { name: 'ASC' } })).map(({ name }) => name),
    ['Graz', 'Linz', 'Vienna']);
}));

test('its options for opening are passed on', async (t) => {
  const { client, open } = await place(t);
  open().exec('CREATE TABLE river(id INTEGER PRIMARY KEY, name TEXT)');
  const typeorm = await new DataSource({ type: 'better-sqlite3', driver: driverOf(client), database: '/api.sqlite', entities: [River], readonly: true }).initialize();
  t.after(() => typeorm.destroy());
  await assert.rejects(typeorm.getRepository('River').insert({ name: 'x' }), (error) => error.driverError.extendedCode === 'SQLITE_READONLY');
  assert.equal(await typeorm.getRepository('River').count(), 0);
});
