/** Checks what callers give by name: a name that nothing reads is refused with the nearest one that there is. */
import { GlasswalError, MisuseError } from './errors.js';
import { kindOf } from './kinds.js';

/** How many letters must be changed, added or left out to make `b` of `a`. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}

/** The name of `known` that was probably meant by `name`: up to a third of its letters may be wrong, whatever their case. */
function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.ceil(name.length / 3)) + 1;
  for (const each of known) {
    const away = distance(name.toLowerCase(), each.toLowerCase());
    if (away < least) [best, least] = [each, away];
  }
  return best;
}

/** Why `options` cannot be taken: it has a name that is not `known`. */
function unknownOption(options: object, known: readonly string[]): string | undefined {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const meant = nearest(name, known);
    return `There is no option ${name}${meant === undefined ? '.' : `: did you mean ${meant}?`} There are ${known.join(', ')}.`;
  }
  return undefined;
}

/** The options that `method` was given, of which it knows `known`; none are an empty object. */
export function optionsOf(given: unknown, method: string, known: readonly string[]): Readonly<Record<string, unknown>> {
  if (given === undefined || given === null) return {};
  if (typeof given !== 'object') throw new MisuseError('MISUSE', `The options of ${method} are ${kindOf(given)}: give an object.`);
  const wrong = unknownOption(given, known);
  if (wrong !== undefined) throw new MisuseError('OPTION', `${method}: ${wrong}`);
  return given as Record<string, unknown>;
}

/** Throws unless `options` are an object with `known` names alone: what a runtime is made or joined with. */
export function requireOptions(options: unknown, method: string, known: readonly string[]): asserts options is object {
  if (typeof options !== 'object' || options === null) throw new MisuseError('OPTION', `The options of ${method} must be an object.`);
  const wrong = unknownOption(options, known);
  if (wrong !== undefined) throw new GlasswalError('OPTION', wrong);
}

/** A switch, off if it was not given. */
export function booleanOption(options: Readonly<Record<string, unknown>>, name: string): boolean {
  const value = name in options ? options[name] : false;
  if (typeof value === 'boolean') return value;
  throw new MisuseError('OPTION', `The option ${name} is ${kindOf(value)}: give true or false, or leave it out.`);
}

/** A function, undefined if it was not given. */
export function functionOption<F>(options: Readonly<Record<string, unknown>>, name: string): F | undefined {
  const value = options[name] ?? undefined;
  if (value === undefined || typeof value === 'function') return value as F | undefined;
  throw new MisuseError('OPTION', `The option ${name} is ${kindOf(value)}: give a function, or leave it out.`);
}

/** What a method that switches something was told; nothing is true. */
export function switchOf(given: readonly unknown[], method: string): boolean {
  if (given.length === 0) return true;
  if (typeof given[0] === 'boolean') return given[0];
  throw new MisuseError('MISUSE', `${method}() was given ${kindOf(given[0])}: give true or false, or nothing for true.`);
}

/** A value that was refused, for people. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'number' ? String(value) : kindOf(value);
}

/** Whether `value` is a text of 1 to `mostBytes` bytes, as the names of clients and databases are. */
export function isName(value: unknown, mostBytes: number): value is string {
  return typeof value === 'string' && /^[^\0]+$/.test(value) && new TextEncoder().encode(value).length <= mostBytes;
}

/** The longest name of a client. */
export const MOST_NAME_BYTES = 63;

/** The name that a client is given, by the option `option`. */
export function clientName(name: unknown, option = 'name'): string {
  if (isName(name, MOST_NAME_BYTES)) return name;
  throw new GlasswalError('OPTION', `The option ${option} is ${shown(name)}, but must be a text of 1 to 63 bytes, none of them 0.`);
}

/** A function that is called when something happens. */
export function requireListener(listener: unknown, method: string): void {
  if (typeof listener !== 'function') throw new MisuseError('MISUSE', `${method} was given ${kindOf(listener)}: give a function.`);
}

/** A text that the module can take as a whole: SQLite stops at a zero character. */
export function textOf(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new MisuseError('MISUSE', `${what} is ${kindOf(value)}: give it as a string.`);
  const zero = value.indexOf('\0');
  if (zero < 0) return value;
  throw new MisuseError('MISUSE', `${what} has a zero character at ${zero}, where SQLite would stop: leave it out.`);
}
