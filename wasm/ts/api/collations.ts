/** Collations: how SQL compares and sorts texts, by a function of JavaScript. */
import type { Connection } from './connection.js';
import type { Context } from '../engine/context.js';
import { COMPARE_FAILED, HOST_COMPARE } from '../generated/encoding.js';
import { MisuseError } from '../given/errors.js';
import { SQLITE_OK } from '../generated/sqlite.js';
import { decodeUtf8 } from '../engine/text.js';
import { kindOf } from '../given/kinds.js';

/** Less than 0 if `a` comes first, more than 0 if `b` does, 0 if they are equal. */
export type Compare = (a: string, b: string) => number;

interface Collation {
  readonly connection: Connection;
  readonly name: string;
  readonly compare: Compare;
}

/** SQLite itself needs these to be what they are. */
const BUILT_IN = /^(binary|nocase|rtrim)$/i;

const answering = new WeakSet<Context>();

/** Makes `compare` the collation `name`; null removes it. */
export function defineCollation(connection: Connection, name: string, compare: Compare | null): void {
  if (typeof name !== 'string' || name === '') {
    throw new MisuseError('MISUSE', `collation() takes a name, and got ${name === '' ? 'an empty one' : kindOf(name)}.`);
  }
  if (typeof compare !== 'function' && compare !== null) {
    throw new MisuseError('MISUSE', `collation('${name}') takes a function, or null to remove it, and got ${kindOf(compare)}.`);
  }
  if (BUILT_IN.test(name)) {
    throw new MisuseError('MISUSE', `The collation '${name}' is SQLite's own, and its tables are sorted by it: take another name.`);
  }
  const { context, exports } = connection;
  answer(context);
  const id = compare === null ? 0 : context.know({ connection, name, compare } satisfies Collation);
  const text = connection.placeSql(name);
  const code = exports.glasswal_create_collation(connection.pointer, text.address, id);
  context.releaseText(text);
  if (code === SQLITE_OK) return;
  context.known.delete(id);
  connection.expect(code, `The collation '${name}' cannot be changed`);
}

function answer(context: Context): void {
  if (answering.has(context)) return;
  answering.add(context);
  context.answerWith(HOST_COMPARE, (id, texts) => {
    const { connection, name, compare } = context.known.get(id) as Collation;
    return context.runUserCode(() => {
      const { u8, u32 } = context.engine;
      const text = (at: number): string => {
        const address = u32[at]!;
        return decodeUtf8(u8, address, address + u32[at + 1]!);
      };
      // SQLite may be amid a page of an index.
      const order: unknown = connection.lockedBy(
        `the collation '${name}'`, () => compare(text(texts >>> 2), text((texts >>> 2) + 2)));
      if (typeof order !== 'number' || Number.isNaN(order)) {
        throw new MisuseError(
          'MISUSE',
          `The collation '${name}' returned ${typeof order === 'number' ? 'NaN' : kindOf(order)}: return a number.`);
      }
      return Math.sign(order);
    }, COMPARE_FAILED);
  });
}
