// Compiled by types.test.mjs and never run: what TypeScript takes, and what it refuses.
import type { Client, Database, Row, Statement } from '../../../wasm/dist/index.js';

interface User {
  id: number;
  name: string;
  nick?: string | null;
}
declare const client: Client;
declare const user: User;
declare const readonlyUser: Readonly<User>;

const db: Database = client.open('/x', { timeout: 5, verbose: (sql) => sql.length });
const any = db.prepare('INSERT INTO users VALUES (@id, @name, @nick)');
any.run(user);
any.run(readonlyUser);
any.run({ id: 1, name: 'Ada' });
any.run(1, 'Ada', null, new Uint8Array(1), 5n);
any.run([1, 'Ada'], { nick: 'A' });
any.run();
// @ts-expect-error: SQLite has no booleans.
any.run({ id: true });
// @ts-expect-error: nor dates.
any.run(new Date());
// @ts-expect-error: undefined is no value.
any.run(undefined);

const names: Statement<User> = db.prepare<User>('SELECT * FROM users');
const first: User | undefined = names.get();
const rows: Row[] = db.prepare('SELECT 1').all();
const typed = db.prepare<[id: number, name: string], User>('SELECT * FROM users WHERE id = ? AND name = ?');
const found: User | undefined = typed.get(1, 'Ada');
// @ts-expect-error: one is missing.
typed.get(1);
const named = db.prepare<User, User>('SELECT * FROM users WHERE id = @id');
named.all(user);
// @ts-expect-error: the name is missing.
named.all({ id: 1 });

const add = db.transaction((a: number, b: number) => a + b);
const sum: number = add.immediate(1, 2);
const same: Database = add.default.database;
export { first, rows, found, sum, same };
