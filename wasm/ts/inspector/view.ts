/** One open inspector: a canvas in some element of some document, with all that belongs to it. */
import type { Bytes } from '../given/bytes.js';
import type { RuntimeParts } from '../life/membership.js';
import { cursors } from '../generated/inspector.js';
import { Calls } from './calls.js';
import { copyText } from './clipboard.js';
import { Files } from './files.js';
import { Glyphs } from './glyphs.js';
import { type FrameState, Host } from './host.js';
import { Keyboard } from './keyboard.js';
import { Mirror } from './mirror.js';
import { Pointer } from './pointer.js';
import { RegionReader } from './region.js';
import { addStyle } from './style.js';
import { Surface } from './surface.js';

export interface ViewOptions {
  readonly light: boolean;
  /** What was remembered of the windows' layout. */
  readonly layout: string | undefined;
  /** Where to begin. */
  readonly link: string | undefined;
  /** The link, the layout or the theme changed. */
  readonly changed: (view: View) => void;
}

export class View {
  readonly root: HTMLElement;
  readonly #options: ViewOptions;
  readonly #message: HTMLElement;
  readonly #host: Host;
  readonly #mirror: Mirror;
  #calls!: Calls;
  #surface!: Surface;
  #files!: Files;
  #keyboard!: Keyboard;
  #pointer!: Pointer;
  #closed = false;

  private constructor(container: HTMLElement, options: ViewOptions) {
    const document = container.ownerDocument;
    addStyle(container);
    this.#options = options;
    this.root = document.createElement('div');
    this.root.className = options.light ? 'glasswal-inspector light' : 'glasswal-inspector';
    this.root.setAttribute('role', 'region');
    this.root.setAttribute('aria-label', 'glasswal inspector');
    this.root.setAttribute('aria-busy', 'true');
    this.#message = document.createElement('div');
    this.#message.className = 'message';
    this.#message.setAttribute('role', 'alert');
    const mirror = document.createElement('div');
    mirror.className = 'mirror';
    this.root.append(mirror, this.#message);
    container.append(this.root);
    const request = (): void => this.#surface.request();
    this.#mirror = new Mirror(mirror, () => this.#calls, request);
    this.#host = new Host(
      {
        setClipboard: (text) => copyText(this.root, text),
        chooseFile: () => this.#files.choose(),
        saveFile: (name, bytes) => this.#files.save(name, bytes),
        frameDone: this.#frameDone,
        mirror: (module, items, count) => this.#mirror.update(module, items, count),
        stateChanged: () => options.changed(this),
      },
      () => new Glyphs(document),
    );
  }

  /** Opens an inspector in `container`. Rejects, and says so in the container, where it cannot be. */
  static async open(container: HTMLElement, runtime: RuntimeParts | undefined, options: ViewOptions): Promise<View> {
    const view = new View(container, options);
    try {
      await view.#start(runtime);
    } catch (error) {
      view.#message.textContent = error instanceof Error ? error.message : String(error);
      throw error;
    }
    return view;
  }

  async #start(runtime: RuntimeParts | undefined): Promise<void> {
    this.#calls = await Calls.create(this.#host);
    const canvas = this.root.ownerDocument.createElement('canvas');
    canvas.setAttribute('aria-hidden', 'true');
    this.root.prepend(canvas);
    this.#surface = new Surface(canvas, this.#calls, this.#options.light);
    const { request } = this.#surface;
    this.#files = new Files(this.root, (bytes, name) => this.openCapture(bytes, name));
    this.#keyboard = new Keyboard(this.root, this.#calls, request);
    this.#pointer = new Pointer(this.root, this.#calls.module, request);
    if (this.#options.layout !== undefined) {
      this.#calls.layout = this.#options.layout;
      this.#calls.light = this.#options.light;
    }
    if (runtime !== undefined) this.attach(runtime);
    if (this.#options.link !== undefined) this.#calls.link = this.#options.link;
    this.root.removeAttribute('aria-busy');
  }

  /** Shows another runtime from now on. */
  attach(runtime: RuntimeParts): void {
    this.#host.region = new RegionReader(runtime.memory, this.#host.memory);
    this.#calls.attach(runtime.path);
    this.#surface.request();
  }

  /** Shows a capture, or what is wrong with it. */
  openCapture(bytes: Uint8Array, title: string): void {
    this.#calls.openCapture(bytes, title);
    this.#surface.request();
  }

  /** Goes to `#panel=locks&select=client:3`. */
  openLink(link: string): void {
    this.#calls.link = link;
    this.#surface.request();
  }

  /** What is attached as the bytes of a capture. */
  capture(withContents: boolean): Bytes {
    return this.#calls.capture(withContents);
  }

  get link(): string {
    return this.#calls.link;
  }
  get layout(): string {
    return this.#calls.layout;
  }
  get light(): boolean {
    return this.#calls.light;
  }
  set light(light: boolean) {
    this.#calls.light = light;
    this.root.classList.toggle('light', light);
    this.#surface.request();
  }

  /** What the inspector itself costs. */
  cost(): ReturnType<Calls['cost']> & { readonly scriptMs: readonly number[] } {
    return { ...this.#calls.cost(), scriptMs: [...this.#surface.frameMs] };
  }

  /** Resolves when it is drawn for the first time, or when nobody could see that. */
  get drawn(): Promise<void> {
    return this.#surface.drawn;
  }

  focus(): void {
    this.#keyboard.focus();
  }

  readonly #frameDone = (state: FrameState): void => {
    this.root.style.cursor = cursors[state.cursor] ?? 'none';
    this.#keyboard.place(state.wantsText, state.textX, state.textY, state.textLineHeight);
  };

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#pointer?.close();
    this.#keyboard?.close();
    this.#files?.close();
    this.#surface?.close();
    this.#mirror.close();
    this.root.remove();
  }
}
