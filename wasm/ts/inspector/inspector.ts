/** An inspector that is attached to a runtime, wherever it is shown and whether it is shown at the moment or not. */
import type { Bytes } from '../given/bytes.js';
import { type InspectorCaptureOptions, wantsContents } from '../given/capture_options.js';
import { GlasswalError, MisuseError } from '../given/errors.js';
import { textOf } from '../given/given_options.js';
import type { InspectorCost } from '../generated/inspector.js';
import type { RuntimeParts } from '../life/membership.js';
import { bytesOf } from '../engine/slots.js';
import { kindOf } from '../given/kinds.js';
import { type InspectorOptions, requireParts, requireTarget } from './given.js';
import { parseHotkey } from './hotkey.js';
import { type InspectorTarget, openPlace, type Place } from './place.js';
import { beginsLight, changeSettings, linkInAddress, readSettings } from './settings.js';
import { View } from './view.js';

/** Made by attachInspector() or openInspector(): what the page can do with its inspector. */
export class Inspector implements Disposable {
  #runtime: RuntimeParts | undefined;
  readonly #options: InspectorOptions;
  readonly #ending = new AbortController();
  #place: Place | undefined;
  #view: Promise<View> | undefined;
  #closed = false;

  /** @internal See attachInspector(). */
  constructor(runtime: RuntimeParts | undefined, options: InspectorOptions) {
    this.#runtime = runtime;
    this.#options = options;
    const hotkey = options.hotkey === null ? undefined : parseHotkey(options.hotkey ?? 'Ctrl+Shift+G');
    const { signal } = this.#ending;
    if (hotkey !== undefined) {
      window.addEventListener('keydown', (event) => {
        if (!hotkey(event)) return;
        event.preventDefault();
        this.toggle();
      }, { signal, capture: true });
    }
    if (options.address === true) window.addEventListener('hashchange', this.#followAddress, { signal });
    if (options.open ?? (options.target ?? 'overlay') !== 'overlay') this.#open(options.target ?? 'overlay');
  }

  /**
   * Resolves when it is drawn for the first time, or, in a page that is hidden or a place without room, when it could be; rejects
   * where it cannot be, with the reason.
   */
  get ready(): Promise<void> {
    return this.#view?.then((view) => view.drawn) ?? Promise.resolve();
  }

  /** Whether it is to be seen. */
  get shown(): boolean {
    return !this.#closed && (this.#place?.shown ?? false);
  }

  /** Shows it; it is made the first time. */
  show(): void {
    this.#check();
    if (this.#place === undefined) this.#open(this.#options.target ?? 'overlay');
    else this.#showPlace(true);
    void this.#view?.then((view) => view.focus(), () => undefined);
  }

  /** Hides it. It stays where it was, and draws nothing. */
  hide(): void {
    this.#showPlace(false);
  }

  #showPlace(shown: boolean): void {
    this.#place?.show(shown);
    this.#options.onShow?.(shown);
  }

  /** Shows it if it is hidden, and hides it if it is shown; what the hotkey does. */
  toggle(): void {
    if (this.shown) this.hide();
    else this.show();
  }

  /** Shows it elsewhere from now on. A pop-out window needs a click, or another press of the user's, to be opened in. */
  moveTo(target: InspectorTarget): void {
    this.#check();
    requireTarget(target);
    this.#shut();
    this.#open(target);
  }

  /** The region as a file: metadata, events and black boxes, and the databases' contents only if asked for. Nobody is stopped. */
  async capture(options?: InspectorCaptureOptions | null): Promise<Bytes> {
    const contents = wantsContents(options);
    return (await this.#opened()).capture(contents);
  }

  /** Shows another runtime from now on. */
  async attach(runtime: RuntimeParts): Promise<void> {
    requireParts(runtime, 'attach()');
    this.#runtime = runtime;
    (await this.#opened()).attach(runtime);
  }

  /** Shows a capture instead. */
  async openCapture(bytes: Uint8Array, title = 'capture'): Promise<void> {
    const given = bytesOf(bytes);
    if (given === undefined) throw new MisuseError('MISUSE', `openCapture() takes the bytes of a capture, and got ${kindOf(bytes)}.`);
    (await this.#opened()).openCapture(given, textOf(title, 'The title'));
  }

  /** Goes to a panel, or to a deep link. */
  async go(panel: string): Promise<void> {
    const link = linkOf(textOf(panel, 'The panel'));
    (await this.#opened()).openLink(link);
  }

  /** Light or dark from now on; remembered for the next time. */
  async setTheme(theme: 'dark' | 'light'): Promise<void> {
    (await this.#opened()).light = theme === 'light';
    changeSettings({ theme });
  }

  /** What it costs: frames drawn, bytes copied, milliseconds of script of each of the last frames. */
  async cost(): Promise<InspectorCost & {
    /** Milliseconds of script of each of the last frames. */
    readonly scriptMs: readonly number[];
  }> {
    return (await this.#opened()).cost();
  }

  #check(): void {
    if (this.#closed) throw new GlasswalError('CLOSED', 'This inspector is closed: attach another one.');
  }

  async #opened(): Promise<View> {
    this.#check();
    if (this.#view === undefined) this.#open(this.#options.target ?? 'overlay');
    return this.#view!;
  }

  #open(target: InspectorTarget): void {
    const settings = readSettings();
    const place = openPlace(target, { popOut: () => this.moveTo('popup'), hide: () => this.#hidden() });
    this.#place = place;
    this.#showPlace(true);
    const link = this.#options.panel === undefined ? (linkInAddress() ?? settings.link) : linkOf(this.#options.panel);
    this.#view = View.open(place.container, this.#runtime, {
      light: beginsLight(this.#options.theme ?? 'auto'),
      layout: settings.layout,
      link,
      changed: this.#remember,
    });
    // What went wrong is shown in its place, and told to whoever asks for `ready`.
    this.#view.catch(() => undefined);
  }

  /** A window that the user has closed is gone; everything else is only out of sight. */
  #hidden(): void {
    if (this.#place?.container.ownerDocument === document) this.hide();
    else this.#shut();
  }

  readonly #remember = (view: View): void => {
    const { link, layout, light } = view;
    changeSettings({ link, layout, theme: light ? 'light' : 'dark' });
    view.root.classList.toggle('light', light);
    if (this.#options.address === true && link !== '') history.replaceState(history.state, '', link);
  };

  readonly #followAddress = (): void => {
    const link = linkInAddress();
    if (link !== undefined) void this.#view?.then((view) => view.openLink(link), () => undefined);
  };

  #shut(): void {
    void this.#view?.then((view) => view.close(), () => undefined);
    this.#view = undefined;
    const place = this.#place;
    this.#place = undefined;
    place?.close();
  }

  /** Takes it away, with its hotkey. The runtime never knew of it. */
  close(): void {
    this.#closed = true;
    this.#ending.abort();
    this.#shut();
  }

  /** The same as close(): for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** `locks` means the panel of that name. */
function linkOf(panel: string): string {
  return panel.startsWith('#') ? panel : `#panel=${panel}`;
}
