// Traces, timings and spans: the same work, told by each of them, as often as it happened and one thing within the other.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance, PerformanceObserver } from 'node:perf_hooks';
import { test } from 'node:test';

import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';

import { startSpans } from '../../../wasm/dist/otel.js';
import { startTimings } from '../../../wasm/dist/trace.js';
import { place } from './open.mjs';

const READER = new URL('../../diag/read_trace.py', import.meta.url).pathname;
const PATH = '/api.sqlite';

/** What the strict reader says of a trace. */
async function read(t, text) {
  const folder = await mkdtemp(path.join(tmpdir(), 'glasswal-trace-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(path.join(folder, 'trace.json'), text);
  const { stdout, stderr, status } = spawnSync('python3', [READER, path.join(folder, 'trace.json')], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

/** A place with a table, and another connection. */
async function stage(t) {
  const { runtime, open } = await place(t);
  const db = open();
  db.exec('CREATE TABLE stock(id INTEGER PRIMARY KEY, pieces)');
  return { runtime, db, other: open({ busyTimeout: 30 }) };
}

/** Two inserts by themselves, a transaction of two statements, and one that waits 30 ms and is refused. */
function work({ db, other }) {
  const insert = db.prepare('INSERT INTO stock(pieces) VALUES (?)');
  insert.run(1);
  insert.run(2);
  db.exec("BEGIN IMMEDIATE; UPDATE stock SET pieces = 'secret'");
  assert.throws(() => other.exec('DELETE FROM stock'), { code: 'SQLITE_BUSY' });
  db.exec('COMMIT');
}

test('a trace is strictly one, and has what happened', async (t) => {
  const all = await stage(t);
  all.runtime.setEventLevel('debug');
  work(all);
  const text = await all.runtime.exportTrace();
  assert.ok(!text.includes('secret'));
  const told = await read(t, text);
  const { totals } = all.runtime.diagnostics();
  assert.equal(told.instants.commit, totals.commits);
  assert.equal(told.counters.commits.commits, totals.commits);
  assert.equal(told.statements['INSERT INTO stock(pieces) VALUES (?)'], 2);
  assert.equal(told.slices.statement, all.runtime.events().events.filter(({ kind }) => kind === 'statement').length);
  assert.equal(told.slices.wait, totals.lockWaits);
  assert.deepEqual(told.flows, ['tester (client 0) > tester (client 0): holds WRITE']);
  // UPDATE and COMMIT, and the BEGIN that takes the lock.
  assert.equal(told.within['statement in transaction'], 3);
});

test('it has what is recorded before it is made, if so many seconds are', async (t) => {
  const { runtime, open } = await place(t);
  runtime.setEventLevel('debug');
  const db = open();
  const recorded = runtime.exportTrace({ seconds: 0.5 });
  db.exec('CREATE TABLE stock(id INTEGER PRIMARY KEY, pieces)');
  const told = await read(t, await recorded);
  assert.equal(told.statements['CREATE TABLE stock(id INTEGER PRIMARY KEY, pieces)'], 1);
  await assert.rejects(runtime.exportTrace({ seconds: -1 }), { code: 'OPTION', message: /The option seconds is -1/ });
  await assert.rejects(runtime.exportTrace({ contents: true }), { code: 'OPTION' });
});

test('timings are entries with the details of DevTools, and the list of entries stays empty', async (t) => {
  const all = await stage(t);
  const entries = [];
  const observer = new PerformanceObserver((list) => entries.push(...list.getEntries()));
  observer.observe({ entryTypes: ['measure'] });
  const stop = startTimings(all.runtime);
  assert.equal(all.runtime.diagnostics().events.level, 'debug');
  const began = performance.now();
  work(all);
  const ended = performance.now();
  stop();
  stop();
  assert.equal(all.runtime.diagnostics().events.level, 'info', 'it is what it was');
  await new Promise((resolve) => setImmediate(resolve));
  observer.disconnect();
  assert.deepEqual(performance.getEntriesByType('measure'), []);
  const named = (name) => entries.filter((entry) => entry.name === name);
  const inserts = named('INSERT INTO stock(pieces) VALUES (?)');
  assert.equal(inserts.length, 2);
  for (const { startTime, duration, detail } of inserts) {
    assert.ok(startTime >= began - 1 && startTime + duration <= ended + 1, `${startTime} of ${began}..${ended}`);
    const { dataType, track, trackGroup, color, properties } = detail.devtools;
    assert.deepEqual([dataType, track, trackGroup, color], ['track-entry', `tester ${PATH} 0`, 'glasswal', 'primary']);
    assert.deepEqual(Object.fromEntries(properties).database, PATH);
  }
  const [wait] = named('wait for WRITE');
  assert.ok(wait.duration >= 25, `${wait.duration}`);
  assert.equal(wait.detail.devtools.color, 'error');
  assert.match(JSON.stringify(wait.detail.devtools.properties), /tester has the lock/);
  assert.equal(named('DELETE FROM stock')[0].detail.devtools.color, 'error');
});

test('spans: statements within transactions, waits within statements, and what failed', async (t) => {
  const all = await stage(t);
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracer = provider.getTracer('test');
  const around = tracer.startSpan('request');
  const stop = startSpans(all.runtime, tracer, { context: trace.setSpan(context.active(), around) });
  const began = Date.now();
  work(all);
  stop();
  around.end();
  const spans = exporter.getFinishedSpans();
  const named = (name) => spans.filter((span) => span.name === name);
  const parentOf = (span) => spans.find((each) => each.spanContext().spanId === span.parentSpanContext?.spanId)?.name;
  const inserts = named('INSERT INTO stock(pieces) VALUES (?)');
  assert.equal(inserts.length, 2);
  for (const span of inserts) {
    assert.equal(parentOf(span), 'request');
    assert.equal(span.attributes['db.system.name'], 'sqlite');
    assert.equal(span.attributes['db.namespace'], PATH);
    assert.equal(span.attributes['db.operation.name'], 'INSERT');
    assert.equal(span.attributes['glasswal.client'], 'tester');
    const at = span.startTime[0] * 1000 + span.startTime[1] / 1e6;
    assert.ok(at > began - 5 && at < began + 10_000, `${at} of ${began}`);
    // The first one begins with a transaction that looks for a log, and commits nothing.
    const within = spans.filter((each) => each.parentSpanContext?.spanId === span.spanContext().spanId && each.attributes['glasswal.frames'] === 1);
    assert.deepEqual(within.map(({ name }) => name.split(' ')[0]), ['transaction']);
  }
  const [update] = named('UPDATE stock SET pieces = ?');
  assert.match(parentOf(update), /^transaction \d+$/);
  const [commit] = named('COMMIT');
  assert.equal(parentOf(commit), parentOf(update));
  const [wait] = named('wait for WRITE');
  const [refused] = named('DELETE FROM stock');
  assert.ok([parentOf(wait), parentOf(spans.find((each) => each.name === parentOf(wait)) ?? wait)].includes('DELETE FROM stock'));
  assert.equal(refused.status.code, SpanStatusCode.ERROR);
  assert.equal(refused.attributes['error.type'], '5');
  assert.equal(wait.attributes['glasswal.holder'], 'tester');
  assert.ok(!JSON.stringify(spans.map(({ name, attributes }) => [name, attributes])).includes('secret'));
  for (const span of spans) {
    const parent = spans.find((each) => each.spanContext().spanId === span.parentSpanContext?.spanId);
    if (parent === undefined || parent.name === 'request') continue;
    const [begin, end, from, to] = [span.startTime, span.endTime, parent.startTime, parent.endTime].map(([s, ns]) => BigInt(s) * 1_000_000_000n + BigInt(Math.round(ns)));
    assert.ok(begin >= from && end <= to, `${span.name} in ${parent.name}`);
  }
});

test('what is no runtime, no tracer and no interval is refused', async (t) => {
  const { runtime } = await place(t);
  assert.throws(() => startTimings({}), { name: 'MisuseError', message: /startTimings\(\) was given an object/ });
  assert.throws(() => startTimings(runtime, { intervalMs: 0 }), { code: 'OPTION', message: /from 1 to 60000/ });
  assert.throws(() => startTimings(runtime, { interval: 10 }), { code: 'OPTION', message: /did you mean intervalMs/ });
  assert.throws(() => startSpans(runtime, undefined), { name: 'MisuseError', message: /trace\.getTracer\(\)/ });
});

test('a runtime that is closed ends them without a word', async (t) => {
  const { runtime } = await place(t);
  const stop = startTimings(runtime, { intervalMs: 1 });
  runtime.close();
  await new Promise((resolve) => setTimeout(resolve, 20));
  stop();
});
