// Runs what a test wrote, where it is to run: the text of a function comes in, its result goes out. Shared by the
// page (stage.js) and its workers (actor.js).

const parsed = new Map();

/** Calls the function that `source` is the text of. The same text is parsed once, so that loops are compiled once. */
export async function play(source, context, values) {
  let part = parsed.get(source);
  if (part === undefined) {
    // Indirect, so that the function sees nothing of this module.
    part = (0, eval)(`(${source})`);
    parsed.set(source, part);
  }
  return part(context, ...values);
}

/** An error as a plain object that keeps what a test may ask for. */
export function describeError(error) {
  const { name, message, code, extendedCode, sql, offset, lock, stack } = error ?? {};
  return { name, message: message ?? String(error), code, extendedCode, sql, offset, lock, stack };
}
