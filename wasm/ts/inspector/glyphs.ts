/** Draws the inspector's glyphs with the page's own font: they fit the page, and are crisp at every pixel ratio. */

const font = '400 %px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif';

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

  #use(pixels: number): void {
    const wanted = font.replace('%', (pixels * sizeOfLine).toFixed(2));
    if (wanted === this.#font) return;
    this.#font = wanted;
    this.#context.font = wanted;
  }

  /** How far the font reaches above and below its baseline. */
  measureFont(pixels: number): { ascent: number; descent: number } {
    this.#use(pixels);
    const { fontBoundingBoxAscent: ascent, fontBoundingBoxDescent: descent } = this.#context.measureText('Hg');
    return { ascent: Math.round(ascent), descent: Math.round(descent) };
  }

  /** Measures a glyph, to be drawn next. */
  measure(pixels: number, codePoint: number): GlyphMetrics {
    this.#use(pixels);
    this.#text = String.fromCodePoint(codePoint);
    const box = this.#context.measureText(this.#text);
    const left = Math.floor(-box.actualBoundingBoxLeft) - 1;
    const top = -Math.ceil(box.actualBoundingBoxAscent) - 1;
    const width = Math.ceil(box.actualBoundingBoxRight) + 1 - left;
    const height = Math.ceil(box.actualBoundingBoxDescent) + 1 - top;
    // Pixels are whole, and so are the steps between letters: text keeps its sharpness wherever it begins.
    // Digits are of one width in every font, so that numbers stay where they are while they change.
    const advance = Math.round(/\d/.test(this.#text) ? this.#context.measureText('0').width : box.width);
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
