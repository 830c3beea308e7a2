// The demo's page: makes the runtime, starts the workers, and shows what they and the runtime report.
//
// The page itself opens the database once, to make the tables: a main thread may do that. Everything after that is
// the workers' own doing; nothing passes through the page but reports.
import { createRuntime, type Runtime, type Snapshot } from '/glasswal/index.js';
import { attachInspector } from '/glasswal/inspector/index.js';
import { Crew } from './crew.js';
import { CrewList } from './crew_list.js';
import { byId, count } from './dom.js';
import { Figures } from './figures.js';
import { checkIsolation, showFailure } from './isolation.js';
import { RecoveryList } from './recovery_list.js';
import { createTables } from './schema.js';
import { SearchBox } from './search_box.js';
import { fetchSource } from './source.js';

const RATES_EVERY_MS = 250;
const ASK_EVERY_MS = 500;

function makeTables(runtime: Runtime, rows: number): string {
  const db = runtime.client.open();
  createTables(db, rows);
  const version = db.prepare('SELECT sqlite_version()').pluck().get();
  db.close();
  return String(version);
}

/** How many of each the address asks for: ?writers=3&readers=2. */
function wanted(name: string, fallback: number): number {
  const value = Number(new URLSearchParams(location.search).get(name) ?? fallback);
  return Number.isInteger(value) && value >= 0 && value <= 8 ? value : fallback;
}

function writerOf(snapshot: Snapshot): string | undefined {
  return snapshot.wals.map((wal) => wal.writer?.clientName).find((name) => name !== undefined);
}

function watch(runtime: Runtime, crew: Crew, rows: number): void {
  const figures = new Figures(crew, rows);
  const recoveries = new RecoveryList(runtime.diagnostics().region.segmentBytes);
  const search = new SearchBox(crew);

  const kill = (name: string) => {
    crew.kill(name);
    recoveries.killed(name);
    figures.markDeath();
  };
  const list = new CrewList(crew, kill);

  runtime.onRecovery(() => recoveries.show(runtime.diagnostics().recoveries));
  setInterval(() => {
    const snapshot = runtime.diagnostics();
    figures.showRates();
    figures.showRegion(snapshot);
    list.refresh(writerOf(snapshot));
  }, RATES_EVERY_MS);
  setInterval(() => search.ask(), ASK_EVERY_MS);
  search.ask();

  const killWriter = byId<HTMLButtonElement>('kill-writer');
  killWriter.disabled = false;
  killWriter.addEventListener('click', () => killHolder(runtime, crew, kill));
}

/** Kills whoever holds the write lock; if nobody does at this moment, whoever is next to have it. */
function killHolder(runtime: Runtime, crew: Crew, kill: (name: string) => void): void {
  const holder = writerOf(runtime.diagnostics());
  if (holder !== undefined && crew.members.has(holder)) kill(holder);
  else if (crew.count('writer') > 0) setTimeout(() => killHolder(runtime, crew, kill), 1);
}

function makePauseButton(crew: Crew): void {
  const button = byId<HTMLButtonElement>('pause');
  let paused = false;
  button.disabled = false;
  button.addEventListener('click', () => {
    paused = !paused;
    crew.pause(paused);
    button.textContent = paused ? 'Go on' : 'Pause';
    button.setAttribute('aria-pressed', String(paused));
  });
}

/** The inspector lies beside the demo where there is room for both, and over it, when it is asked for, where there is not. */
function dockInspector(runtime: Runtime): void {
  const button = byId<HTMLButtonElement>('inspect');
  const inspector = attachInspector(runtime, {
    target: byId('inspector'),
    open: matchMedia('(min-width: 1100px)').matches,
    onShow: (shown) => button.setAttribute('aria-pressed', String(shown)),
  });
  button.disabled = false;
  button.title = 'Ctrl+Shift+G';
  button.addEventListener('click', () => inspector.toggle());
}

async function start(): Promise<void> {
  if (!(await checkIsolation())) return;
  const state = byId('state');
  state.textContent = 'fetching the cities';
  const source = await fetchSource(new URL('/data/cities.json', location.href).href);
  const runtime = await createRuntime('/cities.sqlite');
  const version = makeTables(runtime, source.rows);
  byId('engine').textContent = `SQLite ${version}, WAL mode, one shared WebAssembly memory.`;

  const crew = new Crew(runtime, source);
  crew.addEventListener('trouble', (event) => (state.textContent = (event as CustomEvent<string>).detail));
  watch(runtime, crew, source.rows);
  makePauseButton(crew);
  dockInspector(runtime);
  for (let i = wanted('writers', 3); i > 0; i--) crew.add('writer');
  for (let i = wanted('readers', 2); i > 0; i--) crew.add('reader');
  state.textContent = `${count(source.rows)} cities to load; no message per statement, no copy`;
}

start().catch(showFailure);
