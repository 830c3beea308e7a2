/** The canvas, its WebGL2 context, and when to draw on it: after input, after a change in the region, and not else. */
import { GlasswalError } from '../given/errors.js';
import type { Calls } from './calls.js';

/** How often a timer looks whether there is anything new; what it finds is drawn as often as the inspector itself thinks fit. */
const lookEveryMs = 80;

/** What the surface tells of its size, in points and in pixels. */
interface Size {
  readonly width: number;
  readonly height: number;
  readonly pixelWidth: number;
  readonly pixelHeight: number;
}

/** The size in pixels of the screen, exactly where the engine knows it. */
function sizeOf(entry: ResizeObserverEntry, ratio: number): Size {
  const { width, height } = entry.contentRect;
  const box = entry.devicePixelContentBoxSize?.[0];
  // A pixel ratio that is only emulated is not in the box.
  const exact = box !== undefined && Math.abs(box.inlineSize - width * ratio) < 2 ? box : undefined;
  return {
    width,
    height,
    pixelWidth: exact?.inlineSize ?? Math.round(width * ratio),
    pixelHeight: exact?.blockSize ?? Math.round(height * ratio),
  };
}

/**
 * The renderer asks for all of the state before each frame so as to put it back afterwards, and each question may wait for the
 * graphics process. Nobody else draws in this context, so what was answered once stays true. What forgets the answers.
 */
function rememberState(context: WebGL2RenderingContext): () => void {
  const parameters = new Map<number, unknown>();
  const enabled = new Map<number, boolean>();
  const getParameter = context.getParameter.bind(context);
  const isEnabled = context.isEnabled.bind(context);
  context.getParameter = (name: number): unknown => {
    if (!parameters.has(name)) parameters.set(name, getParameter(name));
    return parameters.get(name);
  };
  context.isEnabled = (name: number): boolean => {
    if (!enabled.has(name)) enabled.set(name, isEnabled(name));
    return enabled.get(name)!;
  };
  return () => {
    parameters.clear();
    enabled.clear();
  };
}

export class Surface {
  readonly canvas: HTMLCanvasElement;
  readonly #calls: Calls;
  readonly #window: Window & typeof globalThis;
  readonly #observer: ResizeObserver;
  readonly #timer: ReturnType<typeof setInterval>;
  #size: Size = { width: 0, height: 0, pixelWidth: 0, pixelHeight: 0 };
  #ratio = 0;
  #asked = 0;
  #lost = false;
  readonly #forgetState: () => void;
  #wasDrawn!: () => void;
  /** Settled by the first frame, or as soon as it is plain that nobody could see one. */
  readonly drawn = new Promise<void>((resolve) => {
    this.#wasDrawn = resolve;
  });
  /** Milliseconds of script that each of the last frames took. */
  readonly frameMs: number[] = [];

  /** Throws if there is no WebGL2. */
  constructor(canvas: HTMLCanvasElement, calls: Calls, light: boolean) {
    this.canvas = canvas;
    this.#calls = calls;
    this.#window = canvas.ownerDocument.defaultView as Window & typeof globalThis;
    const context = canvas.getContext('webgl2', { alpha: false, antialias: false, depth: false, stencil: false, powerPreference: 'low-power' });
    if (context === null) {
      throw new GlasswalError(
        'ENVIRONMENT',
        'This browser has no WebGL2 here, which the inspector draws with: allow hardware acceleration in its settings. A headless Firefox ' +
          'has none: give it a display.',
      );
    }
    this.#forgetState = rememberState(context);
    calls.useContext(context);
    calls.module._inspector_create(light ? 1 : 0, /Mac|iPhone|iPad/.test(navigator.platform) ? 1 : 0);
    canvas.addEventListener('webglcontextlost', this.#onLost);
    canvas.addEventListener('webglcontextrestored', this.#onRestored);
    this.#observer = new this.#window.ResizeObserver(([entry]) => this.#onResize(entry!));
    this.#observe();
    this.#timer = setInterval(this.#look, lookEveryMs);
  }

  /** What the canvas fills. */
  get #room(): HTMLElement {
    return this.canvas.parentElement!;
  }

  #observe(): void {
    try {
      this.#observer.observe(this.#room, { box: 'device-pixel-content-box' });
    } catch {
      this.#observer.observe(this.#room);
    }
  }

  #onResize(entry: ResizeObserverEntry): void {
    this.#ratio = this.#window.devicePixelRatio;
    this.#size = sizeOf(entry, this.#ratio);
    const { width, height, pixelWidth, pixelHeight } = this.#size;
    if (width === 0 || height === 0) return;
    this.canvas.width = pixelWidth;
    this.canvas.height = pixelHeight;
    this.#align();
    // In points that are whole pixels: half a pixel more would blur all of them.
    this.#calls.module._inspector_resize(pixelWidth / this.#ratio, pixelHeight / this.#ratio, this.#ratio);
    // A canvas that got another size is empty: draw before anybody sees that.
    this.#draw();
  }

  /** Puts the canvas's pixels onto those of the screen, also where the page's layout lies between two of them. */
  #align(): void {
    const { style } = this.canvas;
    style.translate = 'none';
    const { left, top } = this.canvas.getBoundingClientRect();
    const fraction = (place: number): number => (Math.round(place * this.#ratio) - place * this.#ratio) / this.#ratio;
    style.translate = `${fraction(left)}px ${fraction(top)}px`;
    style.width = `${this.#size.pixelWidth / this.#ratio}px`;
    style.height = `${this.#size.pixelHeight / this.#ratio}px`;
  }

  readonly #onLost = (event: Event): void => {
    event.preventDefault();
    this.#lost = true;
    this.#calls.module._inspector_lose_context();
  };

  readonly #onRestored = (): void => {
    this.#lost = false;
    this.#forgetState();
    this.#calls.module._inspector_restore_context();
    this.request();
  };

  readonly #look = (): void => {
    // Moving to another screen changes the ratio without changing the size.
    if (this.#window.devicePixelRatio !== this.#ratio && this.#ratio !== 0) {
      this.#observer.unobserve(this.#room);
      this.#observe();
    }
    if (this.visible && this.#calls.module._inspector_needs_frame(performance.now()) !== 0) this.request();
    if (!this.#awaited) this.#wasDrawn();
  };

  /** Whether the browser is going to ask for a frame: it may not have told the size yet. */
  get #awaited(): boolean {
    const { clientWidth, clientHeight, ownerDocument } = this.#room;
    return !this.#lost && clientWidth > 0 && clientHeight > 0 && ownerDocument.visibilityState === 'visible';
  }

  /** Whether anybody could see a frame. */
  get visible(): boolean {
    return !this.#lost && this.#size.pixelWidth > 0 && this.#size.pixelHeight > 0 && this.canvas.isConnected
      && this.canvas.ownerDocument.visibilityState === 'visible';
  }

  /** Draws before the next picture of the page. */
  readonly request = (): void => {
    if (this.#asked !== 0) return;
    this.#asked = this.#window.requestAnimationFrame(() => {
      this.#asked = 0;
      this.#draw();
    });
  };

  #draw(): void {
    if (!this.visible) return;
    const began = performance.now();
    this.#calls.module._inspector_frame(began, this.#size.pixelWidth, this.#size.pixelHeight);
    this.frameMs.push(performance.now() - began);
    if (this.frameMs.length > 120) this.frameMs.shift();
    this.#wasDrawn();
    // A click is seen by one frame and acted upon by the next.
    if (this.#calls.module._inspector_needs_frame(performance.now()) !== 0) this.request();
  }

  close(): void {
    this.#wasDrawn();
    clearInterval(this.#timer);
    this.#window.cancelAnimationFrame(this.#asked);
    this.#observer.disconnect();
    this.canvas.removeEventListener('webglcontextlost', this.#onLost);
    this.canvas.removeEventListener('webglcontextrestored', this.#onRestored);
    this.canvas.getContext('webgl2')?.getExtension('WEBGL_lose_context')?.loseContext();
  }
}
