// What the other client does in the test of TypeORM: plain SQL, as another program would.
export const cityNames = ({ db }) => db.prepare('SELECT name FROM city ORDER BY name').pluck().all();
export const addCity = ({ db }, name, code) => db.prepare('INSERT INTO city(name, countryCode, version) VALUES (?, ?, 1)').run(name, code).changes;
