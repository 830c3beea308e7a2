// The README's apps: fresh folders that hold what a reader would have pasted, with the packed package installed.
import { existsSync } from 'node:fs';
import { mkdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { tool } from '../consumers/workspace.mjs';
import { copyPackage, run, tarballPath } from '../web/package.mjs';
import { ROOT } from '../web/server.mjs';
import { readBlocks } from './markdown.mjs';

// The tools of tests/consumers lie above these folders.
const FOLDER = path.join(ROOT, 'build/consumers/readme');
const TOOLS = path.dirname(tool('npm'));
// What lies elsewhere, and is linked to.
const MAPPERS = ['kysely', 'drizzle-orm', 'typeorm', 'knex'];
// What Vite's server gives files of out.
const SERVED = ['@journeyapps/wa-sqlite'];
// What goes on until it is stopped: the tests start these as servers.
const SERVERS = ['npx vite', 'npx vite preview', 'npx webpack serve --mode development'];

/** The apps that begin with the files of another. */
export const BASES = { vite: ['page'], webpack: ['page'], esbuild: ['page'], plain: ['page'],
  remote: ['page', 'vite'], inspector: ['page', 'vite'], wa_sqlite: ['page', 'vite'] };

/** The blocks of an app and of those that it is based on, in order. */
export async function blocksOfApp(app, kinds) {
  const blocks = await readBlocks();
  return [...(BASES[app] ?? []), app].flatMap((name) =>
    blocks.filter(({ rule }) => rule?.app === name && kinds.includes(rule.kind)));
}

function place(files, { rule: { kind, file }, text }) {
  const known = files.get(file);
  if (kind === 'file') files.set(file, text);
  else if (known === undefined) throw new Error(`the README has no ${file} to ${kind} to`);
  else if (kind === 'append') files.set(file, known + text);
  else files.set(file, known.replace(/^import .* from 'glasswal';\n/m, text));
}

/** `npm install` of a reader: glasswal from the tarball; anything else must be there already, pinned. */
async function install(names, folder) {
  for (const name of names) {
    const mapper = ['node_modules', 'tests/clients/node_modules'].map((place) => path.join(ROOT, place, name)).find(existsSync);
    if (name === 'glasswal') {
      await run('npm', ['install', '--ignore-scripts', '--no-package-lock', '--offline', await tarballPath()], { cwd: folder });
    } else if (SERVED.includes(name)) {
      await copyPackage(name, folder);
    } else if (MAPPERS.includes(name)) {
      await symlink(mapper, path.join(folder, 'node_modules', name));
    } else {
      await stat(path.join(TOOLS, '..', name, 'package.json'));
    }
  }
}

/** Runs one line of a shell block; resolves to what it printed. */
export async function runLine(line, folder) {
  const command = line.replace(/\s+# .*$/, '');
  if (SERVERS.includes(command)) return '';
  if (command.startsWith('npm install ')) {
    await install(command.split(' ').slice(2).filter((word) => !word.startsWith('-')), folder);
    return '';
  }
  const folders = [tool('bun'), tool('deno')].map((program) => path.dirname(program));
  return run('bash', ['-euc', `PATH="${[...folders, TOOLS].join(':')}:$PATH"; ${command.replace(/^npx /, '')}`], { cwd: folder });
}

/** Makes the folder of an app anew: its files, and glasswal installed; resolves to the path. */
export async function pasteApp(app) {
  const folder = path.join(FOLDER, app);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  const files = new Map();
  for (const block of await blocksOfApp(app, ['file', 'append', 'import'])) place(files, block);
  for (const [name, text] of files) await writeFile(path.join(folder, name), text);
  await install(['glasswal'], folder);
  return folder;
}

/** Runs the shell blocks of an app, but for those of its bases; resolves to [{line, printed}]. */
export async function runShell(app, folder) {
  const told = [];
  for (const { text } of (await readBlocks()).filter(({ rule }) => rule?.kind === 'shell' && rule.app === app)) {
    for (const line of text.trim().split('\n')) told.push({ line, printed: await runLine(line, folder) });
  }
  return told;
}

/** The headers that the README tells an app to be served with, as an object. */
export async function headersOf(...apps) {
  const blocks = (await readBlocks()).filter(({ rule }) => rule?.kind === 'headers' && apps.includes(rule.app));
  return Object.fromEntries(blocks.flatMap(({ text }) => text.trim().split('\n')).map((line) => line.split(/: (.*)/).slice(0, 2)));
}

