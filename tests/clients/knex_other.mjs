// What the other client does in the test of Knex: plain SQL, as another program would.
export const shipNames = ({ db }) => db.prepare('SELECT name FROM ship ORDER BY id').pluck().all();
export const addShip = ({ db }, name) => Number(db.prepare('INSERT INTO ship(name) VALUES (?)').run(name).lastInsertRowid);
