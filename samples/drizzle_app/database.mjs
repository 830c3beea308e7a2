// What each thread does first, whoever comes first: open the database, and bring its tables up to date.
import { fileURLToPath } from 'node:url';

import { readMigrationFiles } from 'drizzle-orm/migrator';
import { drizzle, migrate } from 'glasswal/drizzle';

import { schema } from './schema.mjs';

const migrationsFolder = fileURLToPath(new URL('./drizzle', import.meta.url));

export function open(client) {
  const db = drizzle(client.open(), { schema });
  migrate(db, { migrations: readMigrationFiles({ migrationsFolder }) });
  return db;
}
