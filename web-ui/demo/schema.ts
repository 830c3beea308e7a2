// The demo's tables, and the one transaction that writers repeat.
//
// A batch says which rows it stands for and how often they have been loaded. A writer takes the batch that was loaded
// least often, replaces its rows and counts the batch, all in one transaction: so the rows that are there always match
// the batches that are marked, whoever is killed and whenever. That is what readers check.
import type { Database } from '/glasswal/index.js';

export const ROWS_PER_BATCH = 200;

const TABLES = `
  CREATE TABLE batch(id INTEGER PRIMARY KEY, first INTEGER NOT NULL, rows INTEGER NOT NULL, pass INTEGER NOT NULL);
  CREATE INDEX batch_next ON batch(pass, id);
  CREATE TABLE city(id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL, lat REAL NOT NULL,
    lng REAL NOT NULL);
  CREATE VIRTUAL TABLE city_search USING fts5(name, content='city', content_rowid='id', prefix='1 2 3',
    tokenize='unicode61 remove_diacritics 2');
  CREATE TRIGGER city_added AFTER INSERT ON city BEGIN
    INSERT INTO city_search(rowid, name) VALUES (new.id, new.name);
  END;
  CREATE TRIGGER city_removed AFTER DELETE ON city BEGIN
    INSERT INTO city_search(city_search, rowid, name) VALUES ('delete', old.id, old.name);
  END;`;

/** Makes the tables and one empty batch for each piece of the source. */
export function createTables(db: Database, rows: number): void {
  db.exec(TABLES);
  const add = db.prepare('INSERT INTO batch VALUES (?, ?, ?, 0)');
  db.transaction(() => {
    for (let first = 0; first < rows; first += ROWS_PER_BATCH) {
      add.run(first / ROWS_PER_BATCH, first, Math.min(ROWS_PER_BATCH, rows - first));
    }
  }).immediate();
}

/** How a full-text query is written for what somebody typed: every word is the beginning of a word of the name. */
export function matchOf(text: string): string {
  return text.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '').map((word) => `"${word}"*`).join(' ');
}
