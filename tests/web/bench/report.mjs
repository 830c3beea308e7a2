// Medians, and the tables of what was measured.

const COLUMNS = [
  // The bigger the better, and the smaller the better.
  { key: 'autocommit', title: 'autocommit /s', more: true },
  { key: 'bulk', title: 'bulk rows/s', more: true },
  { key: 'point', title: 'point reads/s', more: true },
  { key: 'all', title: 'all() ms', more: false },
  { key: 'scan', title: 'scan ms', more: false },
  { key: 'group', title: 'group by ms', more: false },
  { key: 'order', title: 'order by ms', more: false },
  { key: 'open', title: 'start ms', more: false },
];

/** Whether more is better. */
export const isMore = (key) => COLUMNS.find((column) => column.key === key).more;

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** {key: [numbers]} -> {key: median} */
export function medians(lists) {
  return Object.fromEntries(Object.entries(lists).map(([key, values]) => [key, median(values)]));
}

function show(value) {
  if (value === undefined) return '-';
  if (value >= 1000) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(value < 10 ? 2 : 1);
}

/** The rows below the header, the first `left` columns to the left. */
export function table(header, rows, left = 1) {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (cells) => cells
    .map((cell, i) => (i < left ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ').trimEnd();
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

export function speedTable(results) {
  const rows = Object.entries(results).map(([name, values]) => [name, ...COLUMNS.map(({ key }) => show(values[key]))]);
  return table(['', ...COLUMNS.map(({ title }) => title)], rows);
}

export function sharedTable(shared) {
  const rows = [
    ['point reads/s, one reader', show(shared.oneReader)],
    ['point reads/s, two readers', show(shared.twoReaders)],
    ['commits/s, the writer alone', show(shared.writerAlone)],
    ['commits/s, beside a reader', show(shared.writerBeside)],
    ['point reads/s, beside that writer', show(shared.readerBeside)],
    ['commits/s, two writers together', show(shared.twoWriters)],
  ];
  return table(['glasswal, two workers', ''], rows);
}

/** wa-sqlite's own connections, which share a database of glasswal's. */
export function waSharedTable(shared) {
  const ratio = (value) => `${(value / shared.waWriterAlone).toFixed(2)} x`;
  return table(['wa-sqlite on glasswal', '', 'ratio'], [
    ['commits/s, the writer alone', show(shared.waWriterAlone), ''],
    ['commits/s, beside a reader', show(shared.waWriterBeside), ratio(shared.waWriterBeside)],
    ['commits/s, beside a reader of another database', show(shared.waWriterApart), ratio(shared.waWriterApart)],
    ['point reads/s, beside that writer', show(shared.waReaderBeside), ''],
    ['commits/s, three writers together', show(shared.waThreeWriters), ratio(shared.waThreeWriters)],
    ['the slowest of them, of the fastest', '', `${shared.waEvenness.toFixed(2)} x`],
  ]);
}

export function sizeTable(sizes) {
  const kb = (bytes) => (bytes / 1024).toFixed(0);
  const rows = Object.entries(sizes).map(([name, { wasm, js, total }]) =>
    [name, kb(wasm.raw), kb(js.raw), kb(total.raw), kb(wasm.brotli), kb(js.brotli), kb(total.brotli)]);
  return table(['KiB', 'wasm', 'js', 'together', 'wasm brotli', 'js brotli', 'together brotli'], rows);
}

export function inspectorTable({ clients, attachMs, frameMs }) {
  const reached = (value, aim) => (value <= aim ? 'yes' : 'no');
  return table([`the inspector, ${clients} clients`, '', 'aim', 'reached'], [
    ['attaching', `${attachMs.toFixed(0)} ms`, '1,000 ms', reached(attachMs, 1000)],
    ['script of a frame, median', `${frameMs.median.toFixed(2)} ms`, '4 ms', reached(frameMs.median, 4)],
    ['script of a frame, best', `${frameMs.best.toFixed(2)} ms`, '', ''],
  ]);
}
