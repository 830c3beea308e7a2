// consoleLogger() in Node: what its console gets, by which method, in which groups, and in which colours.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { within } from '../tools/limit.mjs';
import { consoleLogger } from '../../wasm/dist/console.js';

const PROGRAM = new URL('./console_program.mjs', import.meta.url).pathname;
const LIMIT_MS = 60_000;
const execute = promisify(execFile);

/** What a program that logs writes to its two streams, where neither is a terminal. */
const piped = (options = {}, env = {}) => execute(process.execPath, [PROGRAM, JSON.stringify(options)], { env: { ...process.env, ...env } });

/** The same where both are one terminal. */
async function inTerminal(env) {
  const script = 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]))';
  const { stdout } = await execute('python3', ['-c', script, process.execPath, PROGRAM], { env: { ...process.env, TERM: 'xterm', NO_COLOR: '', ...env } });
  return stdout.replaceAll('\r\n', '\n');
}

/** A console that keeps what it is told. */
function keeper() {
  const calls = [];
  const names = ['debug', 'info', 'warn', 'error', 'group', 'groupCollapsed', 'groupEnd'];
  const console = Object.fromEntries(names.map((name) => [name, (...values) => calls.push([name, ...values])]));
  return { console, calls };
}

let sequence = 0;
const record = (level, event, details = {}, client = 0) => ({
  level, event, client, sequence: ++sequence, timeMs: new Date(2026, 2, 1, 12, 0, 0, 123).getTime(), details: { clientName: 'ingest', ...details }, message: '',
});

/** What a console is told of the records, with the options. */
function said(options, records, source = { diagnostics: () => ({ recoveries: [] }) }) {
  const { console, calls } = keeper();
  const logger = consoleLogger({ console, ...options });
  for (const each of records) logger.log(each, source);
  logger.flush();
  return calls;
}

test('a level is a method of the console, and a record is a line of words', () => {
  const records = ['error', 'warn', 'info', 'debug', 'trace'].map((level) => record(level, 'lock.refused', {
    connection: 3, file: 0, path: '/app.sqlite', lock: 'WRITE', holderClient: 5, holderClientName: 'slow one', heldNs: 812_000_000, waitedNs: 51_234, grownBytes: 3 << 20, else: 7,
  }));
  const line = '12:00:00.123 lock.refused ingest /app.sqlite lock=WRITE holderClient="slow one" held=812 ms waited=51.2 µs grown=3 MiB else=7';
  assert.deepEqual(said({}, records), ['error', 'warn', 'info', 'debug', 'debug'].map((method) => [method, '%s', line]));
});

test('the filters: events by name or beginning, clients by name or number, and loss is told in spite of them', () => {
  const records = [
    record('info', 'commit'), record('warn', 'lock.refused', { clientName: 'page', holderClient: 4, holderClientName: 'ingest' }, 1),
    record('debug', 'lock.wait', { clientName: 'page' }, 1), record('warn', 'events.lost', { clientName: undefined, lost: 3, totalLost: 3 }, 2),
    record('warn', 'client.silent', { clientName: 'janitor', silentClient: 4 }, 3),
  ];
  const shown = (options) => said(options, records).map(([, , line]) => line.split(' ')[1]);
  assert.deepEqual(shown({}), ['commit', 'lock.refused', 'lock.wait', 'events.lost', 'client.silent']);
  assert.deepEqual(shown({ events: 'lock.*' }), ['lock.refused', 'lock.wait', 'events.lost']);
  assert.deepEqual(shown({ events: ['commit', 'lock.wait'] }), ['commit', 'lock.wait', 'events.lost']);
  assert.deepEqual(shown({ clients: 'ingest' }), ['commit', 'lock.refused', 'events.lost']);
  assert.deepEqual(shown({ clients: 4 }), ['lock.refused', 'events.lost', 'client.silent']);
  assert.deepEqual(shown({ clients: ['page', 3], events: ['lock.*', 'client.*'] }), ['lock.refused', 'lock.wait', 'events.lost', 'client.silent']);
});

test('the events of a transaction are a group, others between them or not', () => {
  const of = (transaction, connection = 0) => ({ transaction, connection, file: 0, path: '/app.sqlite' });
  const calls = said({}, [
    record('debug', 'lock.waited', of(7)), record('info', 'commit', of(4, 1)), record('warn', 'statement.slow', of(7)), record('info', 'commit', of(7)),
    record('info', 'commit', of(8)),
  ]);
  assert.deepEqual(calls.map(([method, , line]) => [method, line?.slice(13).replace(/ ingest.*(transaction \d+, .*)/, ' $1').replace(/ ingest.*/, '')]), [
    ['warn', 'commit transaction 7, 3 events'], ['group', undefined], ['debug', 'lock.waited'], ['warn', 'statement.slow'], ['info', 'commit'], ['groupEnd', undefined],
    ['info', 'commit'], ['info', 'commit'],
  ]);
});

test('names are texts and no formats, and command nothing', () => {
  const calls = said({}, [record('info', 'commit', { clientName: '%s %c\u001b[2J', path: '/\u202egnp.\u2028%d' })]);
  assert.deepEqual(calls, [['info', '%s', '12:00:00.123 commit %s %c\\u001b[2J /\\u202egnp.\\u2028%d']]);
});

test('a time that is none, and a black box that cannot be read, are shown as that', () => {
  const calls = said({}, [{ ...record('warn', 'recovery.done', { deadClient: 3 }), timeMs: 1e300 }], { diagnostics: () => { throw new Error('FULL'); } });
  assert.deepEqual(calls.map(([method, , line]) => [method, line]), [
    ['warn', '??:??:??.??? recovery.done recovery from client 3'], ['group', undefined],
    ['warn', 'its black box cannot be read: Error: FULL'], ['warn', '??:??:??.??? recovery.done ingest deadClient=3'], ['groupEnd', undefined],
  ]);
});

test('without flush() it is written at the end of the turn', async () => {
  const { console, calls } = keeper();
  const logger = consoleLogger({ console });
  logger.log(record('info', 'commit'), { diagnostics: () => undefined });
  assert.deepEqual(calls, []);
  await undefined;
  assert.equal(calls.length, 1);
  logger.flush();
  assert.equal(calls.length, 1);
});

test('what is no option is refused by name', () => {
  for (const [options, message] of [
    [{ levels: 'warn' }, /There is no option levels: did you mean level\?/],
    [{ level: 'warning' }, /The option level is "warning": give error, warn, info, debug, trace/],
    [{ events: [1] }, /The option events has a number: give strings/],
    [{ clients: [null] }, /The option clients has null: give strings or numbers/],
    [{ collapsed: 1 }, /The option collapsed is a number/],
    [{ colors: 'red' }, /The option colors is a string/],
    [{ console: { debug() {} } }, /The option console is an object without info\(\)/],
  ]) {
    assert.throws(() => consoleLogger(options), { code: 'OPTION', message });
  }
});

test('a real runtime: warnings go to stderr, the rest to stdout, nothing is coloured in a file', within(LIMIT_MS, async () => {
  const { stdout, stderr } = await piped();
  assert.doesNotMatch(stdout + stderr, /\u001b/);
  const name = 'main %c\\\\u001b\\[2J';
  assert.match(stdout, new RegExp(`^\\d\\d:\\d\\d:\\d\\d\\.\\d{3} commit ${name} /100%s\\.sqlite (transaction=\\d+ )?frames=\\d+ databasePages=`, 'm'));
  assert.match(stderr, new RegExp(`^[\\d:.]+ lock\\.refused ${name} /100%s\\.sqlite (transaction=\\d+ )?lock=WRITE holderClient=victim held=.* waited=`, 'm'));
  const [, group] = /^[\d:.]+ recovery\.done recovery from victim: \d+ locks, \d+ handles, \d+ segments taken back\n((?: .*\n)*)/m.exec(stderr);
  assert.match(group, /^ {2}a worker that had been silent for .*, with 1 open connection\n/);
  assert.match(group, /^ {2}held WRITE of \/100%s\.sqlite \(exclusive\) for /m);
  assert.match(group, /^ {2}its last events: .*connection\.opened/m);
  assert.match(group, /^ {2}[\d:.]+ recovery\.began .* deadClient=victim/m);
  assert.match(group, /^ {2}[\d:.]+ recovery\.done .* deadClient=victim locks=\d+ handles=\d+ segments=\d+$/m);
  assert.match(stdout, /connection\.closed/, 'the last look is there, though the program ended at once');
}));

test('a level keeps the others out, of stdout everything', within(LIMIT_MS, async () => {
  const { stdout, stderr } = await piped({ level: 'warn' });
  assert.equal(stdout, '');
  assert.match(stderr, /lock\.refused/);
}));

test('a terminal has colours, unless somebody wants none', within(LIMIT_MS, async () => {
  const coloured = await inTerminal({});
  assert.match(coloured, /\u001b\[36mcommit\u001b\[0m/);
  assert.match(coloured, /\u001b\[1;33mlock\.refused\u001b\[0m/);
  assert.doesNotMatch(coloured, /\u001b\[2J/);
  for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) assert.doesNotMatch(await inTerminal(env), /\u001b/, JSON.stringify(env));
  assert.match((await piped({ colors: true })).stderr, /\u001b\[1;33mlock\.refused/);
}));
