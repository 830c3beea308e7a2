// What is to be reached, beside what this run has measured: ratios of numbers of the same round, and their medians.
import { availableParallelism } from 'node:os';

import { isMore, table } from './report.mjs';
import { PEERS } from './rounds.mjs';

// An aim of 1 says `no slower`; what is measured this close to it is no slower as far as anybody can tell.
const NO_SLOWER = 0.98;
const KIB = 1024;

const AGAINST_PEERS = {
  scan: 'scan', all: 'all() of 100,000 rows', autocommit: 'autocommit insert', bulk: 'bulk insert', point: 'point read',
  group: 'group by', order: 'order by', open: 'start, from nothing to the first row',
};

/** {low, median, high}: the middle, and between what the middle half of the numbers lies. */
export function spreadOf(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part) => {
    const place = part * (sorted.length - 1);
    const below = Math.floor(place);
    return sorted[below] + (sorted[Math.ceil(place)] - sorted[below]) * (place - below);
  };
  return { low: at(0.25), median: at(0.5), high: at(0.75) };
}

const ratios = (over, under) => over.map((value, i) => value / under[i]);

/** How many times as fast as the other, in each round. */
function faster(numbers, key, ours, other) {
  const [our, their] = [numbers[ours][key], numbers[other][key]];
  return isMore(key) ? ratios(our, their) : ratios(their, our);
}

/** The peer with the best median. */
function fastestPeer(numbers, key) {
  const quick = (name) => spreadOf(numbers[name][key]).median * (isMore(key) ? 1 : -1);
  return PEERS.reduce((best, name) => (quick(name) > quick(best) ? name : best));
}

function rowsOfWorks({ numbers }) {
  const memory = 'glasswal :memory:';
  const least = (work, against, values, aim) => ({ work, against, values, unit: 'x', isLeast: true, aim });
  return [
    least('autocommit insert', 'its own :memory:', faster(numbers, 'autocommit', 'glasswal', memory), 0.75),
    least('point read', 'its own :memory:', faster(numbers, 'point', 'glasswal', memory), 0.8),
    ...Object.entries(AGAINST_PEERS).map(([key, work]) => {
      const peer = fastestPeer(numbers, key);
      return least(work, peer, faster(numbers, key, 'glasswal', peer), 1);
    }),
  ];
}

function rowsOfShared({ numbers, shared }) {
  const ratio = (work, against, over, under, aim) =>
    ({ work, against, values: ratios(shared[over], shared[under]), unit: 'x', isLeast: true, aim });
  const most = (work, values, aim) => ({ work, against: '', values, unit: 'ms', isLeast: false, aim });
  return [
    most('start, from nothing to the first row', numbers.glasswal.open, 120),
    most('joining from a worker, first', shared.joinMs, 3),
    most('joining from a worker, later', shared.joinLaterMs, 1),
    ratio('a writer beside a reader', 'the writer alone', 'writerBeside', 'writerAlone', 0.95),
    ratio('2 readers', '1 reader', 'twoReaders', 'oneReader', 0.95 * Math.min(availableParallelism(), 2)),
    ratio('2 writers, both together', '1 writer', 'twoWriters', 'writerAlone'),
    ...Object.entries({ insert: 'autocommit insert', point: 'point read' }).flatMap(([key, work]) => [
      { work: `${work}, statements followed`, against: 'none followed', values: shared[`${key}On`], unit: 'x', isLeast: true },
      { work: `${work}, each run timed`, against: 'none followed', values: shared[`${key}Timed`], unit: 'x', isLeast: true },
    ]),
    { work: '2 writers, the slower', against: 'the faster of them', values: shared.evenness, unit: 'x', isLeast: true, aim: 0.5 },
  ];
}

/** What one browser has measured, as rows; `inspector` has its ratios for each pair, and its times. */
function rowsOf(browser) {
  return [
    ...rowsOfWorks(browser), ...rowsOfShared(browser),
    {
      work: 'a worker that commits while the inspector draws', against: 'where nobody looks', values: browser.inspector.beside,
      unit: 'x', isLeast: true, aim: 0.98,
    },
  ];
}

/** What is downloaded is the same for each browser. */
function rowsOfSizes(sizes) {
  return Object.entries({ glasswal: 420, 'glasswal/inspector': 280 }).map(([name, aim]) =>
    ({ work: `${name}, .wasm and JS, brotli`, against: '', values: [sizes[name].total.brotli / KIB], unit: 'KiB', isLeast: false, aim }));
}

function cellsOf({ work, against, values, unit, isLeast, aim }, browser) {
  const { low, median, high } = spreadOf(values);
  const digits = median < 10 ? 2 : 0;
  const cells = [work, against, browser, `${median.toFixed(digits)} ${unit}`, `${low.toFixed(digits)} - ${high.toFixed(digits)}`];
  if (aim === undefined) return [...cells, '', ''];
  const isReached = isLeast ? median >= (aim === 1 ? NO_SLOWER : aim) : median <= aim;
  return [...cells, `${isLeast ? '>=' : '<='} ${aim} ${unit}`, isReached ? 'yes' : 'no'];
}

/** The table of aims. `measured` is {browser: {numbers, shared, inspector}}. */
export function aimsTable(measured, sizes) {
  const browsers = Object.entries(measured);
  const rows = browsers.map(([, browser]) => rowsOf(browser));
  const lines = rows[0].flatMap((_, i) => browsers.map(([name], which) => cellsOf(rows[which][i], name)));
  lines.push(...rowsOfSizes(sizes).map((row) => cellsOf(row, '')));
  return 'To be reached: how many times as fast as the other in the same round, or how long it took; the median of the rounds, and\n' +
    `between what the middle half of them lies. An aim of 1 is reached from ${NO_SLOWER} on.\n\n${
      table(['work', 'against', '', 'measured', 'quartiles', 'aim', 'reached'], lines, 3)}`;
}
