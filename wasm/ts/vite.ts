/**
 * `glasswal/vite`: a Vite plugin that sets up what glasswal needs, in development, preview and build.
 *
 * - Pages and workers get the headers that make them cross-origin isolated; without them there is no shared memory.
 * - Workers are bundled as ES modules, which `join` in a worker needs.
 * - glasswal stays out of dependency pre-bundling, which would lose the module beside its scripts.
 * - With `serviceWorker`, the build holds isolate.js and each page includes it, for hosts that send no headers.
 * @module glasswal/vite
 */
import { readFileSync } from 'node:fs';
import type { HtmlTagDescriptor, Plugin } from 'vite';
import { MisuseError } from './given/errors.js';
import { booleanOption, optionsOf, shown } from './given/given_options.js';

/** Options of the plugin. */
export interface GlasswalViteOptions {
  /**
   * The Cross-Origin-Embedder-Policy. 'credentialless' lets a page show images of other origins that send no
   * Cross-Origin-Resource-Policy; not every browser knows it. Default: 'require-corp'.
   */
  embedderPolicy?: 'require-corp' | 'credentialless';
  /** Adds the service worker that sets the headers on hosts where nobody else can. Default: false. */
  serviceWorker?: boolean;
}

const SCRIPT = 'isolate.js';
const POLICIES: readonly unknown[] = ['require-corp', 'credentialless'];

/** Makes the plugin: `plugins: [glasswal()]`. */
export default function glasswal(options: GlasswalViteOptions = {}): Plugin {
  const { embedderPolicy = 'require-corp', serviceWorker = false }: GlasswalViteOptions =
    optionsOf(options, 'glasswal()', ['embedderPolicy', 'serviceWorker']);
  if (!POLICIES.includes(embedderPolicy)) {
    throw new MisuseError('OPTION', `The option embedderPolicy is ${shown(embedderPolicy)}: give ${POLICIES.join(' or ')}.`);
  }
  booleanOption({ serviceWorker }, 'serviceWorker');
  const headers = {
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': embedderPolicy,
  };
  let base = '/';
  let building = false;
  return {
    name: 'glasswal',
    config: () => ({
      server: { headers },
      preview: { headers },
      worker: { format: 'es' as const },
      // wa-sqlite has a module beside its scripts, too.
      optimizeDeps: { exclude: ['glasswal', '@journeyapps/wa-sqlite'] },
    }),
    configResolved(config) {
      base = config.base;
      building = config.command === 'build';
    },
    generateBundle() {
      if (!serviceWorker || this.environment.name !== 'client') return;
      const source = readFileSync(new URL(`./${SCRIPT}`, import.meta.url), 'utf8');
      this.emitFile({ type: 'asset', fileName: SCRIPT, source });
    },
    transformIndexHtml(): HtmlTagDescriptor[] {
      if (!serviceWorker || !building) return [];
      return [{ tag: 'script', attrs: { src: `${base}${SCRIPT}` }, injectTo: 'head-prepend' }];
    },
  };
}
