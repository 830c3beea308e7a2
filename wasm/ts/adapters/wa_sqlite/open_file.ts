/** A file that wa-sqlite has open. */
import type { LocalFile } from './local_file.js';
import type { MainFile } from './main_file.js';
import type { Remembered } from './pragmas.js';
import type { NamesBeside } from './wa_module.js';

export interface OpenFile {
  readonly name: string;
  readonly flags: number;
  /** A main database, */
  readonly main?: MainFile;
  /** or a file that only this VFS has. */
  readonly local?: LocalFile;
  /** Of a main database. */
  readonly beside?: NamesBeside;
  readonly pragmas?: Remembered;
}
