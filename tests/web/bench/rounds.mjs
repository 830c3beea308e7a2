// The rounds of the benchmark: every engine has its workload within the same seconds, those that are compared one right after the
// other and in every second round backwards, so that whatever else the machine does hits all of them alike.

export const ENGINES = {
  'wa-sqlite MemoryVFS': { module: 'wa_sqlite', flavour: 'MemoryVFS' },
  'glasswal/wa-sqlite': { module: 'wa_sqlite', flavour: 'glasswal' },
  'glasswal :memory:': { module: 'glasswal', flavour: ':memory:' },
  glasswal: { module: 'glasswal' },
  'sqlite-wasm :memory:': { module: 'sqlite_wasm' },
  'wa-sqlite :memory:': { module: 'wa_sqlite', flavour: ':memory:' },
  'sql.js': { module: 'sql_js' },
};

/** The peers with what they do best: a database that is one connection's own. */
export const PEERS = ['sqlite-wasm :memory:', 'wa-sqlite :memory:', 'sql.js'];

export const WORKLOADS = ['autocommit', 'bulk', 'point', 'all', 'scan', 'group', 'order'];

const open = (page, name, how) => page.evaluate(([engine, what]) => globalThis.bench.open(engine, what), [name, how]);

const together = (page, ...pairs) => page.evaluate((list) => globalThis.bench.together(list), pairs);

/** What only a shared database can do: a second client beside the first. */
async function togetherOf(page, isBackwards) {
  const { joinMs, joinLaterMs } = await open(page, 'beside', { module: 'glasswal', shares: 'glasswal' });
  const both = (workload) => together(page, ['glasswal', workload], ['beside', workload]);
  const steps = [
    async () => (await together(page, ['glasswal', 'followed']))[0],
    async () => ({ oneReader: (await together(page, ['glasswal', 'point']))[0] }),
    async () => ({ twoReaders: (await both('point')).reduce((sum, each) => sum + each) }),
    async () => ({ writerAlone: (await together(page, ['glasswal', 'autocommit']))[0] }),
    async () => {
      const [writerBeside, readerBeside] = await together(page, ['glasswal', 'autocommit'], ['beside', 'point']);
      return { writerBeside, readerBeside };
    },
    async () => {
      const writers = await both('autocommit');
      return { twoWriters: writers[0] + writers[1], evenness: Math.min(...writers) / Math.max(...writers) };
    },
  ];
  const measured = { joinMs, joinLaterMs };
  for (const step of isBackwards ? steps.toReversed() : steps) Object.assign(measured, await step());
  return measured;
}

/** The same of wa-sqlite's connections on glasswal's database: who writes is not alone. */
async function waTogetherOf(page) {
  const name = 'glasswal/wa-sqlite';
  const others = ['wa second', 'wa third'];
  for (const other of others) await open(page, other, { ...ENGINES[name], shares: name });
  const [waWriterAlone] = await together(page, [name, 'autocommit']);
  const [waWriterBeside, waReaderBeside] = await together(page, [name, 'autocommit'], [others[0], 'point']);
  // What a second busy worker costs on this machine, whatever it reads.
  const [waWriterApart] = await together(page, [name, 'autocommit'], ['wa-sqlite MemoryVFS', 'point']);
  const writers = await together(page, ...[name, ...others].map((each) => [each, 'autocommit']));
  return {
    waWriterAlone, waWriterBeside, waReaderBeside, waWriterApart, waThreeWriters: writers.reduce((sum, each) => sum + each),
    waEvenness: Math.min(...writers) / Math.max(...writers),
  };
}

async function newPage(browser, origin) {
  const page = await browser.newPage();
  await page.goto(`${origin}/bench/`);
  await page.waitForFunction(() => globalThis.bench !== undefined);
  return page;
}

/** From nothing in a worker of a new page to the first row: everything is fetched and compiled. In milliseconds. */
async function startOf(browser, origin, name) {
  const page = await newPage(browser, origin);
  const { ms } = await open(page, name, ENGINES[name]);
  await page.close();
  return ms;
}

/** Runs one round; the result is {engine: {workload: number}} and the shared part. */
async function oneRound(browser, origin, names, isBackwards) {
  const results = Object.fromEntries(names.map((name) => [name, {}]));
  const order = isBackwards ? names.toReversed() : names;
  for (const name of order) results[name].open = await startOf(browser, origin, name);
  const page = await newPage(browser, origin);
  for (const name of order) await open(page, name, ENGINES[name]);
  for (const workload of WORKLOADS) {
    for (const name of order) {
      results[name][workload] = await page.evaluate(([engine, what]) => globalThis.bench.run(engine, what),
        [name, workload]);
    }
  }
  const shared = names.includes('glasswal') ? { ...(await togetherOf(page, isBackwards)), ...(await waTogetherOf(page)) } : undefined;
  await page.close();
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
    const one = await oneRound(browser, origin, names, round % 2 === 1);
    for (const name of names) collect(numbers[name], one.results[name]);
    if (one.shared !== undefined) collect(shared, one.shared);
    say(`round ${round + 1} of ${rounds}`);
  }
  return { numbers, shared };
}
