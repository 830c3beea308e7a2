// The real rows that the writers load: fetched once by the page, put into one shared buffer, given to every worker.
import type { Source } from './messages.js';
import { ROWS_PER_BATCH } from './schema.js';

interface Row {
  name: string;
  country: string;
  lat: string;
  lng: string;
}

function lineOf({ name, country, lat, lng }: Row): string {
  return [name.replaceAll(/[\t\n]/g, ' '), country, lat, lng].join('\t');
}

/** Fetches the cities and packs them into batches. */
export async function fetchSource(url: string): Promise<Source> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}: the demo has no rows to load`);
  const rows = await response.json() as Row[];
  const encoder = new TextEncoder();
  const batches: Uint8Array[] = [];
  for (let first = 0; first < rows.length; first += ROWS_PER_BATCH) {
    batches.push(encoder.encode(rows.slice(first, first + ROWS_PER_BATCH).map(lineOf).join('\n')));
  }
  const offsets = new Uint32Array(batches.length + 1);
  batches.forEach((batch, i) => (offsets[i + 1] = (offsets[i] ?? 0) + batch.length));
  const bytes = new SharedArrayBuffer(offsets[batches.length] ?? 0);
  const all = new Uint8Array(bytes);
  batches.forEach((batch, i) => all.set(batch, offsets[i]));
  return { bytes, offsets, rows: rows.length };
}
