/**
 * Text between JavaScript and the shared memory.
 *
 * TextDecoder and TextEncoder refuse views of shared memory, so long texts go through private bytes; short ones are
 * faster by hand than by any call.
 */

/** Up to this length a loop beats the encoder, or the decoder, and its copy. */
const SHORT_UNITS = 48;
const SHORT_BYTES = 48;

const encoder = new TextEncoder();
// A byte order mark is part of the text: SQLite keeps it, and positions in a batch count it.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
let scratch = new Uint8Array(4096);

function scratchOf(size: number): Uint8Array {
  if (scratch.length < size) scratch = new Uint8Array(Math.max(size, scratch.length * 2));
  return scratch;
}

/** The text of `bytes[start, end)`, which may be shared. What is no UTF-8 becomes U+FFFD. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  const size = end - start;
  // A huge text must not leave a huge scratch behind.
  if (size > 1 << 20) return decoder.decode(bytes.slice(start, end));
  const copy = scratchOf(size);
  copy.set(bytes.subarray(start, end));
  return decoder.decode(copy.subarray(0, size));
}

/** The same of bytes that are known to be ASCII. */
export function decodeAscii(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > SHORT_BYTES) return decodeUtf8(bytes, start, end);
  let text = '';
  let at = start;
  // Eight at a time cost little more than one: what counts is how often the text grows.
  for (; at + 8 <= end; at += 8) {
    text += String.fromCharCode(
      bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!,
      bytes[at + 4]!, bytes[at + 5]!, bytes[at + 6]!, bytes[at + 7]!,
    );
  }
  for (; at < end; at++) text += String.fromCharCode(bytes[at]!);
  return text;
}

/** The text at `address` up to its zero byte. */
export function decodeCString(bytes: Uint8Array, address: number): string {
  let end = address;
  while (bytes[end] !== 0) end++;
  return decodeUtf8(bytes, address, end);
}

/** UTF-8 in bytes of its own. A lone surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/**
 * Writes `text` as UTF-8 to `bytes` from `at` on, where 3 bytes for each unit are free, and returns the end.
 * A lone surrogate becomes U+FFFD.
 */
export function writeUtf8(text: string, bytes: Uint8Array, at: number): number {
  const units = text.length;
  if (units > SHORT_UNITS) return writeLong(text, bytes, at);
  for (let i = 0; i < units; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) return writeLong(text, bytes, at);
    bytes[at + i] = unit;
  }
  return at + units;
}

function writeLong(text: string, bytes: Uint8Array, at: number): number {
  const copy = scratchOf(text.length * 3);
  const { written } = encoder.encodeInto(text, copy);
  bytes.set(copy.subarray(0, written), at);
  return at + written;
}

/** How many UTF-16 units the first `size` bytes of `text` in UTF-8 are. */
export function unitsOfUtf8Bytes(text: string, size: number): number {
  let bytes = 0;
  let units = 0;
  for (const character of text) {
    if (bytes >= size) break;
    const point = character.codePointAt(0)!;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    units += character.length;
  }
  return units;
}
