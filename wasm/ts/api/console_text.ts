/** What a console shows of a log record and of a black box, in words. */
import { printable } from '../given/printable.js';
import type { Snapshot } from '../generated/snapshot.js';
import type { LogRecord } from './log.js';

type Recovery = Snapshot['recoveries'][number];

function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** A time for people: 51.2 µs. */
export function duration(ns: number): string {
  if (ns < 1000) return `${ns} ns`;
  if (ns < 1e6) return `${rounded(ns / 1e3)} µs`;
  return ns < 1e9 ? `${rounded(ns / 1e6)} ms` : `${rounded(ns / 1e9)} s`;
}

function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1024 ** 2 ? `${rounded(bytes / 1024)} KiB` : `${rounded(bytes / 1024 ** 2)} MiB`;
}

function shownDetail(name: string, value: number | string): string {
  if (typeof value === 'string') return `${name}=${/[\s"=]/.test(value) ? JSON.stringify(value) : value}`;
  if (name.endsWith('Ns')) return `${name.slice(0, -2)}=${duration(value)}`;
  return name.endsWith('Bytes') ? `${name.slice(0, -5)}=${size(value)}` : `${name}=${value}`;
}

/** The details in a line: names instead of the numbers that they stand for, and whatever else there is. */
export function detailsText({ details }: LogRecord): string {
  const words = [];
  for (const [name, value] of Object.entries(details)) {
    if (name === 'clientName' || name === 'path' || name === 'file' || name === 'connection') continue;
    if (`${name}Name` in details) continue;
    words.push(shownDetail(/ClientName$/.test(name) ? name.slice(0, -'Name'.length) : name, value));
  }
  return printable(words.join(' '));
}

/** Whom a record is about: a client by its name, and the path of the file if there is one. */
export function subjectText({ client, details }: LogRecord): string {
  const name = details['clientName'] ?? `client ${client}`;
  return printable('path' in details ? `${name} ${details['path']}` : String(name));
}

/** The time of day, as clocks here show it. */
export function timeText({ timeMs }: LogRecord): string {
  const time = new Date(timeMs);
  // A time of the shared memory may be any number.
  if (Number.isNaN(time.getTime())) return '??:??:??.???';
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** The black box of a recovery, in lines. */
export function blackBoxLines(recovery: Recovery): string[] {
  const { clientKind, silentNs, connections, walIndexesSpoiled, heldLocks, lastEvents } = recovery;
  const lines = [`a ${clientKind} that had been silent for ${duration(silentNs)}, with ${plural(connections, 'open connection')}`];
  for (const { name, path, mode, waiting, heldNs } of heldLocks) {
    const held = waiting ? 'waited for' : 'held';
    lines.push(`${held} ${name}${path === '' ? '' : ` of ${path}`} (${mode})${heldNs === 0 ? '' : ` for ${duration(heldNs)}`}`);
  }
  if (walIndexesSpoiled > 0) lines.push(`${plural(walIndexesSpoiled, 'wal-index')} to be rebuilt by the next client`);
  if (lastEvents.length > 0) lines.push(`its last events: ${lastEvents.map(({ kind }) => kind).join(', ')}`);
  return lines.map(printable);
}

/** What a recovery took back, for the heading of its records. */
export function recoveryText({ clientName, locks, handles, segments }: Recovery): string {
  return printable(`recovery from ${clientName}: ${plural(locks, 'lock')}, ${plural(handles, 'handle')}, ${plural(segments, 'segment')} taken back`);
}
