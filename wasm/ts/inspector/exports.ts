/** The inspector's module as JavaScript sees it. */
import type { InspectorExports, InspectorHost } from '../generated/inspector.js';

/** One instance: what it exports, its memory, and what Emscripten's side of it has for WebGL. */
export interface InspectorModule extends InspectorExports {
  readonly HEAPU8: Uint8Array;
  readonly GL: {
    registerContext(context: WebGL2RenderingContext, attributes: object): number;
    makeContextCurrent(handle: number): boolean;
    deleteContext(handle: number): void;
  };
}

/** What answers an instance; it is told of the instance's memory before it is asked for anything. */
export interface ModuleHost extends InspectorHost {
  memory: WebAssembly.Memory;
}
