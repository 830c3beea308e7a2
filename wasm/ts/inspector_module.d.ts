/** The JavaScript side of the inspector's module, which Emscripten's linker writes. */
import type { InspectorModule, ModuleHost } from './inspector/exports.js';

/** Makes the instance of the module in another way than by fetching it. */
export type Instantiate = (imports: WebAssembly.Imports, received: (instance: WebAssembly.Instance) => void) => object;

/** What Emscripten's linker makes of the module's JavaScript side. */
export type CreateModule = (options: {
  host: ModuleHost;
  instantiateWasm: Instantiate;
  locateFile: (name: string) => string;
}) => Promise<InspectorModule>;

declare const createInspectorModule: CreateModule;
export default createInspectorModule;
