// What TypeScript knows of the dialect for Kysely. It is compiled, and never run.
import { type Dialect, Kysely, SqliteDialect } from 'kysely';

import { GlasswalDialect } from '../../../wasm/dist/adapters/kysely.js';
import { type Client, type RemotePort, connect } from '../../../wasm/dist/index.js';

declare const client: Client;
declare const port: RemotePort;
interface Tables {
  person: { name: string; age: number | null };
}

export const dialects: Dialect[] = [
  new GlasswalDialect({ database: client.open() }),
  new GlasswalDialect({ database: connect(port), transactionMode: 'exclusive' }),
  new GlasswalDialect({ database: () => connect(port), onCreateConnection: async (connection) => void (await connection.executeQuery) }),
  new GlasswalDialect({ database: async () => client.open() }),
  new SqliteDialect({ database: client.open() }),
  new SqliteDialect({ database: async () => client.open() }),
];
const db = new Kysely<Tables>({ dialect: dialects[0]! });
export const people: Promise<{ age: number | null }[]> = db.selectFrom('person').select('age').execute();

// @ts-expect-error: there is no such mode
new GlasswalDialect({ database: client.open(), transactionMode: 'later' });
// @ts-expect-error: a client has no queries; open() gives what has
new GlasswalDialect({ database: client });
