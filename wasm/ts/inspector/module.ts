/** The inspector's own module: fetched and compiled when the first inspector opens, instantiated for each. */
import { GlasswalError, messageOf } from '../given/errors.js';
import { inspectorUrl } from '../inspector_file.js';
import { compile } from '../engine/module.js';
import type { CreateModule, Instantiate } from '../inspector_module.js';
import type { InspectorModule } from './exports.js';
import type { Host } from './host.js';

let loading: Promise<{ create: CreateModule; compiled: WebAssembly.Module }> | undefined;

async function load(): Promise<{ create: CreateModule; compiled: WebAssembly.Module }> {
  const url = inspectorUrl();
  const loaded = compile(url).catch((error: unknown) => {
    if (error instanceof GlasswalError) throw error;
    const why = messageOf(error);
    throw new GlasswalError('ENVIRONMENT', `inspector.wasm could not be loaded from ${url.href}: ${why}. Serve the file beside the package.`);
  });
  const [{ default: create }, compiled] = await Promise.all([import('../inspector_module.js'), loaded]);
  return { create, compiled };
}

/** A new instance, which calls `host`. */
export async function newModule(host: Host): Promise<InspectorModule> {
  loading ??= load();
  let parts;
  try {
    parts = await loading;
  } catch (error) {
    loading = undefined;
    throw error;
  }
  const { create, compiled } = parts;
  return new Promise((resolve, reject) => {
    const refused = (error: unknown): void =>
      reject(new GlasswalError('ENVIRONMENT', `The engine cannot start the inspector's module: ${messageOf(error)}. Close what needs memory.`));
    const instantiateWasm: Instantiate = (imports, received) => {
      // What Emscripten made waits for it, and is not told of a failure.
      WebAssembly.instantiate(compiled, imports).then((instance) => {
        host.memory = Object.values(instance.exports).find((exported) => exported instanceof WebAssembly.Memory)!;
        received(instance);
      }, refused);
      return {};
    };
    // It has the module already, and must not ask where the file is: in a bundle that is no module there is no answer.
    create({ host, instantiateWasm, locateFile: (name) => name }).then(resolve, refused);
  });
}
