// Packs the npm package as it would be published, and installs it into fresh copies of the samples.
//
// As a program: node tests/web/package.mjs [SAMPLE] packs it, and then installs and runs that sample for Node.
import { spawn } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { ROOT } from './server.mjs';

const PACKED = path.join(ROOT, 'build/package');

/** Runs a program; resolves to what it printed, and rejects with all of that if it fails. */
export function run(program, args, { cwd = ROOT, show = false } = {}) {
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
      if (show) process.stdout.write(text);
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${program} ${args.join(' ')} ended with ${code}:\n${output}`));
    });
  });
}

/** The tarball that the tests install: GLASSWAL_TARBALL, or what packPackage() packed. */
export async function tarballPath() {
  if (process.env.GLASSWAL_TARBALL !== undefined) return path.resolve(process.env.GLASSWAL_TARBALL);
  const packed = (await readdir(PACKED).catch(() => [])).filter((name) => name.endsWith('.tgz'));
  if (packed.length !== 1) throw new Error(`${PACKED} holds ${packed.length} tarballs: run node tests/web/package.mjs`);
  return path.join(PACKED, packed[0]);
}

/** Packs wasm/ as it would be published; resolves to the tarball's path. */
export async function packPackage() {
  await rm(PACKED, { recursive: true, force: true });
  await mkdir(PACKED, { recursive: true });
  await run('npm', ['pack', '--silent', '--pack-destination', PACKED], { cwd: path.join(ROOT, 'wasm') });
  return tarballPath();
}

/**
 * What npm must not be asked for: it would look up the versions also of tools that it is told to leave out, which a machine that never
 * asked for them cannot answer offline. Whatever a sample needs besides the package is the repository's own, above the folder.
 */
async function dropOthers(folder) {
  const file = path.join(folder, 'package.json');
  const { devDependencies: _, dependencies: __, ...rest } = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify(rest));
}

/** Puts one of the repository's packages into a folder as if it was installed there: Vite's server gives out no files from elsewhere. */
export async function copyPackage(name, folder) {
  await cp(path.join(ROOT, 'node_modules', name), path.join(folder, 'node_modules', name), { recursive: true, dereference: true });
}

/** Copies a sample into a fresh folder and installs the tarball there, and nothing else; resolves to the folder. */
export async function installSample(name, tarball) {
  const folder = path.join(ROOT, 'build/samples', name);
  await rm(folder, { recursive: true, force: true });
  await cp(path.join(ROOT, 'samples', name), folder, { recursive: true });
  await dropOthers(folder);
  await run('npm', ['install', '--omit=dev', '--ignore-scripts', '--no-package-lock', '--offline', tarball],
    { cwd: folder });
  return folder;
}

if (process.argv[1] === import.meta.filename) {
  const tarball = await packPackage();
  console.log(`packed ${path.relative(ROOT, tarball)}`);
  const sample = process.argv[2];
  if (sample !== undefined) {
    await run(process.execPath, ['main.mjs'], { cwd: await installSample(sample, tarball), show: true });
  }
}
