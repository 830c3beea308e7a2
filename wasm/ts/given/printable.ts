/** Text that somebody else wrote, made fit for consoles and terminals: as port/printable.h has it in C++. */

/** What commands a terminal, breaks a line or turns it around instead of being seen. */
const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** `text` with everything that is not printable as an escape. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
