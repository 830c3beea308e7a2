/** What a value is that somebody has given, for the sentence of an error. */

/** What a value is, for people. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'object') return kindOfObject(value);
  return value === undefined ? 'undefined' : `a ${typeof value}`;
}

function kindOfObject(value: object): string {
  try {
    if (Array.isArray(value)) return 'an array';
    const { name } = value.constructor as { name?: unknown };
    if (typeof name === 'string' && name !== '' && name !== 'Object') return `a ${name}`;
  } catch {
    // It has no prototype, or does not want to be looked at.
  }
  return 'an object';
}
