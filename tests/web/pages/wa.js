// wa-sqlite as it is published, on glasswal's VFS: for the page and for its workers.
import { MEMORY_WRITE_AHEAD_VFS, MemoryWriteAheadVFS, addDiagnosticTables } from '/glasswal/adapters/wa_sqlite.js';

const PLACES = { '2.0.6': '/wa/', '1.7.0': '/wa17/' };
const ROW = 100;

/** A connection of wa-sqlite, with what a test wants of one. */
export class WaDatabase {
  #pointer;

  constructor(wa, pointer) {
    this.wa = wa;
    this.#pointer = pointer;
  }

  /** All rows of all statements of a text; values are bound to each of them. */
  async rows(sql, ...values) {
    const { sqlite3 } = this.wa;
    const rows = [];
    for await (const statement of sqlite3.statements(this.#pointer, sql)) {
      sqlite3.bind_collection(statement, values);
      while (await sqlite3.step(statement) === ROW) rows.push(sqlite3.row(statement));
    }
    return rows;
  }

  async one(sql, ...values) {
    return (await this.rows(sql, ...values))[0]?.[0];
  }

  /** A statement to be called again and again with its values; the first value of its first row comes back. */
  async prepare(sql) {
    const { sqlite3 } = this.wa;
    const { value: statement } = await sqlite3.statements(this.#pointer, sql, { unscoped: true })[Symbol.asyncIterator]().next();
    const call = async (...values) => {
      try {
        sqlite3.bind_collection(statement, values);
        return await sqlite3.step(statement) === ROW ? sqlite3.row(statement)[0] : undefined;
      } finally {
        await sqlite3.reset(statement);
      }
    };
    call.finalize = () => sqlite3.finalize(statement);
    return call;
  }

  /** Gives it the diagnostics as tables. */
  addTables() {
    return addDiagnosticTables(this.wa.sqlite3, this.wa.module, this.#pointer);
  }

  close() {
    return this.wa.sqlite3.close(this.#pointer);
  }
}

/** wa-sqlite of a version, and a VFS of the runtime in it. */
export class Wa {
  constructor(runtime, module, sqlite3, vfs) {
    this.runtime = runtime;
    this.module = module;
    this.sqlite3 = sqlite3;
    this.vfs = vfs;
  }

  static async load(runtime, { version = '2.0.6', ...options } = {}) {
    const place = PLACES[version];
    const [SQLite, { default: factory }] = await Promise.all([import(`${place}src/sqlite-api.js`), import(`${place}dist/wa-sqlite.mjs`)]);
    const module = await factory();
    const sqlite3 = SQLite.Factory(module);
    const vfs = await MemoryWriteAheadVFS.create(MEMORY_WRITE_AHEAD_VFS, module, runtime, options);
    sqlite3.vfs_register(vfs, true);
    return new Wa(runtime, module, sqlite3, vfs);
  }

  /** Opens the runtime's database, or the one at `path`. */
  async open({ path = this.runtime.dbFilename, busyTimeout = undefined } = {}) {
    const db = new WaDatabase(this, await this.sqlite3.open_v2(path, undefined, MEMORY_WRITE_AHEAD_VFS));
    if (busyTimeout !== undefined) await db.rows(`PRAGMA busy_timeout=${busyTimeout}`);
    return db;
  }
}
