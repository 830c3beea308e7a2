import { defineConfig } from 'vitest/config';

const inEach = ['node', 'jsdom', 'happy-dom'].map((environment) => ({ test: { name: environment, environment } }));
// Transformed as the user's own sources are, the package believes that it lies at a page's address.
const inlined = { test: { name: 'jsdom, inlined', environment: 'jsdom', server: { deps: { inline: ['glasswal'] } } } };

export default defineConfig({ test: { projects: [...inEach, inlined] } });
