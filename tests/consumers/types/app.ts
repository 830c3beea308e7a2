// What a strict consumer writes, in a page or in a worker.
import { type Bindings, connect, createRuntime, type Database, GlasswalError, join, type Row, serve, type SqlValue, SqliteError } from 'glasswal';
import { consoleLogger } from 'glasswal/console';
import { attachInspector, captureRuntime, type InspectorOptions, traceRuntime } from 'glasswal/inspector';
import 'glasswal/isolate';
import { startTimings, type WatchOptions } from 'glasswal/trace';

interface User {
  id: number;
  name: string;
}

function fill(db: Database, users: readonly User[]): number {
  const insert = db.prepare('INSERT INTO user(id, name) VALUES (@id, @name)');
  const all = db.transaction((rows: readonly User[]) => rows.map((row) => insert.run(row).changes));
  return all.immediate(users).length;
}

export async function useEverything(options: InspectorOptions): Promise<string[]> {
  const runtime = await createRuntime('/app.sqlite', {
    maxDatabaseCapacityBytes: 1 << 30, logger: [consoleLogger({ level: 'warn', clients: ['page', 1] }), (record) => void record.details['path']],
  });
  const watched: WatchOptions = { intervalMs: 50 };
  const stopTimings: () => void = startTimings(runtime, watched);
  const trace: string = await runtime.exportTrace() + await traceRuntime(runtime, { seconds: 1 });
  const client = await join(runtime, { name: 'page' });
  const db = client.open({ busyTimeout: 2000 });
  try {
    fill(db, [{ id: 1, name: 'one' }]);
  } catch (error) {
    if (error instanceof SqliteError) console.log(error.code, error.extendedCode);
    if (error instanceof GlasswalError) console.log(error.code);
  }
  const select = db.prepare<User>('SELECT id, name FROM user WHERE id > ?');
  const bound: Bindings = [0];
  const rows: User[] = select.all(...bound);
  const names: string[] = [];
  for (const { name } of select.iterate(0)) names.push(name);
  const one: Row | undefined = db.prepare('SELECT 1').get();
  const value: SqlValue | undefined = one?.['1'];
  console.log(rows.length, value);
  // Bytes that nobody shares are what Blob takes.
  const blob = new Blob([await captureRuntime(runtime), await runtime.capture({ contents: true }), runtime.export(), db.serialize()]);
  const inspector = attachInspector(runtime, options);
  inspector.close();
  const channel = new MessageChannel();
  serve(db, channel.port1);
  const remote = connect(channel.port2);
  names.push(String(await remote.all('SELECT 1')), String(blob.size), trace);
  stopTimings();
  runtime.close();
  return names;
}
