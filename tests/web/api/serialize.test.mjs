// A whole database as bytes, and bytes as its contents.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GlasswalError, database, place } from './open.mjs';

const fill = (db, rows) => {
  db.exec('CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT); CREATE INDEX i ON t(name)');
  const insert = db.prepare('INSERT INTO t(name) VALUES (?)');
  db.transaction(() => {
    for (let i = 0; i < rows; i++) insert.run(`name ${i}`);
  })();
};
const contents = (db) => db.prepare('SELECT * FROM t').all();

test('what was serialized comes back elsewhere, and other connections see it', async (t) => {
  const source = await database(t);
  fill(source, 5000);
  const bytes = source.serialize();
  assert.ok(bytes instanceof Uint8Array && bytes.buffer instanceof ArrayBuffer);
  assert.equal(bytes.length % 4096, 0);
  assert.equal(Buffer.from(bytes.subarray(0, 15)).toString(), 'SQLite format 3');
  assert.deepEqual([bytes[18], bytes[19]], [1, 1], 'any library can open it, also in memory');

  const { open } = await place(t);
  const [target, other] = [open(), open()];
  target.exec('CREATE TABLE gone(a)');
  target.deserialize(bytes);
  for (const db of [target, other]) {
    assert.deepEqual(contents(db), contents(source));
    assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
    assert.throws(() => db.prepare('SELECT * FROM gone'), /no such table/);
  }
  assert.equal(target.pragma('journal_mode', { simple: true }), other.pragma('journal_mode', { simple: true }));
  target.exec("INSERT INTO t(name) VALUES ('after')");
  assert.equal(contents(other).length, 5001);
});

test('a database with pages of another size is refused with what to do', async (t) => {
  const { open } = await place(t);
  const source = open({ path: ':memory:' });
  source.exec('PRAGMA page_size = 1024');
  fill(source, 2000);
  const bytes = source.serialize();
  assert.equal(bytes.length / 1024, source.pragma('page_count', { simple: true }));
  const target = open();
  target.exec('CREATE TABLE old(a)');
  assert.throws(() => target.deserialize(bytes.buffer), /pages of 1024 bytes and this one of 4096.*page_size = 4096; VACUUM/);
  assert.deepEqual(target.prepare('SELECT name FROM sqlite_schema').pluck().all(), ['old'], 'nothing has changed');
  source.exec('PRAGMA page_size = 4096; VACUUM');
});

test('a snapshot does not hold what is not committed elsewhere', async (t) => {
  const { open } = await place(t);
  const db = open();
  fill(db, 10);
  db.exec('BEGIN; DELETE FROM t WHERE id > 5');
  const inside = db.serialize();
  db.exec('ROLLBACK');
  const target = await database(t);
  target.deserialize(inside);
  assert.equal(contents(target).length, 5, 'one sees its own changes');
  target.deserialize(db.serialize());
  assert.equal(contents(target).length, 10);
});

test('bytes that are no database are refused, and nothing has changed', async (t) => {
  const db = await database(t);
  fill(db, 10);
  const refused = (bytes) => assert.throws(() => db.deserialize(bytes), (error) => error instanceof GlasswalError && error.code === 'NOT_A_DATABASE');
  refused(new Uint8Array(0));
  refused(new Uint8Array(4096));
  refused(db.serialize().slice(0, 100));
  assert.throws(() => db.deserialize('SQLite format 3'), TypeError);
  const broken = db.serialize();
  broken.fill(0xff, 100, 600);
  assert.throws(() => { db.deserialize(broken); contents(db); });
});

test('a database that is not there cannot be serialized, which is no TypeError', async (t) => {
  const db = await database(t);
  for (const attached of ['nowhere', 'temp']) {
    assert.throws(() => db.serialize({ attached }), (error) =>
      error instanceof GlasswalError && error.code === 'NOT_FOUND' && error.message.includes(`'${attached}'`));
  }
});

test('deserialize() inside a transaction is refused', async (t) => {
  const db = await database(t);
  fill(db, 1);
  const bytes = db.serialize();
  db.exec('BEGIN');
  assert.throws(() => db.deserialize(bytes), /commit it or roll it back/);
  db.exec('COMMIT');
  assert.throws(() => db.serialize('nowhere'), /'nowhere' cannot be serialized/);
});

test('a new database takes the size of the pages from what it is given', async (t) => {
  const { open } = await place(t);
  const source = open({ path: ':memory:' });
  source.exec('PRAGMA page_size = 1024');
  fill(source, 100);
  const target = open({ path: '/new.sqlite' });
  target.deserialize(source.serialize());
  assert.equal(target.pragma('page_size', { simple: true }), 1024);
  assert.deepEqual(contents(open({ path: '/new.sqlite' })), contents(source));
  assert.equal(target.pragma('journal_mode', { simple: true }), 'wal');
});
