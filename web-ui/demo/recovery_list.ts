// What the page says of each worker that was killed: first that its proof of death is awaited, then what the runtime
// reports of the recovery. Every number comes from that report, but the time since the button was pressed.
import type { Recovery } from '/glasswal/index.js';
import { byId, bytes, make } from './dom.js';

interface Box {
  readonly item: HTMLElement;
  readonly killedAt: number;
}

function plural(value: number, noun: string): string {
  return `${value} ${noun}${value === 1 ? '' : 's'}`;
}

function heldText({ heldLocks }: Recovery): string {
  const held = [...new Set(heldLocks.filter((lock) => !lock.waiting).map((lock) => lock.name))];
  const waited = heldLocks.find((lock) => lock.waiting)?.name;
  if (held.includes('WRITE')) return 'in the middle of a transaction, holding WRITE';
  if (waited !== undefined) return `while it waited for ${waited}`;
  if (held.some((name) => name.startsWith('READ'))) return 'in the middle of a query';
  return 'between two transactions';
}

export class RecoveryList {
  readonly #list = byId('recoveries');
  readonly #boxes = new Map<string, Box>();
  readonly #segmentBytes: number;

  constructor(segmentBytes: number) {
    this.#segmentBytes = segmentBytes;
  }

  /** A worker was terminated just now. */
  killed(name: string): void {
    const item = make('li', { className: 'waiting' }, [
      make('strong', { textContent: name }), ' was terminated; waiting for the proof of its death.',
    ]);
    this.#list.prepend(item);
    this.#boxes.set(name, { item, killedAt: performance.now() });
  }

  /** The runtime's recoveries, as its diagnostics list them. */
  show(recoveries: readonly Recovery[]): void {
    for (const recovery of recoveries) {
      const box = this.#boxes.get(recovery.clientName);
      if (box === undefined || recovery.running || !box.item.classList.contains('waiting')) continue;
      box.item.classList.remove('waiting');
      box.item.replaceChildren(...this.#describe(recovery, performance.now() - box.killedAt));
    }
  }

  #describe(recovery: Recovery, afterMs: number): Node[] {
    const [size, unit] = bytes(recovery.segments * this.#segmentBytes);
    const fact = (text: string) => make('span', { className: 'facts', textContent: text });
    const facts = [
      fact(`Taken back: ${plural(recovery.locks, 'lock')}, ${plural(recovery.handles, 'handle')}, `
        + `${plural(recovery.segments, 'segment')} (${size} ${unit}).`),
      fact(`Recovered ${afterMs.toFixed(0)} ms after the kill, in ${(recovery.durationNs / 1e6).toFixed(2)} ms of work.`),
    ];
    if (recovery.walIndexesSpoiled > 0) {
      facts.push(fact('Its unfinished transaction is gone; the next client rebuilt the wal-index.'));
    }
    const name = make('strong', { textContent: recovery.clientName });
    const head = make('span', {}, [name, ` died ${heldText(recovery)}.`]);
    return [head, ...facts];
  }
}
