// SQLite's limits of a connection.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MisuseError, database, place } from './open.mjs';

const NAMES = ['length', 'sqlLength', 'column', 'exprDepth', 'compoundSelect', 'vdbeOp', 'functionArg', 'attach', 'likePatternLength', 'variableNumber', 'triggerDepth'];

test('each limit can be read, and holds when it is set', async (t) => {
  const { open } = await place(t);
  const [db, other] = [open(), open()];
  assert.deepEqual(Object.keys(db.limits), NAMES);
  const before = { ...db.limits };
  assert.ok(Object.values(before).every((limit) => Number.isInteger(limit) && limit > 0));
  const lowered = {
    length: [100, () => db.prepare('SELECT zeroblob(101)').all()],
    sqlLength: [40, () => db.prepare(`SELECT ${' '.repeat(40)}1`)],
    column: [2, () => db.prepare('SELECT 1, 2, 3')],
    exprDepth: [3, () => db.prepare('SELECT 1+1+1+1+1+1')],
    compoundSelect: [2, () => db.prepare('SELECT 1 UNION SELECT 2 UNION SELECT 3')],
    vdbeOp: [5, () => db.prepare("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'a%' GROUP BY type")],
    functionArg: [2, () => db.prepare('SELECT max(1, 2, 3)')],
    attach: [0, () => db.exec("ATTACH ':memory:' AS more")],
    likePatternLength: [3, () => db.prepare("SELECT 'a' LIKE 'abcd'").all()],
    variableNumber: [2, () => db.prepare('SELECT ?3')],
    triggerDepth: [1, () => db.exec('INSERT INTO loop VALUES (1)')],
  };
  assert.deepEqual(Object.keys(lowered), NAMES);
  db.exec('CREATE TABLE loop(x); PRAGMA recursive_triggers = 1');
  db.exec('CREATE TRIGGER again AFTER INSERT ON loop WHEN NEW.x < 9 BEGIN INSERT INTO loop VALUES (NEW.x + 1); END');
  for (const [name, [limit, exceed]] of Object.entries(lowered)) {
    exceed();
    if (name === 'attach') db.exec('DETACH more');
    db.limits[name] = limit;
    assert.equal(db.limits[name], limit);
    assert.throws(exceed, (error) => error.name === 'SqliteError', name);
    db.limits[name] = Infinity;
    assert.ok(db.limits[name] >= before[name], name);
  }
  assert.deepEqual({ ...other.limits }, before, 'another connection has its own');
});

test('what is no limit is refused', async (t) => {
  const db = await database(t);
  const { column } = db.limits;
  for (const wrong of ['5', null, undefined, 5n, {}]) assert.throws(() => { db.limits.column = wrong; }, TypeError);
  for (const wrong of [-1, 1.5, NaN, -Infinity]) assert.throws(() => { db.limits.column = wrong; }, /give a whole number/);
  assert.throws(() => { db.limits.column = column + 1; }, (error) => error instanceof RangeError && error.message.includes(`the most that there is, is ${column}`));
  assert.throws(() => { db.limits.column = 2 ** 40; }, RangeError);
  assert.throws(() => { db.limits.length = 1; }, /the least that there is, is 30/);
  // @ts-expect-error: there is no such limit.
  assert.throws(() => { db.limits.columns = 5; }, TypeError);
  assert.equal(db.limits.column, column, 'nothing has changed');
  const { limits } = db;
  db.close();
  assert.throws(() => limits.column, (error) => error instanceof MisuseError && error.code === 'CLOSED');
});
