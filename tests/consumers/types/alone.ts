// What a library writes that is for pages and for Node alike, and has the types of neither.
import { createRuntime, type Database } from 'glasswal';

export async function openAt(wasm: string): Promise<Database> {
  const runtime = await createRuntime('/app.sqlite', { wasm });
  return runtime.client.open();
}

export async function copy(db: Database, path: string): Promise<number> {
  const { totalPages } = await db.backup(path);
  return totalPages;
}
