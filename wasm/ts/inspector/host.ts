/** What the inspector's module asks of the page (the table of inspector/platform/html5/host.h), as its instance knows it. */
import type { Glyphs } from './glyphs.js';
import type { InspectorModule, ModuleHost } from './exports.js';
import type { RegionReader } from './region.js';

/** The pointer's shape, whether a text is being entered and where, and whose the keys are. */
export interface FrameState {
  readonly cursor: number;
  readonly wantsText: boolean;
  readonly textX: number;
  readonly textY: number;
  readonly textLineHeight: number;
  readonly wantsKeyboard: boolean;
}

/** What the page does when the module asks. */
export interface HostCalls {
  setClipboard(text: string): void;
  chooseFile(): void;
  saveFile(name: string, bytes: Uint8Array): void;
  frameDone(state: FrameState): void;
  mirror(module: InspectorModule, items: number, count: number): void;
  stateChanged(): void;
}

const decoder = new TextDecoder();

/** The UTF-8 at `pointer` in the module's own memory. */
export function readText(module: InspectorModule, pointer: number, size: number): string {
  return decoder.decode(module.HEAPU8.subarray(pointer >>> 0, (pointer >>> 0) + size));
}

export class Host implements ModuleHost {
  /** Set as soon as there is an instance; nothing is asked before. */
  module!: InspectorModule;
  /** The instance's own memory. */
  memory!: WebAssembly.Memory;
  /** The region that is attached; a capture needs none. */
  region: RegionReader | undefined;
  readonly #calls: HostCalls;
  readonly #newGlyphs: () => Glyphs;
  #drawing: Glyphs | undefined;

  constructor(calls: HostCalls, newGlyphs: () => Glyphs) {
    this.#calls = calls;
    this.#newGlyphs = newGlyphs;
  }

  get #glyphs(): Glyphs {
    return (this.#drawing ??= this.#newGlyphs());
  }

  copy(offset: number, size: number, to: number): number {
    return this.region?.copy(offset, size, to) === true ? 1 : 0;
  }

  regionBytes(): number {
    return this.region?.size() ?? 0;
  }

  nowMs(): number {
    return performance.timeOrigin + performance.now();
  }

  setClipboard(text: number, size: number): void {
    this.#calls.setClipboard(readText(this.module, text, size));
  }

  chooseFile(): void {
    this.#calls.chooseFile();
  }

  saveFile(name: number, nameSize: number, bytes: number, size: number): void {
    const at = bytes >>> 0;
    this.#calls.saveFile(readText(this.module, name, nameSize), this.module.HEAPU8.slice(at, at + size));
  }

  frameDone(cursor: number, wantsText: number, textX: number, textY: number, textLineHeight: number, wantsKeyboard: number): void {
    this.#calls.frameDone({ cursor, wantsText: wantsText !== 0, textX, textY, textLineHeight, wantsKeyboard: wantsKeyboard !== 0 });
  }

  mirror(items: number, count: number): void {
    this.#calls.mirror(this.module, items, count);
  }

  stateChanged(): void {
    this.#calls.stateChanged();
  }

  measureFont(pixels: number, ascent: number, descent: number): void {
    const metrics = this.#glyphs.measureFont(pixels);
    const floats = new Float32Array(this.module.HEAPU8.buffer);
    floats[ascent >>> 2] = metrics.ascent;
    floats[descent >>> 2] = metrics.descent;
  }

  measureGlyph(pixels: number, codePoint: number, to: number): void {
    const { advance, left, top, width, height } = this.#glyphs.measure(pixels, codePoint);
    new Float32Array(this.module.HEAPU8.buffer, to, 5).set([advance, left, top, width, height]);
  }

  drawGlyph(to: number, width: number, height: number, stride: number): void {
    this.#glyphs.draw(this.module.HEAPU8, to, width, height, stride);
  }
}
