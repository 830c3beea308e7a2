/// <reference lib="esnext.disposable" preserve="true" />
/**
 * `glasswal/inspector`: see what a runtime does, live.
 *
 * ```ts
 * import { attachInspector } from 'glasswal/inspector';
 * attachInspector(runtime);                                   // Ctrl+Shift+G shows and hides it
 * ```
 *
 * Importing does nothing: what is not called is left out by a bundler, and the inspector's module is fetched when it is
 * shown for the first time. It reads the runtime's memory and never writes to it.
 * @module glasswal/inspector
 */
import { GlasswalError, MisuseError } from '../errors.js';
import { isPage } from '../environment.js';
import { packageVersion } from '../generated/facts.js';
import type { RuntimeParts } from '../membership.js';
import { Inspector, type InspectorOptions } from './inspector.js';

export { captureRuntime } from './capture.js';
export { Inspector, type InspectorOptions } from './inspector.js';
export type { InspectorCost } from './calls.js';
export type { InspectorTarget } from './place.js';
export type { InspectorTheme } from './settings.js';

/** Attaches an inspector to a runtime: createRuntime()'s, or one that arrived in a message. Call it in a page. */
export function attachInspector(runtime: RuntimeParts, options: InspectorOptions = {}): Inspector {
  if (!isPage) throw new GlasswalError('ENVIRONMENT', 'The inspector needs a page to be shown in: call attachInspector() there, not in a worker.');
  const parts: Partial<RuntimeParts> | null | undefined = runtime;
  if (!(parts?.memory instanceof WebAssembly.Memory)) {
    throw new MisuseError('MISUSE', 'attachInspector() needs the runtime that createRuntime() returned, or that arrived in a message with its memory.');
  }
  if (parts.version !== packageVersion) {
    throw new GlasswalError(
      'VERSION',
      `The runtime was created by glasswal ${String(parts.version)}, and this is the inspector of glasswal ${packageVersion}: load the same version.`,
    );
  }
  return new Inspector(runtime, options);
}

/** An inspector without a runtime, for captures: they are dropped on it, or given to openCapture(). */
export function openInspector(options: InspectorOptions = {}): Inspector {
  return new Inspector(undefined, { target: document.body, ...options });
}
