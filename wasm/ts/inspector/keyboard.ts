/**
 * Keys, text, IME and paste on the inspector.
 *
 * A canvas receives no text. A text area that nobody sees has the focus in its stead: the browser, its IME and a phone's
 * keyboard write into it, and what they wrote goes on to Dear ImGui.
 */
import { modifiers } from '../generated/inspector.js';
import type { Calls } from './calls.js';

function modifiersOf(event: KeyboardEvent): number {
  const { shift, control, alt, meta } = modifiers;
  return (event.shiftKey ? shift : 0) | (event.ctrlKey ? control : 0) | (event.altKey ? alt : 0) | (event.metaKey ? meta : 0);
}

/** Letters go by what is printed on the key, all others by where they are. */
function codeOf(event: KeyboardEvent): string {
  return /^[a-z]$/i.test(event.key) ? `Key${event.key.toUpperCase()}` : event.code;
}

export class Keyboard {
  readonly #root: HTMLElement;
  readonly #text: HTMLTextAreaElement;
  readonly #calls: Calls;
  readonly #asked: () => void;
  readonly #ending = new AbortController();
  readonly #down = new Set<string>();
  #composing = false;

  constructor(root: HTMLElement, calls: Calls, asked: () => void) {
    this.#root = root;
    this.#calls = calls;
    this.#asked = asked;
    this.#text = this.#newTextArea();
    root.append(this.#text);
    const { signal } = this.#ending;
    root.addEventListener('keydown', this.#onKey, { signal });
    root.addEventListener('keyup', this.#onKey, { signal });
    // Pressing anywhere in the inspector gives it the keyboard; the elements of the mirror are not for the mouse.
    root.addEventListener('mousedown', (event) => {
      event.preventDefault();
      this.focus();
    }, { signal });
    root.addEventListener('focusin', () => this.#focused(1), { signal });
    root.addEventListener('focusout', () => this.#focused(0), { signal });
    this.#text.addEventListener('input', this.#onInput, { signal });
    this.#text.addEventListener('compositionstart', () => (this.#composing = true), { signal });
    this.#text.addEventListener('compositionend', this.#onComposed, { signal });
    this.#text.addEventListener('paste', this.#onPaste, { signal });
  }

  #newTextArea(): HTMLTextAreaElement {
    const area = this.#root.ownerDocument.createElement('textarea');
    area.className = 'keyboard';
    area.setAttribute('aria-label', 'Keyboard of the inspector');
    area.autocapitalize = 'off';
    area.spellcheck = false;
    area.inputMode = 'none';
    for (const name of ['autocomplete', 'autocorrect']) area.setAttribute(name, 'off');
    return area;
  }

  #focused(focused: number): void {
    this.#calls.module._inspector_focus(focused);
    if (focused === 0) this.#down.clear();
    this.#asked();
  }

  focus(): void {
    this.#text.focus({ preventScroll: true });
  }

  /** Whether the inspector has the keyboard, and no element of the mirror does. */
  get hasFocus(): boolean {
    return this.#text.ownerDocument.activeElement === this.#text;
  }

  /** After a frame: whether a text is being entered, and where. */
  place(wantsText: boolean, x: number, y: number, lineHeight: number): void {
    // On a phone this is what opens the keyboard on the screen.
    this.#text.inputMode = wantsText ? 'text' : 'none';
    this.#text.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
    this.#text.style.height = `${Math.max(1, Math.round(lineHeight))}px`;
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.isComposing || this.#composing || event.key === 'Process') return;
    // In an element of the mirror, Enter, Space, Tab and text are the browser's: they work the element.
    const target = event.target as HTMLElement;
    const mirrored = target !== this.#text && target !== this.#root;
    if (mirrored && (['Enter', ' ', 'Tab'].includes(event.key) || (target instanceof this.#view.HTMLInputElement && event.key !== 'Escape'))) return;
    const code = codeOf(event);
    const down = event.type === 'keydown';
    const command = event.ctrlKey || event.metaKey;
    if (down && command && code === 'KeyV') return;
    if (!down && !this.#down.delete(code) && !mirrored) return;
    if (down) this.#down.add(code);
    this.#calls.key(code, down, modifiersOf(event));
    this.#asked();
    // Letters must still arrive as text, and the browser keeps the shortcuts that the inspector has no use for.
    const ours = !command || ['KeyA', 'KeyC', 'KeyX', 'KeyZ', 'KeyY', 'KeyK', 'KeyF', 'KeyS', 'KeyO', 'KeyB', 'KeyP'].includes(code);
    if (down && ours && (command || event.key.length > 1) && !/^F([1-9]|1[0-2])$/.test(event.key)) event.preventDefault();
  };

  get #view(): Window & typeof globalThis {
    return this.#root.ownerDocument.defaultView as Window & typeof globalThis;
  }

  #take(): void {
    const text = this.#text.value;
    this.#text.value = '';
    if (text !== '') this.#calls.text(text);
    this.#asked();
  }

  readonly #onInput = (event: Event): void => {
    if (!this.#composing && !(event as InputEvent).isComposing) this.#take();
  };

  readonly #onComposed = (): void => {
    this.#composing = false;
    this.#take();
  };

  readonly #onPaste = (event: ClipboardEvent): void => {
    event.preventDefault();
    this.#calls.paste(event.clipboardData?.getData('text/plain') ?? '');
    this.#asked();
  };

  close(): void {
    this.#ending.abort();
    this.#text.remove();
  }
}
