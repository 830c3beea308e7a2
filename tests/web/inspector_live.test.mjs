// The inspector on a live runtime: what workers do appears in it, by the names that a screen reader would say.
import assert from 'node:assert/strict';

import { inEachDrawingBrowser, inspect } from './inspector.mjs';

inEachDrawingBrowser((it) => {
  it('a lock that a named worker holds appears and vanishes', async ({ stage }) => {
    const inspected = await inspect(stage);
    const writer = await inspected.stage.actor('ingest');
    await writer.exec('CREATE TABLE rows(value)');
    await inspected.show('Lock matrix');
    const held = inspected.root.getByRole('cell', { name: /^ingest holds WRITE/ });
    assert.equal(await held.count(), 0);
    await writer.exec('BEGIN IMMEDIATE; INSERT INTO rows VALUES (1)');
    await held.waitFor();
    await writer.exec('COMMIT');
    await held.waitFor({ state: 'detached' });
  });

  it('a worker that waits for the lock is shown waiting for it', async ({ stage }) => {
    const inspected = await inspect(stage);
    const holder = await inspected.stage.actor('holder');
    const waiter = await inspected.stage.actor('waiter');
    await holder.exec('CREATE TABLE rows(value); BEGIN IMMEDIATE');
    await inspected.show('Lock matrix');
    const waiting = waiter.exec('INSERT INTO rows VALUES (1)');
    await inspected.root.getByRole('cell', { name: /^waiter waits for WRITE/ }).waitFor();
    await holder.exec('COMMIT');
    await waiting;
    await inspected.root.getByRole('cell', { name: /^waiter waits for WRITE/ }).waitFor({ state: 'detached' });
  });

  it('a killed worker leaves a recovery with its black box', async ({ stage }) => {
    const inspected = await inspect(stage);
    const victim = await inspected.stage.actor('victim');
    await victim.exec('CREATE TABLE rows(value); BEGIN IMMEDIATE; INSERT INTO rows VALUES (1)');
    await inspected.show('Recoveries');
    await victim.terminate();
    const recovery = inspected.root.getByRole('row', { name: /victim/ }).first();
    await recovery.waitFor();
    await recovery.click();
    await inspected.root.getByText(/WRITE/).first().waitFor();
  });

  it('it works while every worker is blocked', async ({ stage }) => {
    const inspected = await inspect(stage);
    const worker = await inspected.stage.actor('blocked');
    const blocked = worker.run(({ signals }) => Atomics.wait(signals, 0, 0, 20_000));
    await inspected.show('Clients');
    await inspected.root.getByRole('row', { name: 'blocked', exact: true }).waitFor();
    await inspected.stage.inPage(({ signals }) => Atomics.notify(signals, 0));
    assert.equal(await blocked, 'ok');
  });
});
