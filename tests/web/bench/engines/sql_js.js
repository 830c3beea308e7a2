// sql.js through its own API. It is a script of the CommonJS age: it exports through `module` where there is one.
import { SCHEMA, SQL } from '../workloads.js';

const DIST = '/npm/sql.js/dist/';

export async function open() {
  globalThis.module = {};
  globalThis.exports = {};
  await import(`${DIST}sql-wasm-browser.js`);
  const SQL_JS = await globalThis.module.exports({ locateFile: (name) => DIST + name });
  const db = new SQL_JS.Database();
  db.exec(SCHEMA);
  const append = db.prepare(SQL.append);
  const insert = db.prepare(SQL.insert);
  const point = db.prepare(SQL.point);
  const all = db.prepare(SQL.all);
  return {
    appendEach(count) {
      for (let i = 0; i < count; i++) append.run([`value ${i}`]);
    },
    insertAll(rows) {
      db.run('BEGIN');
      for (const row of rows) insert.run(row);
      db.run('COMMIT');
    },
    readEach(ids) {
      let found = 0;
      for (const id of ids) {
        if (point.getAsObject([id]).name !== undefined) found++;
      }
      return found;
    },
    readAll() {
      const rows = [];
      while (all.step()) rows.push(all.getAsObject());
      all.reset();
      return rows;
    },
    query: (sql) => db.exec(sql),
  };
}
