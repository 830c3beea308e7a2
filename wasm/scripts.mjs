// Makes the package's scripts, wasm/dist/**/*.js, of wasm/ts: node wasm/scripts.mjs.
//
// People read the types and the sources; whoever loads a page pays for the scripts. So there is one for each way in, and index.js is
// what all share, without comments and spaces. Names stay, for errors and consoles, and so do lines: Node shows
// the one that threw. What all share lies in index.js, so what it says of its place (`new URL('./glasswal.wasm', import.meta.url)`,
// './janitor_worker.js') is true of it, in whatever folder of wasm/ts it was written.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const TS = path.join(HERE, 'ts');
const DIST = path.join(HERE, 'dist');
const WAYS_IN = [
  'index', 'janitor_worker', 'vite', 'console', 'trace', 'otel', 'inspector/index', 'adapters/drizzle', 'adapters/kysely', 'adapters/wa_sqlite',
];
// Not for users: the tests look at these by themselves.
const FOR_TESTS = ['api/statement_cache', 'generated/options', 'inspector/copy_words'];
// Scripts that stay apart. Of unseen.js bundlers read the comments, inspector_file.js knows a file that lies beside it, and
// inspector_module.js is made with the inspector's module.
const APART = ['unseen', 'inspector_file'];
const BUILT = ['inspector_module'];

const common = {
  absWorkingDir: path.dirname(HERE), outbase: TS, outdir: DIST, tsconfig: path.join(HERE, 'tsconfig.json'), format: 'esm',
  target: 'es2022', sourcemap: true, sourcesContent: false, logLevel: 'warning',
};

function sourcesOf(names) {
  return names.map((name) => path.join(TS, `${name}.ts`));
}

/** Has the scripts that stay apart imported by the path that leads there from the script that a source becomes part of. */
const keepApart = {
  name: 'keep apart',
  setup(building) {
    building.onResolve({ filter: new RegExp(`/(${[...APART, ...BUILT].join('|')})\\.js$`) }, ({ path: to, importer }) => {
      // Only the inspector's own way in lies in a folder; the parts that others share lie beside index.js. What is for those who
      // have nothing of the inspector is such a part.
      const isInspector = path.relative(TS, importer).startsWith('inspector' + path.sep) && path.basename(importer) !== 'unseen_capture.ts';
      return { path: (isInspector ? '../' : './') + path.basename(to), external: true };
    });
  },
};

/**
 * Has each way in load all that index.js consists of. Most of that it needs anyhow, or the page has it; and what some of them shared, but
 * not all, would become parts of their own, of which a browser fetches many small ones later than one.
 */
const shareWhole = {
  name: 'share whole',
  setup(building) {
    const others = WAYS_IN.filter((name) => name !== 'index').map((name) => path.join(TS, `${name}.ts`));
    building.onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
      if (!others.includes(file)) return undefined;
      const index = path.relative(path.dirname(file), path.join(TS, 'index.js'));
      // Behind it, so that lines stay what they are.
      return { contents: `${await readFile(file, 'utf8')}import * as whole from './${index}'; whole.join;\n`, loader: 'ts' };
    });
  },
};

/**
 * Writes the scripts, with the part that all share in the place of an index.js that would only pass on some of its names: a page would
 * fetch one after the other, and glasswal.wasm not before both. What index.js exports besides is for the package's own scripts, and
 * no type tells of it.
 */
async function writeShared({ outputFiles, metafile }) {
  const [{ path: shared }] = metafile.outputs['wasm/dist/index.js'].imports;
  const part = path.basename(shared, '.js');
  // Source maps count columns: what follows must stay where it is.
  const passOn = new RegExp(`(\\.\\.?/)${part}\\.js"`, 'g');
  const inPlace = `$1index.js"${' '.repeat(part.length - 'index'.length)}`;
  for (const { path: file, text: written } of outputFiles) {
    if (/^index\.js/.test(path.relative(DIST, file))) continue;
    await mkdir(path.dirname(file), { recursive: true });
    const to = file.replace(part, 'index');
    // Tools that look whether a file is a module see an `export` at the beginning of a line, and none behind a brace.
    const text = written.replace(/(?<=[^\s;])export\{(?=[^{}]*\};?\s*\/\/# source)/, '\nexport{');
    await writeFile(to, text.replace(passOn, inPlace).replace(`sourceMappingURL=${part}.`, 'sourceMappingURL=index.'));
  }
}

/** Throws where a script would look for one that stays apart in the wrong place. */
function checkPlaces({ outputs }) {
  const known = new Set([...APART, ...BUILT].map((name) => path.join(DIST, `${name}.js`)));
  for (const [file, { imports }] of Object.entries(outputs)) {
    for (const { path: to, external } of imports) {
      if (!external || !to.startsWith('.')) continue;
      if (!known.has(path.join(HERE, '..', path.dirname(file), to))) throw new Error(`${file} imports ${to}, which is not there.`);
    }
  }
}

const bundled = {
  ...common, bundle: true, lineLimit: 700, minifyWhitespace: true, minifySyntax: true, external: ['drizzle-orm', 'kysely', 'vite', 'node:*'],
};
const built = await build({
  ...bundled, entryPoints: sourcesOf(WAYS_IN), splitting: true, metafile: true, write: false, chunkNames: 'part_[hash]',
  plugins: [keepApart, shareWhole],
});
checkPlaces(built.metafile);
await writeShared(built);
await build({ ...bundled, entryPoints: sourcesOf(FOR_TESTS), plugins: [keepApart] });
await build({ ...common, entryPoints: sourcesOf(APART) });
