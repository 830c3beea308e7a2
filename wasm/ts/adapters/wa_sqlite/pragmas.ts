/**
 * What a main database answers to PRAGMA before wa-sqlite does. A text is the answer; undefined leaves it to wa-sqlite; a number is a
 * code of SQLite.
 */
import {
  SQLITE_CHECKPOINT_FULL, SQLITE_CHECKPOINT_PASSIVE, SQLITE_CHECKPOINT_RESTART, SQLITE_CHECKPOINT_TRUNCATE, SQLITE_ERROR, SQLITE_LOCKED,
  SQLITE_LOCK_NONE, SQLITE_OK,
} from '../../generated/sqlite.js';
import type { MainFile } from './main_file.js';
import { whoHoldsBack } from './refusal.js';

/** What is told back, and nothing else. */
export interface Remembered {
  /** What wa-sqlite is not asked about. */
  journalMode: 'wal' | 'off' | undefined;
  lazyLock: string;
  backstopInterval: string;
}

/** As a database is opened. */
export function usualPragmas(): Remembered {
  return { journalMode: 'wal', lazyLock: 'readwrite', backstopInterval: '30000' };
}

type Answer = string | number | undefined;
/** What is done for one pragma; `value` is null where it is only asked. */
type Pragma = (file: MainFile, value: string | null, remembered: Remembered) => Answer;

const MODES: Readonly<Record<string, number>> = {
  passive: SQLITE_CHECKPOINT_PASSIVE, full: SQLITE_CHECKPOINT_FULL, restart: SQLITE_CHECKPOINT_RESTART, truncate: SQLITE_CHECKPOINT_TRUNCATE,
};
const JOURNAL_MODES = ['delete', 'truncate', 'persist', 'memory'];
const LAZY_LOCKS = ['none', 'read', 'write', 'readwrite'];
const LEAST_PAGE_BYTES = 512;
const MOST_PAGE_BYTES = 65536;

function isPageSize(size: number): boolean {
  return size >= LEAST_PAGE_BYTES && size <= MOST_PAGE_BYTES && (size & (size - 1)) === 0;
}

/** A checkpoint, of all databases of the connection if it is asked of the first. wa-sqlite gives the row of three columns for it, and knows nothing of its log. */
function checkpoint(file: MainFile, value: string | null): Answer {
  const mode = MODES[(value ?? 'passive').toLowerCase()];
  // Also what is no mode, which is a question then.
  if (mode === undefined) return undefined;
  if (file.lock !== SQLITE_LOCK_NONE) return mode === SQLITE_CHECKPOINT_PASSIVE ? undefined : SQLITE_LOCKED;
  const [first] = file.siblings;
  let answer: Answer;
  for (const each of first === file ? file.siblings : [file]) {
    const code = each.lock === SQLITE_LOCK_NONE ? each.checkpoint(mode, Math.max(file.busyTimeoutMs, 0)) : SQLITE_LOCKED;
    if (code === SQLITE_OK) continue;
    file.problem = whoHoldsBack(each.thread.client, each.path);
    answer = '1';
  }
  return answer;
}

const PRAGMAS: Readonly<Record<string, Pragma>> = {
  // wa-sqlite says so before a transaction that is going to write.
  experimental_pragma_20251114: (file, value) => {
    file.willWrite = true;
    file.willWriteAlone = value === '2';
    return SQLITE_OK;
  },
  busy_timeout: (file, value) => {
    if (value !== null) for (const each of file.siblings) each.busyTimeoutMs = Math.min(Number.parseInt(value, 10) || 0, 0x7fffffff);
    return String(file.busyTimeoutMs);
  },
  // The database is in WAL mode whatever wa-sqlite makes of its journal. That it does without one is not told to it: it would take back nothing any more,
  // also where it is told later that it has a log.
  journal_mode: (_, value, remembered) => {
    const mode = value?.toLowerCase() ?? '';
    if (mode === 'wal' || mode === 'off') remembered.journalMode = mode;
    else if (JOURNAL_MODES.includes(mode)) remembered.journalMode = undefined;
    return remembered.journalMode;
  },
  // wa-sqlite goes on letting go of its locks, which is what lets others read.
  locking_mode: (file, value) => {
    const mode = value?.toLowerCase();
    if (mode === 'exclusive' || mode === 'normal') file.isExclusive = mode === 'exclusive';
    return file.isExclusive ? 'exclusive' : 'normal';
  },
  page_size: (file, value) => {
    const size = value === null ? 0 : Number.parseInt(value, 10);
    if (!isPageSize(size)) return undefined;
    file.choosePageSize(size);
    for (const each of file.siblings) each.nextPageBytes = size;
    return undefined;
  },
  wal_autocheckpoint: (file, value) => {
    if (value !== null) file.autocheckpointFrames = Number.parseInt(value, 10) || 0;
    return undefined;
  },
  wal_checkpoint: checkpoint,
  lazy_lock: (_, value, remembered) => {
    if (value !== null && !LAZY_LOCKS.includes(value.toLowerCase())) return SQLITE_ERROR;
    if (value !== null) remembered.lazyLock = value.toLowerCase();
    return remembered.lazyLock;
  },
  backstop_interval: (_, value, remembered) => {
    if (value !== null) remembered.backstopInterval = value;
    return value === null ? remembered.backstopInterval : SQLITE_OK;
  },
};

/** The answer to the pragma of this name. */
export function answerPragma(file: MainFile, name: string, value: string | null, remembered: Remembered): Answer {
  return Object.hasOwn(PRAGMAS, name) ? PRAGMAS[name]!(file, value, remembered) : undefined;
}
