// Other tabs of the origin: they can find a runtime's channel and locks by name, and must not harm it.
import assert from 'node:assert/strict';

import { inEachBrowser } from './suite.mjs';

/** Posts to the channel of the one runtime there is, as any tab of the origin can. */
const postToChannel = (stage, messages) =>
  stage.inPage(async (_, forged) => {
    const { held } = await navigator.locks.query();
    const [id] = held.map(({ name }) => /^glasswal:(.*):client:/.exec(name)?.[1]).filter((found) => found !== undefined);
    const channel = new BroadcastChannel(`glasswal:${id}`);
    for (const message of forged) channel.postMessage(message);
    channel.close();
    return id;
  }, messages);

inEachBrowser((it) => {
  it('what another tab posts to the channel of a runtime writes nothing into its memory', async (stand) => {
    const stage = await stand.stage();
    await stage.createRuntime();
    const before = await stage.actor('before');
    await before.exec("CREATE TABLE t(v); INSERT INTO t VALUES ('mine')");
    const numbers = [4095, 62, 63, 1e9, -1, 0.5, -0.25, '1', null, true, [3], { valueOf: 1 }];
    const messages = numbers.flatMap((number) => [{ joined: number }, { recovered: number }]);
    await postToChannel(stage, [null, 7, 'joined', [], {}, { joined: undefined }, ...messages, { joined: 0 }, { joined: 61 }]);
    // The janitor has taken these messages once it recovers from somebody who came and went after them.
    const victim = await stage.actor('victim');
    await victim.exec('BEGIN IMMEDIATE');
    await victim.terminate();
    await stage.until(({ recoveries }) => recoveries.some(({ clientName }) => clientName === 'victim'));
    assert.equal(await before.one('SELECT v FROM t'), 'mine');
    const late = await stage.actor('late');
    assert.equal(await late.one('SELECT v FROM t'), 'mine', 'the region has its magic number still');
    const { clients } = await stage.diagnostics();
    assert.ok(clients.some(({ name }) => name === 'before'), 'nobody who lives was recovered from');
  });
});
