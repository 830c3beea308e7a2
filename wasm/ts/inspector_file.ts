/** Where the inspector's file is. It is here, for a bundle may lie in one folder, and a path to a folder above would lead out of it. */

/** The URL of inspector.wasm. Bundlers know the expression, and put the file where it then says. */
export function inspectorUrl(): URL {
  try {
    return new URL('./inspector.wasm', import.meta.url);
  } catch {
    // A bundle that is no module has no such URL.
    return new URL('inspector.wasm', location.href);
  }
}
