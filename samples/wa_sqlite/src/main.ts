// main.ts
import { createMemoryWriteAheadSharedRuntime } from 'glasswal/wa-sqlite';

const dbFilename = '/app.sqlite';
const runtime = createMemoryWriteAheadSharedRuntime(dbFilename);
const worker = new Worker(new URL('./sqlite-worker.ts', import.meta.url), { type: 'module' });

worker.postMessage({ dbFilename, runtime, rows: ['alpha', 'beta'] });
