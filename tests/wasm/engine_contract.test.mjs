// SQLite's contract, which the engine keeps as WebAssembly as well.
import { describeContract } from './engine.mjs';

await describeContract();
