/** A region as a file, without an inspector being shown: what Runtime.capture() loads when it is called. */
import type { Bytes } from '../given/bytes.js';
import { type CaptureOptions, wantsContents } from '../given/capture_options.js';
import { GlasswalError } from '../given/errors.js';
import type { RuntimeParts } from '../life/membership.js';
import { requireParts } from './given.js';
import { Host } from './host.js';
import { newModule } from './module.js';
import { RegionReader } from './region.js';

function nothing(): never {
  throw new GlasswalError('ENVIRONMENT', 'A capture is made without a page.');
}

/**
 * The runtime's region as a file that any inspector opens: createRuntime()'s, or one that arrived in a message. What the databases
 * contain is in it only if that is asked for. Nobody is stopped meanwhile. CORRUPT if what is in the memory is no region.
 */
export async function captureRuntime(runtime: RuntimeParts, options?: CaptureOptions | null): Promise<Bytes> {
  const contents = wantsContents(options);
  requireParts(runtime, 'captureRuntime()');
  const host = new Host(
    { setClipboard: nothing, chooseFile: nothing, saveFile: nothing, frameDone: nothing, mirror: nothing, stateChanged: nothing },
    nothing,
  );
  const module = await newModule(host);
  host.module = module;
  host.region = new RegionReader(runtime.memory, host.memory);
  const size = module._inspector_capture_region(contents ? 1 : 0);
  const at = module._inspector_result() >>> 0;
  const bytes = new Uint8Array(module.HEAPU8.subarray(at, at + Math.abs(size)));
  if (size < 0) throw new GlasswalError('CORRUPT', new TextDecoder().decode(bytes));
  return bytes;
}
