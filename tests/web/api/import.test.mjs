// What is taken in is checked first: a good database is never replaced by one that is none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GlasswalError, place } from './open.mjs';

const names = (db) => db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
/** A runtime whose database has a table 'kept', and the bytes of a sound one with the table 't'. */
async function both(t) {
  const { runtime, open } = await place(t);
  const db = open();
  db.exec('CREATE TABLE kept(x)');
  const source = open({ path: ':memory:' });
  source.exec(`CREATE TABLE t(id INTEGER PRIMARY KEY, x); CREATE INDEX i ON t(x);
    WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO t(x) SELECT printf('%080d', i) FROM n`);
  return { runtime, open, db, bytes: source.serialize() };
}
const memory = (open, sql) => {
  const source = open({ path: ':memory:' });
  source.exec(sql);
  return source.serialize();
};

test('bytes that only look like a database are refused, and the old one is whole', async (t) => {
  const { runtime, db, bytes } = await both(t);
  const changed = (change) => {
    const copy = bytes.slice();
    return change(copy) ?? copy;
  };
  const set = (at, ...values) => changed((copy) => void copy.set(values, at));
  const wrong = [
    ['nothing', new Uint8Array(0), /The 0 bytes are no SQLite database/],
    ['zeros', new Uint8Array(8192), /no SQLite database/],
    ['a header alone', bytes.slice(0, 100), /no SQLite database/],
    ['noise', changed((copy) => crypto.getRandomValues(copy.subarray(0, 65536)) && undefined), /no SQLite database/],
    ['noise behind the magic', changed((copy) => void crypto.getRandomValues(copy.subarray(100, 60_000))), /damaged/],
    ['cut off at a page', bytes.slice(0, -4096), /was cut off: of \d+ pages of 4096 bytes only/],
    ['cut off within a page', bytes.slice(0, -1000), /was cut off/],
    ['no size of pages', set(16, 3, 0), /pages have 768 bytes/],
    ['pages of 0 bytes', set(16, 0, 0), /pages have 0 bytes/],
    ['a format of the future', set(18, 3, 3), /format is version 3/],
    ['no encoding', set(56, 0, 0, 0, 9), /no encoding of texts/],
    ['a page of something else', changed((copy) => void copy.fill(0xee, 8192, 12_288)), /The database is damaged/],
    ['an index that lacks a row', changed((copy) => void copy.copyWithin(8192, 12_288, 16_384)), /The database is damaged/],
    ['a schema that is none', changed((copy) => void copy.set(new TextEncoder().encode('CREATE TUBLE'), Buffer.from(copy).indexOf('CREATE TABLE'))), /The database is damaged/],
  ];
  for (const [what, given, words] of wrong) {
    for (const take of [() => runtime.import(given), () => db.deserialize(given)]) {
      assert.throws(take, (error) => error instanceof GlasswalError && error.code === 'NOT_A_DATABASE' && words.test(error.message), what);
      assert.deepEqual(names(db), ['kept'], what);
    }
  }
  runtime.import(bytes);
  assert.deepEqual(names(db), ['t']);
});

test('{ check: false } takes in what only the whole check would refuse', async (t) => {
  const { runtime, db, bytes } = await both(t);
  const broken = bytes.slice().fill(0xee, 4096);
  runtime.import(broken, undefined, { check: false });
  assert.throws(() => db.prepare('SELECT count(*) FROM t').all(), /malformed/);
  assert.throws(() => runtime.import(new Uint8Array(4096), undefined, { check: false }), /no SQLite database/);
  db.deserialize(bytes, { check: false });
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
});

test('all kinds of good files are taken in', async (t) => {
  const { runtime, open, bytes } = await both(t);
  const good = {
    '/wal.sqlite': bytes.slice().fill(2, 18, 20),
    '/longer.sqlite': new Uint8Array(bytes.length + 4096).fill(7),
    '/small.sqlite': memory(open, 'PRAGMA page_size = 512; CREATE TABLE t(x)'),
    '/large.sqlite': memory(open, 'PRAGMA page_size = 65536; CREATE TABLE t(x)'),
    '/auto.sqlite': memory(open, "PRAGMA auto_vacuum = FULL; PRAGMA application_id = 77; CREATE TABLE t(x); INSERT INTO t VALUES (zeroblob(50000)); DELETE FROM t"),
    '/old.sqlite': bytes.slice().fill(0, 92, 96),
    '/empty.sqlite': open({ path: '/really_empty.sqlite' }).serialize(),
  };
  good['/longer.sqlite'].set(bytes);
  for (const [path, given] of Object.entries(good)) {
    const early = open({ path });
    early.prepare('SELECT * FROM sqlite_schema').all();
    runtime.import(given, path);
    for (const db of [early, open({ path })]) {
      assert.deepEqual(names(db), path === '/empty.sqlite' ? [] : ['t'], path);
      assert.equal(db.pragma('integrity_check', { simple: true }), 'ok', path);
    }
    early.exec('CREATE TABLE after(x); INSERT INTO after VALUES (zeroblob(100000))');
    assert.equal(early.pragma('integrity_check', { simple: true }), 'ok', path);
  }
  assert.equal(open({ path: '/auto.sqlite' }).pragma('application_id', { simple: true }), 77);
});

test('a file that needs functions and collations of the application can be checked', async (t) => {
  const { runtime, open } = await both(t);
  const source = open({ path: ':memory:' });
  source.function('same', { deterministic: true }, (x) => x);
  source.collation('mine', (a, b) => (a < b ? -1 : Number(a > b)));
  source.exec(`CREATE TABLE c(x CHECK (same(x) = x), y TEXT COLLATE mine); CREATE INDEX i ON c(same(x)); CREATE INDEX j ON c(y);
    INSERT INTO c VALUES (1, 'a'), (2, 'b'); CREATE TABLE plain(x);
    WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO plain SELECT zeroblob(100) FROM n`);
  const bytes = source.serialize();
  runtime.import(bytes, '/needs.sqlite');
  assert.deepEqual(names(open({ path: '/needs.sqlite' })), ['c', 'plain']);
  const root = source.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'plain'").pluck().get();
  const broken = bytes.slice().fill(0xee, (root - 1) * 4096, root * 4096);
  assert.throws(() => runtime.import(broken, '/needs.sqlite'), /The database is damaged/, 'the other tables are checked');
});

test('other encodings of texts: into a new database, and not under connections that are open', async (t) => {
  const { runtime, open, db, bytes } = await both(t);
  for (const encoding of ['UTF-16le', 'UTF-16be']) {
    const wide = memory(open, `PRAGMA encoding = '${encoding}'; CREATE TABLE w(x); INSERT INTO w VALUES ('h\u00e9')`);
    for (const take of [() => runtime.import(wide), () => db.deserialize(wide)]) {
      assert.throws(take, (error) => error.code === 'MISUSE' && error.message.includes(`are ${encoding} and those of '/api.sqlite' UTF-8`));
    }
    assert.deepEqual(names(db), ['kept']);
    db.exec("INSERT INTO kept VALUES ('goes on')");
    const path = `/${encoding}.sqlite`;
    const early = open({ path });
    early.prepare('SELECT * FROM sqlite_schema').all();
    runtime.import(wide, path);
    for (const other of [early, open({ path })]) {
      assert.equal(other.prepare('SELECT x FROM w').pluck().get(), 'h\u00e9');
      other.prepare('INSERT INTO w VALUES (?)').run('more');
    }
    runtime.import(wide, path);
    assert.equal(early.prepare('SELECT count(*) FROM w').pluck().get(), 1, 'of one encoding they are taken in again');
    assert.throws(() => runtime.import(bytes, path), /are UTF-8 and those of/);
  }
});

test('serialize() names an attached database', async (t) => {
  const { open, db } = await both(t);
  db.exec("ATTACH ':memory:' AS more; CREATE TABLE more.other(x)");
  const other = open({ path: '/other.sqlite' });
  other.deserialize(db.serialize({ attached: 'more' }));
  assert.deepEqual(names(other), ['other']);
  assert.deepEqual(db.serialize(), db.serialize({}));
  assert.deepEqual(db.serialize('more'), db.serialize({ attached: 'more' }));
  for (const wrong of [{ attached: '' }, { attached: 5 }, { attached: undefined }, 5, true]) assert.throws(() => db.serialize(wrong), TypeError);
  assert.throws(() => db.serialize({ attached: 'nowhere' }), /'nowhere' cannot be serialized/);
});

test('a refused import leaves nothing where nothing was, and what was there stays', async (t) => {
  const { runtime, db, bytes } = await both(t);
  const paths = () => runtime.client.files().map(({ path }) => path).filter((path) => !path.endsWith('-wal')).sort();
  const before = paths();
  const damaged = bytes.slice().fill(255, 4096, 40_000);
  for (const wrong of [new Uint8Array(0), bytes.slice(0, -1000), damaged]) {
    for (const path of ['/new.sqlite', 'relative.sqlite']) {
      assert.throws(() => runtime.import(wrong, path), { code: 'NOT_A_DATABASE' });
      assert.deepEqual(paths(), before);
      assert.throws(() => runtime.client.open(path, { fileMustExist: true }), { code: 'SQLITE_CANTOPEN' });
    }
    assert.throws(() => runtime.import(wrong), { code: 'NOT_A_DATABASE' });
  }
  assert.throws(() => runtime.import(bytes, '/new.sqlite', { chek: true }), /import\(\): There is no option chek: did you mean check\?/);
  assert.throws(() => runtime.import('text', '/new.sqlite'), TypeError);
  for (const path of ['', ':memory:', ' :memory: ', 'file:///a.sqlite']) {
    assert.throws(() => runtime.import(bytes, path), /import\(\) takes a path of this runtime/);
  }
  assert.deepEqual(paths(), before);
  assert.deepEqual(names(db), ['kept']);
  runtime.import(bytes.buffer, '/new.sqlite');
  assert.ok(paths().includes('/new.sqlite'));
});

test('a refused import leaves a database that somebody else has opened meanwhile', async (t) => {
  const { runtime, open } = await place(t);
  const other = open({ path: '/other.sqlite' });
  assert.throws(() => runtime.import(new Uint8Array(0), '/other.sqlite'), { code: 'NOT_A_DATABASE' });
  other.exec('CREATE TABLE t(a)');
  assert.deepEqual(names(open({ path: '/other.sqlite', fileMustExist: true })), ['t']);
});
