/**
 * Text between JavaScript and the shared memory.
 *
 * TextDecoder and TextEncoder refuse views of shared memory, so long texts go through private bytes; short ones are
 * faster by hand than by any call.
 */

/** Up to these lengths a loop beats the encoder, or the decoder, and its copy. */
const SHORT_UNITS = 48;
const SHORT_ASCII_BYTES = 48;
const SHORT_UTF8_BYTES = 32;

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
  if (end - start > SHORT_ASCII_BYTES) return decodeUtf8(bytes, start, end);
  let text = '';
  let at = start;
  // Sixteen at a time cost little more than one: what counts is how often the text grows.
  for (; at + 16 <= end; at += 16) {
    text += String.fromCharCode(
      bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!,
      bytes[at + 4]!, bytes[at + 5]!, bytes[at + 6]!, bytes[at + 7]!,
      bytes[at + 8]!, bytes[at + 9]!, bytes[at + 10]!, bytes[at + 11]!,
      bytes[at + 12]!, bytes[at + 13]!, bytes[at + 14]!, bytes[at + 15]!,
    );
  }
  if (at + 8 <= end) {
    text += String.fromCharCode(
      bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!,
      bytes[at + 4]!, bytes[at + 5]!, bytes[at + 6]!, bytes[at + 7]!,
    );
    at += 8;
  }
  return text + fewAscii(bytes, at, end - at);
}

/** The same of `size` bytes, 7 at most. */
function fewAscii(bytes: Uint8Array, at: number, size: number): string {
  if (size >= 4) {
    const [a, b, c, d] = [bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!];
    if (size === 4) return String.fromCharCode(a, b, c, d);
    if (size === 5) return String.fromCharCode(a, b, c, d, bytes[at + 4]!);
    if (size === 6) return String.fromCharCode(a, b, c, d, bytes[at + 4]!, bytes[at + 5]!);
    return String.fromCharCode(a, b, c, d, bytes[at + 4]!, bytes[at + 5]!, bytes[at + 6]!);
  }
  if (size === 0) return '';
  if (size === 1) return String.fromCharCode(bytes[at]!);
  if (size === 2) return String.fromCharCode(bytes[at]!, bytes[at + 1]!);
  return String.fromCharCode(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!);
}

/** The same of bytes that are known to be UTF-8. */
export function decodeSoundUtf8(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > SHORT_UTF8_BYTES) return decodeUtf8(bytes, start, end);
  let text = '';
  let at = start;
  while (at < end) {
    const first = bytes[at]!;
    // The bytes behind the first one of a character have six bits each.
    const bits = (index: number): number => bytes[at + index]! & 0x3f;
    if (at + 4 <= end && (first | bytes[at + 1]! | bytes[at + 2]! | bytes[at + 3]!) < 0x80) {
      text += String.fromCharCode(first, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!);
      at += 4;
    } else if (first < 0x80) {
      text += String.fromCharCode(first);
      at += 1;
    } else if (first < 0xe0) {
      text += String.fromCharCode(((first & 0x1f) << 6) | bits(1));
      at += 2;
    } else if (first < 0xf0) {
      text += String.fromCharCode(((first & 0x0f) << 12) | (bits(1) << 6) | bits(2));
      at += 3;
    } else {
      text += String.fromCodePoint(((first & 0x07) << 18) | (bits(1) << 12) | (bits(2) << 6) | bits(3));
      at += 4;
    }
  }
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
