/** The inspector's own module: fetched and compiled when the first inspector opens, instantiated for each. */
import { GlasswalError, messageOf } from '../given/errors.js';
import { inspectorUrl } from '../inspector_file.js';
import { compile } from '../engine/module.js';
import type { Host } from './host.js';

/** What the module exports (inspector/main_web.cpp). Pointers and sizes come back signed: take them `>>> 0`. */
export interface InspectorModule {
  readonly HEAPU8: Uint8Array;
  readonly GL: {
    registerContext(context: WebGL2RenderingContext, attributes: object): number;
    makeContextCurrent(handle: number): boolean;
    deleteContext(handle: number): void;
  };
  _inspector_malloc(size: number): number;
  _inspector_free(pointer: number): void;
  _inspector_result(): number;
  _inspector_create(light: number, apple: number): void;
  _inspector_attach(title: number, size: number, nowMs: number): void;
  _inspector_show_problem(text: number, size: number): void;
  _inspector_open_capture(bytes: number, size: number, title: number, titleSize: number): void;
  _inspector_capture(withContents: number): number;
  _inspector_capture_region(withContents: number): number;
  _inspector_resize(width: number, height: number, ratio: number): void;
  _inspector_needs_frame(nowMs: number): number;
  _inspector_frame(nowMs: number, width: number, height: number): void;
  _inspector_lose_context(): void;
  _inspector_restore_context(): void;
  _inspector_cost(which: number): number;
  _inspector_pointer(x: number, y: number, touch: number): void;
  _inspector_pointer_left(): void;
  _inspector_button(button: number, down: number): void;
  _inspector_wheel(x: number, y: number): void;
  _inspector_key(code: number, size: number, down: number, modifiers: number): void;
  _inspector_text(text: number, size: number): void;
  _inspector_paste(text: number, size: number): void;
  _inspector_focus(focused: number): void;
  _inspector_activate(id: number): void;
  _inspector_set_text(id: number, text: number, size: number): void;
  _inspector_link(): number;
  _inspector_open_link(link: number, size: number): void;
  _inspector_layout(): number;
  _inspector_set_layout(layout: number, size: number): void;
  _inspector_is_light(): number;
  _inspector_set_light(light: number): void;
}

type Instantiate = (imports: WebAssembly.Imports, received: (instance: WebAssembly.Instance) => void) => object;

/** What Emscripten's linker makes of the module's JavaScript side. */
export type CreateModule = (options: {
  host: Host;
  instantiateWasm: Instantiate;
  locateFile: (name: string) => string;
}) => Promise<InspectorModule>;

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
