/** The JavaScript side of the inspector's module, which Emscripten's linker writes. */
import type { CreateModule } from './inspector/module.js';

declare const createInspectorModule: CreateModule;
export default createInspectorModule;
