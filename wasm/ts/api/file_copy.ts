/** Writes a database to a file on disk: in Node only. */
import { GlasswalError } from '../given/errors.js';
import { importUnseen } from '../given/import_unseen.js';
import type { BackupProgress } from './page_copy.js';
import { pageSizeOf } from './sound.js';

interface FileSystem {
  existsSync(path: string): boolean;
  openSync(path: string, flags: string): number;
  writeSync(file: number, bytes: Uint8Array, offset: number, size: number): number;
  fsyncSync(file: number): void;
  closeSync(file: number): void;
  renameSync(from: string, to: string): void;
  rmSync(path: string, options: { force: boolean }): void;
}

/** Journals that SQLite would apply to the new file. */
const JOURNALS = ['-journal', '-wal'];

/** One file: written beside the place where it belongs, and put there when it is complete. */
export class FileCopy {
  #at = 0;
  #file: number;
  readonly #pageSize: number;

  private constructor(
    private readonly fs: FileSystem,
    private readonly bytes: Uint8Array,
    private readonly path: string,
    private readonly partial: string,
  ) {
    this.#pageSize = bytes.length === 0 ? 1 : pageSizeOf(bytes);
    this.#file = fs.openSync(partial, 'wx');
  }

  static async begin(bytes: Uint8Array, url: URL): Promise<FileCopy> {
    const fs = await importUnseen<FileSystem>('node:fs');
    const { fileURLToPath } = await importUnseen<{ fileURLToPath: (url: URL) => string }>('node:url');
    const path = fileURLToPath(url);
    const journal = JOURNALS.map((end) => path + end).find((name) => fs.existsSync(name));
    if (journal !== undefined) {
      throw new GlasswalError('BUSY', `The file '${path}' is in use, or was never closed: there is '${journal}'. Give another name, or open and close it first.`);
    }
    try {
      return new FileCopy(fs, bytes, path, `${path}.${crypto.randomUUID()}`);
    } catch (error) {
      if ((error as { code?: string }).code !== 'ENOENT') throw error;
      throw new GlasswalError('NOT_FOUND', `The file '${path}' cannot be written: its folder does not exist.`);
    }
  }

  get progress(): BackupProgress {
    const { length } = this.bytes;
    return { totalPages: length / this.#pageSize, remainingPages: (length - this.#at) / this.#pageSize };
  }

  step(pages: number): boolean {
    const { fs, bytes } = this;
    const end = Math.min(bytes.length, pages < 0 ? Infinity : this.#at + pages * this.#pageSize);
    while (this.#at < end) this.#at += fs.writeSync(this.#file, bytes, this.#at, end - this.#at);
    return this.#at === bytes.length;
  }

  finish(): void {
    this.fs.fsyncSync(this.#file);
    this.#close();
    this.fs.renameSync(this.partial, this.path);
  }

  /** No step is ever refused. */
  giveUp(): unknown {
    return undefined;
  }

  end(): void {
    this.#close();
    this.fs.rmSync(this.partial, { force: true });
  }

  #close(): void {
    if (this.#file < 0) return;
    this.fs.closeSync(this.#file);
    this.#file = -1;
  }
}
