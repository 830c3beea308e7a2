/** A region as a file, without an inspector: what Runtime.capture() loads when it is called. */
import { GlasswalError } from '../errors.js';
import { Host } from './host.js';
import { newModule } from './module.js';
import { RegionReader } from './region.js';

function nothing(): never {
  throw new Error('A capture is made without a page.');
}

/** The bytes of a capture of the region in `memory`, which inspectors open. Nobody is stopped. */
export async function captureRegion(memory: WebAssembly.Memory, contents: boolean): Promise<Uint8Array<ArrayBuffer>> {
  const host = new Host(
    { setClipboard: nothing, chooseFile: nothing, saveFile: nothing, frameDone: nothing, mirror: nothing, stateChanged: nothing },
    nothing,
  );
  const module = await newModule(host);
  host.module = module;
  host.region = new RegionReader(memory, host.memory);
  const size = module._inspector_capture_region(contents ? 1 : 0);
  const at = module._inspector_result() >>> 0;
  const bytes = new Uint8Array(module.HEAPU8.subarray(at, at + Math.abs(size)));
  if (size < 0) throw new GlasswalError('CORRUPT', new TextDecoder().decode(bytes));
  return bytes;
}
