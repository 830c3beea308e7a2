// @sqlite.org/sqlite-wasm through its object-oriented API.
import { SCHEMA, SQL } from '../workloads.js';

export async function open() {
  const { default: init } = await import('/npm/@sqlite.org/sqlite-wasm/dist/index.mjs');
  const sqlite3 = await init();
  const db = new sqlite3.oo1.DB(':memory:');
  db.exec(SCHEMA);
  const append = db.prepare(SQL.append);
  const insert = db.prepare(SQL.insert);
  const point = db.prepare(SQL.point);
  return {
    appendEach(count) {
      for (let i = 0; i < count; i++) append.bind(1, `value ${i}`).stepReset();
    },
    insertAll(rows) {
      db.transaction(() => {
        for (const row of rows) insert.bind(row).stepReset();
      });
    },
    readEach(ids) {
      let found = 0;
      for (const id of ids) {
        if (point.bind(1, id).step() && point.get({}).name !== undefined) found++;
        point.reset();
      }
      return found;
    },
    readAll: () => db.selectObjects(SQL.all),
    query: (sql) => db.selectValue(sql),
  };
}
