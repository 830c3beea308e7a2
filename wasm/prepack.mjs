// What `npm pack` and `npm publish` run first, wherever they are called from: puts LICENSE and THIRD_PARTY_NOTICES beside package.json,
// and refuses to pack what was not built.
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';

import { thirdPartyNotices } from './notices.mjs';

const here = (name) => new URL(name, import.meta.url);

for (const name of ['dist/index.js', 'dist/glasswal.wasm', 'dist/inspector.wasm', 'dist/inspector_module.js', 'dist/isolate.js']) {
  if (!existsSync(here(name))) throw new Error(`wasm/${name} is missing: build the package first (./dev test --only wasm does)`);
}
copyFileSync(here('../LICENSE'), here('LICENSE'));
writeFileSync(here('THIRD_PARTY_NOTICES'), thirdPartyNotices());
