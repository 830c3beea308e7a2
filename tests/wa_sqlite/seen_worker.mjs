// The two workers of seen.test.mjs: one commits a count and signals it through shared memory, the other reads it at once. They take turns, so
// that each commit is followed by a read, and neither goes back to its event loop on the side of glasswal.

/** `shared[0]` is what was committed, `shared[1]` what was read. */
function turn(shared, at, value) {
  Atomics.store(shared, at, value);
  Atomics.notify(shared, at);
}

function awaitTurn(shared, at, value) {
  for (let now; (now = Atomics.load(shared, at)) < value;) Atomics.wait(shared, at, now);
}

const change = (count) => (count % 7 === 0 ? `UPDATE t SET count = ${count}, filler = zeroblob(${1000 * (count % 13)})` : `UPDATE t SET count = ${count}`);

export async function commit({ wa, db }, shared, rounds) {
  for (let count = 1; count <= rounds; ++count) {
    if (wa !== undefined) await wa.run(change(count));
    else db.exec(change(count));
    turn(shared, 0, count);
    awaitTurn(shared, 1, count);
  }
}

export async function follow({ wa, db }, shared, rounds) {
  const read = db?.prepare('SELECT count FROM t').pluck();
  let stale = 0;
  for (let count = 1; count <= rounds; ++count) {
    awaitTurn(shared, 0, count);
    const seen = wa === undefined ? read.get() : await wa.value('SELECT count FROM t');
    if (seen !== count) ++stale;
    turn(shared, 1, count);
  }
  return { stale, reads: rounds };
}
