/** Fetching and compiling glasswal.wasm. */
import { isNode, isPage } from '../port/environment.js';
import { GlasswalError, messageOf } from '../given/errors.js';
import { packageFile, readFile, urlOf } from '../port/node_files.js';

// A whole module, with nothing in it.
const emptyModule = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** Throws where a policy of the page or the worker forbids WebAssembly. */
function requireCompiling(): void {
  try {
    new WebAssembly.Module(emptyModule);
  } catch (error) {
    throw new GlasswalError(
      'ENVIRONMENT',
      `The Content-Security-Policy of this ${isPage ? 'page' : 'worker'} forbids WebAssembly: ${messageOf(error)}. Add ` +
        "`'wasm-unsafe-eval'` to its script-src (or default-src), for the page and for the scripts of its workers.",
    );
  }
}

/** What is wrong with bytes that do not compile. */
function whatCame(bytes: Uint8Array, type: string, error: unknown): string {
  if (emptyModule.every((byte, i) => bytes[i] === byte)) {
    return `the file is damaged, or not all of it came (${bytes.length} bytes): ${messageOf(error)}`;
  }
  const beginning = JSON.stringify(new TextDecoder().decode(bytes.subarray(0, 32)));
  return `what came is no WebAssembly but ${type}, and begins with ${beginning}; many servers send a page of theirs for a file that they do not have`;
}

async function fetchBytes(url: URL): Promise<{ bytes: Uint8Array<ArrayBuffer>; type: string }> {
  if (url.protocol === 'file:' && isNode) return { bytes: await readFile(url), type: 'a file' };
  const response = await fetch(url);
  return { bytes: new Uint8Array(await response.arrayBuffer()), type: response.headers.get('content-type') ?? 'of no type' };
}

/** Fetches and compiles a module. Throws an Error that says what came instead, or a GlasswalError where it can be none. */
export async function compile(url: URL): Promise<WebAssembly.Module> {
  try {
    return await compileFrom(url);
  } catch (error) {
    requireCompiling();
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    const { bytes, type } = await fetchBytes(url);
    throw new Error(whatCame(bytes, type, error));
  }
}

async function compileFrom(url: URL): Promise<WebAssembly.Module> {
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

/** Throws if the module is somebody else's. That of another version shows when it is started. */
function requireOwn(module: WebAssembly.Module, from: string): WebAssembly.Module {
  if (WebAssembly.Module.exports(module).some(({ name }) => name === 'glasswal_create')) return module;
  throw new GlasswalError('VERSION', `${from} is another module than glasswal.wasm: give the one that lies beside the package's JavaScript.`);
}

/** The module: the one that is given, or compiled from where it is. */
export async function loadModule(wasm: URL | string | WebAssembly.Module | undefined): Promise<WebAssembly.Module> {
  if (wasm instanceof WebAssembly.Module) return requireOwn(wasm, 'The option wasm');
  const url = await (wasm === undefined ? ownUrl() : givenUrl(wasm));
  try {
    if (wasm !== undefined) return requireOwn(await compile(url), url.href);
    own ??= compile(url).then((module) => requireOwn(module, url.href));
    return await own;
  } catch (error) {
    own = undefined;
    if (error instanceof GlasswalError) throw error;
    throw new GlasswalError(
      'ENVIRONMENT',
      `glasswal.wasm could not be loaded from ${url.href}: ${messageOf(error)}. ` +
        'Serve the file beside the package, or say where it is with the option wasm.' +
        (isNode ? '' : ' A Content-Security-Policy must allow it in connect-src.'),
    );
  }
}
