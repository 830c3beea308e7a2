/** The inspector's own module: fetched and compiled when the first inspector opens, instantiated for each. */
import { GlasswalError, messageOf } from '../given/errors.js';
import { inspectorUrl } from '../inspector_file.js';
import { compile } from '../engine/module.js';
import type { CreateModule, Instantiate } from '../inspector_module.js';
import type { InspectorModule, ModuleHost } from './exports.js';

let loading: Promise<{ create: CreateModule; compiled: WebAssembly.Module }> | undefined;

/** Of a file that was to lie beside the package. */
function notLoaded(file: string, url: string, error: unknown): never {
  if (error instanceof GlasswalError) throw error;
  throw new GlasswalError('ENVIRONMENT', `${file} could not be loaded from ${url}: ${messageOf(error)}. Serve the file beside the package.`);
}

async function load(): Promise<{ create: CreateModule; compiled: WebAssembly.Module }> {
  const { href } = inspectorUrl();
  const [{ default: create }, compiled] = await Promise.all([
    import('../inspector_module.js').catch((error: unknown) => notLoaded('inspector_module.js', new URL('.', href).href, error)),
    compile(new URL(href)).catch((error: unknown) => notLoaded('inspector.wasm', href, error)),
  ]);
  return { create, compiled };
}

/** A new instance, which calls `host`. */
export async function newModule(host: ModuleHost): Promise<InspectorModule> {
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
