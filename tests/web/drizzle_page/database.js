// Drizzle with the tables of samples/drizzle_app, whose migrations the bundler puts into the script.
import { drizzle, migrate } from 'glasswal/drizzle';

import journal from '../../../samples/drizzle_app/drizzle/meta/_journal.json';
import { schema } from '../../../samples/drizzle_app/schema.mjs';

export { sale, shop } from '../../../samples/drizzle_app/schema.mjs';

const migrations = import.meta.glob('../../../samples/drizzle_app/drizzle/*.sql', { query: '?raw', import: 'default', eager: true });

export function open(client) {
  const db = drizzle(client.open(), { schema });
  migrate(db, { journal, migrations });
  return db;
}
