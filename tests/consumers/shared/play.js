// What every consumer does, whatever built it and wherever it runs: three workers write into one database and see each
// other's rows, one of them dies while it writes, and the others go on.

/** How many workers there are, and how many rows each commits, one transaction a row. */
export const WORKERS = 3;
export const ROWS = 40;

/**
 * Plays with the package. start(number) starts a worker that does what work.js says and resolves to {ask, terminate}: ask(message)
 * resolves to the worker's answer. Resolves to what each worker read: before one died, and after.
 */
export async function play({ createRuntime }, start) {
  const runtime = await createRuntime('/app.sqlite');
  const workers = await Promise.all(Array.from({ length: WORKERS }, (_, number) => start(number)));
  const askAll = (message, asked = workers) => Promise.all(asked.map((worker) => worker.ask(message)));
  await Promise.all(workers.map((worker, number) => worker.ask({ runtime, number })));
  await askAll({ write: ROWS });
  const read = await askAll({ read: true });

  const [victim, ...others] = workers;
  await victim.ask({ hold: true });
  await victim.terminate();
  await others[0].ask({ write: 1 });
  const readAfter = await askAll({ read: true }, others);
  await Promise.all(others.map((worker) => worker.terminate()));
  runtime.close();
  return { read, readAfter };
}

/** What play() resolves to where everything works. */
export const EXPECTED = {
  read: Array(WORKERS).fill([[0, ROWS], [1, ROWS], [2, ROWS]]),
  readAfter: Array(WORKERS - 1).fill([[0, ROWS], [1, ROWS + 1], [2, ROWS]]),
};
