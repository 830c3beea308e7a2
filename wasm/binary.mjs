/** What the build's tools read and write of WebAssembly's binary format. */

/** An unsigned number. */
export function leb128(number) {
  const bytes = [];
  for (; number >= 128; number >>>= 7) bytes.push((number & 127) | 128);
  return Uint8Array.of(...bytes, number);
}

/** Goes through the bytes of a module, or of a part of it. */
export class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  number() {
    let value = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      value += (this.bytes[this.at] & 127) * 2 ** shift;
      more = this.bytes[this.at++] >= 128;
    }
    return value;
  }

  text() {
    const size = this.number();
    this.at += size;
    return new TextDecoder().decode(this.bytes.subarray(this.at - size, this.at));
  }
}

/** The sections of a module: {id, begin, end}, where `begin` is that of what is in it. */
export function* sections(bytes) {
  const reader = new Reader(bytes, 8);
  while (reader.at < bytes.length) {
    const id = bytes[reader.at++];
    const size = reader.number();
    yield { id, begin: reader.at, end: reader.at + size };
    reader.at += size;
  }
}

/** The bodies of a module's own functions: {begin, end}. */
export function functionBodies(bytes) {
  const code = [...sections(bytes)].find(({ id }) => id === 10);
  const reader = new Reader(bytes, code.begin);
  return Array.from({ length: reader.number() }, () => {
    const size = reader.number();
    reader.at += size;
    return { begin: reader.at - size, end: reader.at };
  });
}

/** `module` with a custom section more. */
export function withSection(module, name, content) {
  const title = new TextEncoder().encode(name);
  const parts = [leb128(title.length), title, content];
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([module, Uint8Array.of(0), leb128(size), ...parts]);
}
