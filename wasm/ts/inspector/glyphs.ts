/** Draws the inspector's glyphs with the page's own fonts: they fit the page, and are crisp at every pixel ratio. */

const families = [
  '400 %px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif',
  '600 %px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif',
  '400 %px ui-monospace, "SF Mono", "Cascadia Mono", "Noto Sans Mono", "DejaVu Sans Mono", monospace',
];

/** What the font size is to the height of a line, so that ascenders and descenders find room in it. */
const sizeOfLine = 0.86;

/** The bitmap of one glyph, relative to the pen on the baseline. */
export interface GlyphMetrics {
  readonly advance: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export class Glyphs {
  readonly #context: CanvasRenderingContext2D;
  #font = '';
  #text = '';
  #metrics: GlyphMetrics = { advance: 0, left: 0, top: 0, width: 0, height: 0 };

  constructor(document: Document) {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 128;
    this.#context = canvas.getContext('2d', { willReadFrequently: true })!;
    this.#context.fillStyle = '#fff';
  }

  #use(font: number, pixels: number): void {
    const wanted = (families[font] ?? families[0]!).replace('%', (pixels * sizeOfLine).toFixed(2));
    if (wanted === this.#font) return;
    this.#font = wanted;
    this.#context.font = wanted;
  }

  /** How far a font reaches above and below its baseline. */
  measureFont(font: number, pixels: number): { ascent: number; descent: number } {
    this.#use(font, pixels);
    const { fontBoundingBoxAscent: ascent, fontBoundingBoxDescent: descent } = this.#context.measureText('Hg');
    return { ascent: Math.round(ascent), descent: Math.round(descent) };
  }

  /** Measures a glyph, to be drawn next. */
  measure(font: number, pixels: number, codePoint: number): GlyphMetrics {
    this.#use(font, pixels);
    this.#text = String.fromCodePoint(codePoint);
    const box = this.#context.measureText(this.#text);
    const left = Math.floor(-box.actualBoundingBoxLeft) - 1;
    const top = -Math.ceil(box.actualBoundingBoxAscent) - 1;
    const width = Math.ceil(box.actualBoundingBoxRight) + 1 - left;
    const height = Math.ceil(box.actualBoundingBoxDescent) + 1 - top;
    // Pixels are whole, and so are the steps between letters: text keeps its sharpness wherever it begins.
    const advance = Math.round(box.width);
    const empty = this.#text.trim() === '' || width <= 2 || height <= 2;
    this.#metrics = { advance, left, top, width: empty ? 1 : Math.min(width, 126), height: empty ? 1 : Math.min(height, 126) };
    return this.#metrics;
  }

  /** Writes the coverage of the glyph measured last, rows `stride` apart. */
  draw(to: Uint8Array, at: number, width: number, height: number, stride: number): void {
    const context = this.#context;
    context.clearRect(0, 0, width, height);
    context.fillText(this.#text, -this.#metrics.left, -this.#metrics.top);
    const { data } = context.getImageData(0, 0, width, height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) to[at + y * stride + x] = data[(y * width + x) * 4 + 3]!;
    }
  }
}
