/**
 * Bytes of their own, which nobody shares. Since 5.7 TypeScript calls them Uint8Array<ArrayBuffer> and tells them from those over shared
 * memory, which Blob and others refuse; earlier versions know no such name.
 */
export type Bytes = ReturnType<Uint8Array['slice']>;
