/** Imports that bundlers must not follow. The comments below are for them, and stay in the published script. */

/**
 * Imports what a bundle for the browser must not hold: one of Node's own modules, or a script of the package by its path from this
 * one. The name is in a variable, so that a bundler that knows no such comments finds nothing to look for either.
 */
export async function importUnseen<T>(name: string): Promise<T> {
  return (await import(/* @vite-ignore */ /* webpackIgnore: true */ /* turbopackIgnore: true */ name)) as T;
}
