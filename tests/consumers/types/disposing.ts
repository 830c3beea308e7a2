// What a consumer writes who has `using`.
import { createRuntime } from 'glasswal';

export async function dispose(): Promise<void> {
  using runtime = await createRuntime('/app.sqlite');
  using db = runtime.client.open();
  using statement = db.prepare('SELECT 1');
  statement.get();
}
