/** How consoles want what they show: styles for %c in browsers, escapes of a terminal elsewhere, or neither. */
import { isNode } from '../port/environment.js';
import type { LogLevel } from './log.js';

/** What is called of a console. */
export type ConsoleLike = Pick<Console, 'debug' | 'info' | 'warn' | 'error' | 'group' | 'groupCollapsed' | 'groupEnd'>;

/** One piece of a line, and what it is for. */
export interface Piece {
  readonly text: string;
  readonly as: LogLevel | 'dim' | 'plain';
}

const css: Readonly<Record<Piece['as'], string>> = {
  error: 'color: #fff; background: #b3261e; padding: 0 .4em; border-radius: 3px',
  warn: 'color: #201600; background: #f2b84b; padding: 0 .4em; border-radius: 3px',
  info: 'color: #fff; background: #1f6f69; padding: 0 .4em; border-radius: 3px',
  debug: 'color: #fff; background: #596570; padding: 0 .4em; border-radius: 3px',
  trace: 'color: #fff; background: #7d8791; padding: 0 .4em; border-radius: 3px',
  // The same on light and dark grounds.
  dim: 'color: #808890',
  plain: '',
};

const ansi: Readonly<Record<Piece['as'], string>> = { error: '1;31', warn: '1;33', info: '36', debug: '34', trace: '90', dim: '90', plain: '' };

/** The methods that levels have. console.trace() would show a stack. */
export const methods = { error: 'error', warn: 'warn', info: 'info', debug: 'debug', trace: 'debug' } as const;

interface Stream {
  readonly isTTY?: boolean;
}

interface NodeLike {
  readonly stdout?: Stream;
  readonly stderr?: Stream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Whether somebody asked for no colours. Deno has an answer of its own, for it would ask its user whether we may read the environment. */
function areUnwanted({ env }: NodeLike): boolean {
  const { Deno } = globalThis as { readonly Deno?: { readonly noColor: boolean } };
  if (Deno !== undefined) return Deno.noColor;
  return (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
}

/** Whether what a level's method writes to is a terminal that wants colours. */
function isColoured(level: LogLevel): boolean {
  const { process } = globalThis as unknown as { readonly process: NodeLike };
  const isStderr = level === 'warn' || level === 'error';
  return (isStderr ? process.stderr : process.stdout)?.isTTY === true && !areUnwanted(process);
}

export type Colouring = 'css' | 'ansi' | 'none';

/** How to colour what goes to a level's method. `colors`: what was asked for. Another console may write to anything. */
export function colouring(level: LogLevel, colors: boolean | undefined, isOwn: boolean): Colouring {
  if (!isNode) return colors === false ? 'none' : 'css';
  return (colors ?? (isOwn && isColoured(level))) ? 'ansi' : 'none';
}

/**
 * The arguments for a method of a console. Texts are never part of the format, where a % of a client's name would take the next
 * argument for itself.
 */
export function argumentsOf(pieces: readonly Piece[], how: Colouring): unknown[] {
  if (how === 'css') return [pieces.map(() => '%c%s%c').join(' '), ...pieces.flatMap(({ text, as }) => [css[as], text, ''])];
  const coloured = ({ text, as }: Piece): string => (how === 'none' || ansi[as] === '' ? text : `\u001b[${ansi[as]}m${text}\u001b[0m`);
  return ['%s', pieces.map(coloured).join(' ')];
}
