// The engine's parts as WebAssembly.
import { describeParts } from './engine.mjs';

await describeParts();
