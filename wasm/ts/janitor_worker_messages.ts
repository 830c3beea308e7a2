/** What the janitor's worker tells whoever started it: this when it has joined and watches, or why it cannot. */
export const watching = 'watching';
