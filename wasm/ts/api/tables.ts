/** Virtual tables whose rows a generator yields: what a module is, and how SQLite comes to its tables. */
import type { Connection } from './connection.js';
import type { Context } from '../engine/context.js';
import {
  AT_TABLE_COLUMNS,
  AT_TABLE_FLAGS,
  AT_TABLE_ID,
  AT_TABLE_PARAMETERS,
  AT_TABLE_SCHEMA,
  HOST_CONNECT,
  HOST_REFUSE,
  TABLE_DIRECT_ONLY,
  TABLE_SAFE_INTEGERS,
} from '../generated/encoding.js';
import { MisuseError } from '../given/errors.js';
import { SQLITE_OK } from '../generated/sqlite.js';
import { type ScannedTable, answerScans } from './scan.js';
import { allocateBytes } from '../engine/slots.js';
import { type Definition, type TableDefinition, checkDefinition } from './table_definition.js';
import { decodeCString, encodeUtf8 } from '../engine/text.js';
import { kindOf } from '../given/kinds.js';

/** Makes the definition of the table that CREATE VIRTUAL TABLE names, from the arguments of the module there. */
export type TableFactory = (
  this: { readonly module: string; readonly database: string; readonly table: string }, ...args: string[]
) => TableDefinition;

/** A module as SQLite comes to it. */
interface Module {
  readonly connection: Connection;
  /** Takes the module's name, the schema, the table's name, and the arguments. */
  readonly define: (args: readonly string[]) => Definition;
}

const answering = new WeakSet<Context>();

/** Makes `what` the module `name`: a definition is a table of that name, a factory makes one for each CREATE VIRTUAL TABLE. */
export function defineTable(connection: Connection, name: string, what: TableDefinition | TableFactory): void {
  if (typeof name !== 'string') throw new MisuseError('MISUSE', `table() takes the name of a table, and got ${kindOf(name)}.`);
  if (name === '') throw new MisuseError('MISUSE', 'table() takes the name of a table, and got an empty one.');
  const { context } = connection;
  answer(context);
  const eponymous = typeof what !== 'function';
  const define = definer(name, what);
  // A definition may have getters, which are user code.
  connection.checkQuiet();
  const id = context.know({ connection, define } satisfies Module);
  const text = connection.placeSql(name);
  // SQLite lets go of it itself if it fails.
  const code = connection.exports.glasswal_create_module(connection.pointer, text.address, id, Number(eponymous));
  context.releaseText(text);
  if (code !== SQLITE_OK) connection.expect(code, `The table '${name}' cannot be defined`);
}

function definer(name: string, what: TableDefinition | TableFactory): Module['define'] {
  if (typeof what === 'object' && what !== null) {
    const definition = checkDefinition(what, `The definition of the table '${name}'`);
    return () => definition;
  }
  if (typeof what !== 'function') {
    throw new MisuseError('MISUSE', `table('${name}') takes a definition or a function that makes one, and got ${kindOf(what)}.`);
  }
  return ([module, database, table, ...args]) => {
    const made: unknown = what.apply({ module: module!, database: database!, table: table! }, args);
    if (typeof made !== 'object' || made === null) {
      throw new MisuseError('MISUSE', `The function of the module '${name}' returned ${kindOf(made)}: return a table's definition.`);
    }
    return checkDefinition(made as TableDefinition, `What the function of the module '${name}' returned`);
  };
}

function answer(context: Context): void {
  if (answering.has(context)) return;
  answering.add(context);
  answerScans(context);
  context.answerWith(HOST_CONNECT, (id, shape, argc, argv) =>
    context.runUserCode(() => connect(context, context.known.get(id) as Module, shape >>> 2, argc, argv >>> 2)));
  context.answerWith(HOST_REFUSE, (id, _, parameter) => {
    const { name, parameters } = (context.known.get(id) as ScannedTable).definition;
    // Without memory for the message SQLite has one of its own.
    return context.runUserCode(() => placeForGood(
      context, `${name}: the parameter '${parameters[parameter]!}' can only be constrained by '=' (or be an argument)`), 0);
  });
}

/** Fills the TableShape at the word `shape`. The `argc` words at `argv` are addresses of texts. */
function connect(context: Context, module: Module, shape: number, argc: number, argv: number): number {
  const { engine } = context;
  const args = [...engine.u32.slice(argv, argv + argc)].map((address) => decodeCString(engine.u8, address));
  // SQLite is amid compiling a statement.
  const definition = module.connection.lockedBy('the definition of a table', () => module.define(args));
  const schema = placeForGood(context, definition.schema);
  const safeIntegers = definition.safeIntegers ?? module.connection.safeIntegers;
  const table: ScannedTable = { definition: { ...definition, name: `The table '${args[2]!}'` } };
  const { u32 } = engine;
  u32[shape + AT_TABLE_ID] = context.know(table);
  u32[shape + AT_TABLE_PARAMETERS] = definition.parameters.length;
  u32[shape + AT_TABLE_COLUMNS] = definition.columns.size;
  u32[shape + AT_TABLE_FLAGS] =
    (safeIntegers ? TABLE_SAFE_INTEGERS : 0) | (definition.directOnly ? TABLE_DIRECT_ONLY : 0);
  u32[shape + AT_TABLE_SCHEMA] = schema;
  return 0;
}

/** `text` where SQLite will free it. */
function placeForGood(context: Context, text: string): number {
  return allocateBytes(context.engine, encodeUtf8(`${text}\0`), 'a text of a virtual table');
}
