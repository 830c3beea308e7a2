// A static file server for browser tests, benches and the demo: node:http and nothing else.
//
// A mount gives a URL prefix a folder or a file. Everything is served with the headers that make a page cross-origin
// isolated, except below the prefixes of HEADER_PROFILES: they serve the same files with other headers, so that a
// test can ask what the package says then. Nothing is cached unless that is asked for: a rebuilt file is what the next load
// gets.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const COOP = { 'Cross-Origin-Opener-Policy': 'same-origin' };
const COEP = { 'Cross-Origin-Embedder-Policy': 'require-corp' };

/** URL prefixes that serve the whole tree with other headers than the rest of the server. */
export const HEADER_PROFILES = {
  '/plain/': {},
  '/without-coep/': COOP,
  '/without-coop/': COEP,
  // What other sites may show in a frame of theirs, and load without an origin.
  '/framed/': { ...COOP, ...COEP, 'Cross-Origin-Resource-Policy': 'cross-origin', 'Access-Control-Allow-Origin': '*' },
  '/no-wasm/': { ...COOP, ...COEP, 'Content-Security-Policy': "script-src 'self'" },
  '/no-connect/': { ...COOP, ...COEP, 'Content-Security-Policy': "connect-src 'none'" },
  '/no-workers/': { ...COOP, ...COEP, 'Content-Security-Policy': "worker-src 'none'" },
  '/no-styles/': {
    ...COOP, ...COEP, 'Content-Security-Policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'",
  },
};

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

function headersOf(pathname) {
  for (const [prefix, headers] of Object.entries(HEADER_PROFILES)) {
    if (pathname.startsWith(prefix)) return { pathname: pathname.slice(prefix.length - 1), headers };
  }
  return { pathname, headers: { ...COOP, ...COEP } };
}

/** The file that a path of the server means, or nothing. The longest mount that fits decides. */
async function resolve(mounts, pathname) {
  const prefix = Object.keys(mounts)
    .filter((mount) => (mount.endsWith('/') ? pathname.startsWith(mount) : pathname === mount))
    .sort((a, b) => b.length - a.length)[0];
  if (prefix === undefined) return undefined;
  const base = path.resolve(ROOT, mounts[prefix]);
  const below = pathname.slice(prefix.length);
  const file = below === '' ? base : path.join(base, path.normalize(`/${below}`));
  try {
    const found = await stat(file);
    if (!found.isDirectory()) return { file, size: found.size };
    const index = path.join(file, 'index.html');
    return { file: index, size: (await stat(index)).size };
  } catch {
    return undefined;
  }
}

async function answer(mounts, cacheControl, request, response) {
  const url = new URL(request.url, 'http://server');
  const { pathname, headers } = headersOf(decodeURIComponent(url.pathname));
  const found = await resolve(mounts, pathname);
  const common = { 'Cross-Origin-Resource-Policy': 'same-origin', ...headers, 'Cache-Control': cacheControl };
  if (found === undefined) {
    response.writeHead(404, { ...common, 'Content-Type': 'text/plain' }).end(`nothing at ${pathname}\n`);
    return;
  }
  const type = TYPES[path.extname(found.file)] ?? 'application/octet-stream';
  response.writeHead(200, { ...common, 'Content-Type': type, 'Content-Length': found.size });
  if (request.method === 'HEAD') response.end();
  else createReadStream(found.file).on('error', (error) => response.destroy(error)).pipe(response);
}

/**
 * Serves the mounts ({'/prefix/': 'folder', '/name': 'file'}, folders relative to the repository) on 127.0.0.1.
 * Port 0 takes a free one. `cached` lets a browser keep what it has loaded, so that many workers start quickly. Resolves to
 * {origin, close}.
 */
export async function serve(mounts, { port = 0, cached = false } = {}) {
  const cacheControl = cached ? 'max-age=3600' : 'no-store';
  const server = createServer((request, response) => {
    answer(mounts, cacheControl, request, response).catch((error) => response.destroy(error));
  });
  await new Promise((ready, failed) => {
    server.once('error', failed);
    server.listen(port, '127.0.0.1', ready);
  });
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((closed) => {
      server.close(closed);
      server.closeAllConnections();
    }),
  };
}
