/** The way to what only Node has, and to scripts that are loaded when they are wanted. */

/** importUnseen() of unseen.ts, whose script no page fetches that has no use for it. */
export async function importUnseen<T>(name: string): Promise<T> {
  const unseen = await import('../unseen.js');
  return unseen.importUnseen<T>(name);
}
