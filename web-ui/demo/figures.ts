// The row of figures and the two charts: rates from what the workers report, sizes from the runtime's diagnostics.
import type { Snapshot } from '/glasswal/index.js';
import { Chart } from './chart.js';
import type { Crew } from './crew.js';
import { byId, bytes, count } from './dom.js';
import type { Totals } from './messages.js';

interface Mark extends Totals {
  readonly at: number;
}

export class Figures {
  readonly #crew: Crew;
  readonly #sourceRows: number;
  readonly #writes = new Chart(byId('charts'), 'rows written', 'first');
  readonly #reads = new Chart(byId('charts'), 'queries answered', 'second');
  #last: Mark;

  constructor(crew: Crew, sourceRows: number) {
    this.#crew = crew;
    this.#sourceRows = sourceRows;
    this.#last = { ...crew.totals(), at: performance.now() };
  }

  markDeath(): void {
    this.#writes.markDeath(performance.now());
    this.#reads.markDeath(performance.now());
  }

  /** Rates since the last call. */
  showRates(): void {
    const now: Mark = { ...this.#crew.totals(), at: performance.now() };
    const seconds = (now.at - this.#last.at) / 1000;
    const rate = (key: keyof Totals) => Math.max(0, now[key] - this.#last[key]) / seconds;
    this.#writes.add(now.at, rate('rows'));
    this.#reads.add(now.at, rate('queries'));
    byId('rows-rate').textContent = count(rate('rows'));
    byId('commits-rate').textContent = count(rate('commits'));
    byId('queries-rate').textContent = count(rate('queries'));
    byId('torn').textContent = count(now.torn);
    byId('checks').textContent = `in ${count(now.checks)} checks`;
    this.#showProgress(now.rows);
    this.#last = now;
  }

  showRegion({ region, wals }: Snapshot): void {
    const [wal, walUnit] = bytes(wals.reduce((sum, one) => sum + one.sizeBytes, 0));
    byId('wal-size').textContent = wal;
    byId('wal-unit').textContent = walUnit;
    byId('clients').textContent = count(region.clientCount);
    byId('memory').textContent = `in ${bytes(region.committedBytes).join(' ')}`;
  }

  #showProgress(rows: number): void {
    const pass = Math.floor(rows / this.#sourceRows);
    const loaded = pass === 0 ? rows : rows % this.#sourceRows;
    byId('cities').textContent = count(loaded);
    byId('cities-of').textContent = `of ${count(this.#sourceRows)}${pass === 0 ? '' : `, pass ${pass + 1}`}`;
    byId<HTMLProgressElement>('cities-bar').value = loaded / this.#sourceRows;
  }
}
