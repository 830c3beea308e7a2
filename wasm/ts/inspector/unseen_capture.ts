/** A capture for who has nothing of the inspector in a bundle. */
import type { Bytes } from '../given/bytes.js';
import type { CaptureOptions } from '../given/capture_options.js';
import { GlasswalError } from '../given/errors.js';
import type { RuntimeParts } from '../life/membership.js';
import { importUnseen } from '../given/import_unseen.js';

/** captureRuntime(), whose code is loaded when it is called. ENVIRONMENT where that is not beside the package's scripts. */
export async function captureUnseen(runtime: RuntimeParts, options?: CaptureOptions | null): Promise<Bytes> {
  let inspector: typeof import('./index.js');
  try {
    // Whoever makes no captures has nothing of the inspector in a bundle.
    inspector = await importUnseen('./inspector/index.js');
  } catch {
    throw new GlasswalError(
      'ENVIRONMENT',
      'The code that makes captures is not beside the scripts of the package, for a bundle leaves it out. Call ' +
        "captureRuntime(runtime), which `import { captureRuntime } from 'glasswal/inspector'` brings along.",
    );
  }
  return inspector.captureRuntime(runtime, options);
}
