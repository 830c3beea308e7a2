import path from 'node:path';

const headers = [
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
  { key: 'Cross-Origin-Embedder-Policy', value: 'require-corp' },
];

export default {
  headers: () => [{ source: '/(.*)', headers }],
  // Next itself is installed in the folder above this one.
  turbopack: { root: path.dirname(import.meta.dirname) },
};
