/** Files in Node.js: the package's own, wherever a bundler has taken its scripts. Nothing here is called in a browser. */
import type { Bytes } from '../given/bytes.js';
import { importUnseen } from '../given/import_unseen.js';

interface NodeUrl {
  pathToFileURL(path: string): URL;
}

/** The bytes of a file. */
export async function readFile(url: URL): Promise<Bytes> {
  const files = await importUnseen<{ readFile(url: URL): Promise<Bytes> }>('node:fs/promises');
  return files.readFile(url);
}

/** The URL that a user means by a path, which is relative to the working directory, or by a URL. */
export async function urlOf(pathOrUrl: string): Promise<URL> {
  // One letter before a colon is a drive.
  if (/^[a-z][a-z+.-]+:/i.test(pathOrUrl)) return new URL(pathOrUrl);
  return (await importUnseen<NodeUrl>('node:url')).pathToFileURL(pathOrUrl);
}

/**
 * Where a file of the package is: beside its scripts, as `beside` says. A bundle is without it, one in CommonJS does not even know where
 * it is itself, and a test's tool may say that it is at a page's address: then beside the program or in the working directory, or where
 * the package is installed for the bundle, the program or that directory.
 */
export async function packageFile(name: string, beside: URL | undefined): Promise<URL> {
  const { existsSync } = await importUnseen<{ existsSync: (url: URL) => boolean }>('node:fs');
  const { createRequire } = await importUnseen<{ createRequire: (base: string) => { resolve(name: string): string } }>('node:module');
  const { process } = globalThis as unknown as { process: { readonly argv: readonly string[] } };
  const places = [process.argv[1] ?? name, name].map(async (place) => new URL(name, await urlOf(place)));
  const files = [beside, ...(await Promise.all(places))].filter((url): url is URL => url?.protocol === 'file:');
  for (const file of files) {
    if (existsSync(file)) return file;
    try {
      return await urlOf(createRequire(file.href).resolve(`glasswal/${name}`));
    } catch {
      // It is not installed there.
    }
  }
  return beside ?? files[0]!;
}
