/** Which records of a batch belong together: those of a transaction, and a recovery's. */
import { levelNumber, type LogLevel, type LogRecord } from './log.js';

export interface Group {
  /** In the order of their numbers. */
  readonly records: LogRecord[];
}

/** What a record has in common with others of its group; none if it stands for itself. */
function groupOf({ client, event, details }: LogRecord): string | undefined {
  if (event.startsWith('recovery.')) return `recovery ${details['deadClient']}`;
  const { connection, file, transaction } = details;
  return transaction === undefined ? undefined : `transaction ${client} ${file} ${connection} ${transaction}`;
}

/** Puts records together. A group stands where its first record does; a recovery that is done is followed by another one. */
export function groupsOf(records: readonly LogRecord[]): Group[] {
  const groups: Group[] = [];
  const open = new Map<string, Group>();
  for (const record of records) {
    const key = groupOf(record);
    let group = key === undefined ? undefined : open.get(key);
    if (group === undefined) {
      group = { records: [] };
      groups.push(group);
      if (key !== undefined) open.set(key, group);
    }
    group.records.push(record);
    if (record.event === 'recovery.done') open.delete(key!);
  }
  return groups;
}

/** The level of what matters most. */
export function worstOf({ records }: Group): LogLevel {
  return records.reduce<LogLevel>((worst, { level }) => (levelNumber(level) < levelNumber(worst) ? level : worst), 'trace');
}
