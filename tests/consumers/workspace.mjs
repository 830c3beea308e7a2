// Fresh folders with a consumer's app in them: its own files, the shared ones, and glasswal installed from the packed tarball.
//
// The tools (bundlers, runtimes, compilers) lie above the folders, in build/consumers/node_modules, where every app finds them.
// GLASSWAL_TARBALL names another tarball than the one that `node tests/web/package.mjs` has packed.
import { cp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';

import { run, tarballPath } from '../web/package.mjs';
import { ROOT } from '../web/server.mjs';

const SOURCES = path.join(ROOT, 'tests/consumers');
const FOLDER = path.join(ROOT, 'build/consumers');

// Those that a package's installation would link, which is left out here.
const BINARIES = {
  bun: `@oven/bun-linux-${process.arch === 'arm64' ? 'aarch64' : 'x64'}/bin/bun`,
  deno: `@deno/linux-${process.arch}-glibc/deno`,
};

/** A file of a tool's package. */
export function toolFile(name, file) {
  return path.join(FOLDER, 'node_modules', name, file);
}

/** The program of that name. */
export function tool(name) {
  return toolFile('', BINARIES[name] ?? `.bin/${name}`);
}

/**
 * Makes build/consumers/NAME anew of the shared files and those of the named folders, of which later ones replace earlier ones;
 * resolves to its path.
 */
export async function freshApp(name, sources = [name]) {
  const folder = path.join(FOLDER, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const from of ['shared', ...sources]) await cp(path.join(SOURCES, from), folder, { recursive: true });
  await run('npm', ['install', '--ignore-scripts', '--no-package-lock', '--offline', await tarballPath()], { cwd: folder });
  return folder;
}
