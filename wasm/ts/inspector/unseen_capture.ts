/** A capture or a trace for who has nothing of the inspector in a bundle. */
import type { Bytes } from '../given/bytes.js';
import type { CaptureOptions, TraceOptions } from '../given/capture_options.js';
import { GlasswalError } from '../given/errors.js';
import type { RuntimeParts } from '../life/membership.js';
import { importUnseen } from '../given/import_unseen.js';

/** What makes them. ENVIRONMENT where that is not beside the package's scripts. */
async function inspector(made: string, method: string): Promise<typeof import('./index.js')> {
  try {
    // Whoever makes none has nothing of the inspector in a bundle.
    return await importUnseen('./inspector/index.js');
  } catch {
    throw new GlasswalError(
      'ENVIRONMENT',
      `The code that makes ${made} is not beside the scripts of the package, for a bundle leaves it out. Call ` +
        `${method}(runtime), which \`import { ${method} } from 'glasswal/inspector'\` brings along.`,
    );
  }
}

/** captureRuntime(), whose code is loaded when it is called. */
export async function captureUnseen(runtime: RuntimeParts, options?: CaptureOptions | null): Promise<Bytes> {
  return (await inspector('captures', 'captureRuntime')).captureRuntime(runtime, options);
}

/** traceRuntime(), likewise. */
export async function traceUnseen(runtime: RuntimeParts, options?: TraceOptions | null): Promise<string> {
  return (await inspector('traces', 'traceRuntime')).traceRuntime(runtime, options);
}
