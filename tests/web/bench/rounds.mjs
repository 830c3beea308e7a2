// The rounds of the benchmark: every engine has its workload within the same seconds, in an order that moves on from
// round to round, so that whatever else the machine does hits all of them alike.

export const ENGINES = {
  glasswal: { module: 'glasswal' },
  'glasswal :memory:': { module: 'glasswal', flavour: ':memory:' },
  'sql.js': { module: 'sql_js' },
  'wa-sqlite :memory:': { module: 'wa_sqlite', flavour: ':memory:' },
  'wa-sqlite MemoryVFS': { module: 'wa_sqlite', flavour: 'MemoryVFS' },
  'glasswal/wa-sqlite': { module: 'wa_sqlite', flavour: 'glasswal' },
  'sqlite-wasm :memory:': { module: 'sqlite_wasm' },
};

export const WORKLOADS = ['autocommit', 'bulk', 'point', 'all', 'scan'];

function rotated(list, by) {
  return list.map((_, i) => list[(i + by) % list.length]);
}

/** What only a shared database can do: a second client beside the first. */
async function togetherOf(page) {
  const beside = { module: 'glasswal', shares: 'glasswal' };
  const { joinMs } = await page.evaluate((how) => globalThis.bench.open('beside', how), beside);
  const run = (...pairs) => page.evaluate((list) => globalThis.bench.together(list), pairs);
  const [oneReader] = await run(['glasswal', 'point']);
  const twoReaders = await run(['glasswal', 'point'], ['beside', 'point']);
  const [writerAlone] = await run(['glasswal', 'autocommit']);
  const [writer, reader] = await run(['glasswal', 'autocommit'], ['beside', 'point']);
  return {
    joinMs, oneReader, twoReaders: twoReaders[0] + twoReaders[1], writerAlone, writerBeside: writer, readerBeside: reader,
  };
}

/** The same of wa-sqlite's connections on glasswal's database: who writes is not alone. */
async function waTogetherOf(page) {
  const name = 'glasswal/wa-sqlite';
  const others = ['wa second', 'wa third'];
  for (const other of others) {
    await page.evaluate(([other, how]) => globalThis.bench.open(other, how), [other, { ...ENGINES[name], shares: name }]);
  }
  const run = (...pairs) => page.evaluate((list) => globalThis.bench.together(list), pairs);
  const [waWriterAlone] = await run([name, 'autocommit']);
  const [waWriterBeside, waReaderBeside] = await run([name, 'autocommit'], [others[0], 'point']);
  // What a second busy worker costs on this machine, whatever it reads.
  const [waWriterApart] = await run([name, 'autocommit'], ['wa-sqlite MemoryVFS', 'point']);
  const writers = await run(...[name, ...others].map((each) => [each, 'autocommit']));
  return {
    waWriterAlone, waWriterBeside, waReaderBeside, waWriterApart, waThreeWriters: writers.reduce((sum, each) => sum + each),
    waEvenness: Math.min(...writers) / Math.max(...writers),
  };
}

/** Runs one round in a page of its own; the result is {engine: {workload: number}} and the shared part. */
async function oneRound(page, names, round) {
  const results = Object.fromEntries(names.map((name) => [name, {}]));
  const order = rotated(names, round);
  for (const name of order) {
    const { ms } = await page.evaluate(([engine, how]) => globalThis.bench.open(engine, how), [name, ENGINES[name]]);
    results[name].open = ms;
  }
  for (const workload of WORKLOADS) {
    for (const name of order) {
      results[name][workload] = await page.evaluate(([engine, what]) => globalThis.bench.run(engine, what),
        [name, workload]);
    }
  }
  const shared = names.includes('glasswal') ? { ...(await togetherOf(page)), ...(await waTogetherOf(page)) } : undefined;
  await page.evaluate(() => globalThis.bench.close());
  return { results, shared };
}

/** All rounds: {engine: {workload: [numbers]}} and {measure: [numbers]} of the shared part. */
export async function runRounds(browser, origin, names, rounds, say) {
  const numbers = Object.fromEntries(names.map((name) => [name, {}]));
  const shared = {};
  const collect = (into, from) => {
    for (const [key, value] of Object.entries(from)) (into[key] ??= []).push(value);
  };
  for (let round = 0; round < rounds; round++) {
    const page = await browser.newPage();
    await page.goto(`${origin}/bench/`);
    await page.waitForFunction(() => globalThis.bench !== undefined);
    const one = await oneRound(page, names, round);
    await page.close();
    for (const name of names) collect(numbers[name], one.results[name]);
    if (one.shared !== undefined) collect(shared, one.shared);
    say(`round ${round + 1} of ${rounds}`);
  }
  return { numbers, shared };
}
