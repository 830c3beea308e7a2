// What a consumer sees who has no wa-sqlite: nothing of it is needed.
import { createMemoryWriteAheadSharedRuntime, type MemoryWriteAheadVFS } from 'glasswal/wa-sqlite';

export const runtime = createMemoryWriteAheadSharedRuntime('/app.sqlite');
export const nameOf = (vfs: MemoryWriteAheadVFS): string => vfs.name;
