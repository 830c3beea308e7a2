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
import { GlasswalError } from '../given/errors.js';
import { isPage } from '../port/environment.js';
import type { RuntimeParts } from '../life/membership.js';
import { inspectorOptions, requireParts } from './given.js';
import { Inspector } from './inspector.js';
import type { InspectorOptions } from './given.js';

export { captureRuntime, traceRuntime } from './capture.js';
export { Inspector } from './inspector.js';
export { type InspectorOptions } from './given.js';
export type { InspectorCost } from '../generated/inspector.js';
export type { CaptureOptions, InspectorCaptureOptions, TraceOptions } from '../given/capture_options.js';
export type { InspectorTarget } from './place.js';
export type { InspectorTheme } from './settings.js';

/** Attaches an inspector to a runtime: createRuntime()'s, or one that arrived in a message. Call it in a page. */
export function attachInspector(runtime: RuntimeParts, options?: InspectorOptions | null): Inspector {
  if (!isPage) throw new GlasswalError('ENVIRONMENT', 'The inspector needs a page to be shown in: call attachInspector() there, not in a worker.');
  requireParts(runtime, 'attachInspector()');
  return new Inspector(runtime, inspectorOptions(options, 'attachInspector()'));
}

/** An inspector without a runtime, for captures: they are dropped on it, or given to openCapture(). */
export function openInspector(options?: InspectorOptions | null): Inspector {
  return new Inspector(undefined, { target: document.body, ...inspectorOptions(options, 'openInspector()') });
}
