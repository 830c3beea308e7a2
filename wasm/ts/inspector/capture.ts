/** A region as a file, without an inspector being shown: what Runtime.capture() and exportTrace() load when they are called. */
import type { Bytes } from '../given/bytes.js';
import { captureOptions, type CaptureOptions, type TraceOptions, traceSeconds } from '../given/capture_options.js';
import { GlasswalError } from '../given/errors.js';
import type { RuntimeParts } from '../life/membership.js';
import { requireParts } from './given.js';
import { Host } from './host.js';
import type { InspectorModule } from './exports.js';
import { newModule } from './module.js';
import { RegionReader } from './region.js';

function nothing(): never {
  throw new GlasswalError('ENVIRONMENT', 'A capture or a trace is made without a page.');
}

// As often as a shown inspector looks at a region that changes all the time.
const RECORD_MS = 250;

/** The bytes or the error that a call came to. */
function outcome(module: InspectorModule, size: number): Bytes {
  const at = module._inspector_result() >>> 0;
  const bytes = new Uint8Array(module.HEAPU8.subarray(at, at + Math.abs(size)));
  if (size < 0) throw new GlasswalError('CORRUPT', new TextDecoder().decode(bytes));
  return bytes;
}

/** Looks at the region again and again, for so long. */
async function record(module: InspectorModule, seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const size = module._inspector_record_region();
    if (size < 0) outcome(module, size);
    const left = end - performance.now();
    if (left <= 0) return;
    await new Promise((resolve) => setTimeout(resolve, Math.min(RECORD_MS, left)));
  }
}

/** What the module makes of the region after it was recorded for so long. */
async function madeOf(runtime: RuntimeParts, seconds: number, make: (module: InspectorModule) => number): Promise<Bytes> {
  const host = new Host(
    { setClipboard: nothing, chooseFile: nothing, saveFile: nothing, frameDone: nothing, mirror: nothing, stateChanged: nothing },
    nothing,
  );
  const module = await newModule(host);
  host.module = module;
  host.region = new RegionReader(runtime.memory, host.memory);
  if (seconds > 0) await record(module, seconds);
  return outcome(module, make(module));
}

/**
 * The runtime's region as a file that any inspector opens: createRuntime()'s, or one that arrived in a message. What the databases
 * contain, and what happened before, is in it only if that is asked for. Nobody is stopped meanwhile. CORRUPT if what is in the memory is no region.
 */
export async function captureRuntime(runtime: RuntimeParts, options?: CaptureOptions | null): Promise<Bytes> {
  const { contents, seconds } = captureOptions(options);
  requireParts(runtime, 'captureRuntime()');
  return madeOf(runtime, seconds, (module) => module._inspector_capture_region(contents ? 1 : 0));
}

/**
 * The runtime's events as a trace, which Runtime.exportTrace() describes: of createRuntime()'s, or of one that arrived in a message.
 * CORRUPT if what is in the memory is no region.
 */
export async function traceRuntime(runtime: RuntimeParts, options?: TraceOptions | null): Promise<string> {
  const seconds = traceSeconds(options);
  requireParts(runtime, 'traceRuntime()');
  return new TextDecoder().decode(await madeOf(runtime, seconds, (module) => module._inspector_trace_region()));
}
