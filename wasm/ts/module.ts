/** Fetching and compiling glasswal.wasm. */
import { isNode } from './environment.js';
import { GlasswalError } from './errors.js';
import { packageFile, readFile, urlOf } from './node_files.js';

/** Fetches and compiles a module. */
export async function compile(url: URL): Promise<WebAssembly.Module> {
  if (url.protocol === 'file:' && isNode) return WebAssembly.compile(await readFile(url));
  const response = await fetch(url);
  if (!response.ok) throw new Error(`HTTP status ${response.status}`);
  // A server that sends another type than application/wasm forbids compiling while the bytes arrive.
  if (response.headers.get('content-type')?.startsWith('application/wasm')) return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

let own: Promise<WebAssembly.Module> | undefined;

/** Where the package's own file is. Bundlers know the expression, and put the file where it then says. */
async function ownUrl(): Promise<URL> {
  let beside: URL | undefined;
  try {
    beside = new URL('./glasswal.wasm', import.meta.url);
  } catch {
    // A bundle that is no module has no such URL.
  }
  if (isNode) return packageFile('glasswal.wasm', beside);
  return beside ?? new URL('glasswal.wasm', location.href);
}

/** Where the user says that it is. */
async function givenUrl(wasm: URL | string): Promise<URL> {
  return isNode ? urlOf(String(wasm)) : new URL(wasm, location.href);
}

/** The module: the one that is given, or compiled from where it is. */
export async function loadModule(wasm: URL | string | WebAssembly.Module | undefined): Promise<WebAssembly.Module> {
  if (wasm instanceof WebAssembly.Module) return wasm;
  const url = await (wasm === undefined ? ownUrl() : givenUrl(wasm));
  try {
    if (wasm !== undefined) return await compile(url);
    own ??= compile(url);
    return await own;
  } catch (error) {
    own = undefined;
    throw new GlasswalError(
      'ENVIRONMENT',
      `glasswal.wasm could not be loaded from ${url.href}: ${error instanceof Error ? error.message : String(error)}. ` +
        'Serve the file beside the package, or say where it is with the option wasm.',
    );
  }
}
