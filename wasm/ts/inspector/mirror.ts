/**
 * What the canvas shows, once more as real elements that nobody sees: a screen reader, and getByRole() of a test, find the
 * same buttons, tabs, fields and cells, in the same places.
 *
 * A mouse that presses such an element presses what is drawn under it, as the event goes on to the canvas's own listeners.
 * A press without a mouse (Enter, or a screen reader) is handed to the inspector by the item's id.
 */
import { itemState, mirroredItem, type Role, roles } from '../generated/inspector.js';
import type { Calls } from './calls.js';
import { readText } from './host.js';
import type { InspectorModule } from './exports.js';

/** The elements that carry a role. */
const tags: Readonly<Record<Role, string>> = {
  button: 'button',
  tab: 'button',
  checkbox: 'button',
  textbox: 'input',
  slider: 'div',
  option: 'button',
  table: 'div',
  row: 'div',
  columnheader: 'div',
  cell: 'div',
  img: 'div',
  heading: 'div',
  status: 'div',
  dialog: 'div',
};

interface Item {
  readonly id: number;
  readonly parent: number;
  readonly role: Role | undefined;
  readonly state: number;
  readonly name: string;
  readonly value: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Stands for name and value. */
  readonly texts: number;
}

/** One item's element, and what it last was told to be and where. */
interface Shown {
  readonly element: HTMLElement;
  item: Item;
  box: string;
}

function readItem(module: InspectorModule, words: Uint32Array, floats: Float32Array, at: number, known: Item | undefined): Item {
  const word = (field: number): number => words[at + field]!;
  const float = (field: number): number => floats[at + field]!;
  const texts = word(mirroredItem.texts);
  const same = known?.texts === texts;
  return {
    id: word(mirroredItem.id),
    parent: word(mirroredItem.parent),
    role: roles[word(mirroredItem.role)],
    state: word(mirroredItem.state),
    x: float(mirroredItem.x),
    y: float(mirroredItem.y),
    width: float(mirroredItem.width),
    height: float(mirroredItem.height),
    name: same ? known.name : readText(module, word(mirroredItem.name), word(mirroredItem.nameBytes)),
    value: same ? known.value : readText(module, word(mirroredItem.value), word(mirroredItem.valueBytes)),
    texts,
  };
}

export class Mirror {
  readonly root: HTMLElement;
  readonly #calls: () => Calls;
  readonly #asked: () => void;
  #shown = new Map<number, Shown>();

  constructor(root: HTMLElement, calls: () => Calls, asked: () => void) {
    this.root = root;
    this.#calls = calls;
    this.#asked = asked;
    root.addEventListener('click', this.#onClick);
    root.addEventListener('input', this.#onInput);
  }

  #itemOf(event: Event): Shown | undefined {
    const id = Number((event.target as HTMLElement).dataset['id']);
    return this.#shown.get(id);
  }

  readonly #onClick = (event: MouseEvent): void => {
    // A mouse has done its work by pressing what is drawn there.
    if (event.detail !== 0) return;
    const shown = this.#itemOf(event);
    if (shown === undefined) return;
    this.#calls().activate(shown.item.id);
    this.#asked();
  };

  readonly #onInput = (event: Event): void => {
    const shown = this.#itemOf(event);
    if (shown === undefined) return;
    event.stopPropagation();
    this.#calls().setText(shown.item.id, (event.target as HTMLInputElement).value);
    this.#asked();
  };

  /** Makes the elements what the items at `pointer` are. */
  update(module: InspectorModule, pointer: number, count: number): void {
    const words = new Uint32Array(module.HEAPU8.buffer, pointer, count * mirroredItem.words);
    const floats = new Float32Array(module.HEAPU8.buffer, pointer, count * mirroredItem.words);
    const before = this.#shown;
    this.#shown = new Map();
    const places = new Map<HTMLElement, number>();
    for (let i = 0; i < count; i++) {
      const id = words[i * mirroredItem.words + mirroredItem.id]!;
      if (this.#shown.has(id)) continue;
      const old = before.get(id);
      const item = readItem(module, words, floats, i * mirroredItem.words, old?.item);
      const same = old !== undefined && old.item.role === item.role;
      const shown = same ? old : { element: this.#newElement(item), item, box: '' };
      if (same) before.delete(id);
      this.#shown.set(item.id, shown);
      this.#put(shown, item, places, !same);
    }
    for (const { element } of before.values()) element.remove();
  }

  #newElement(item: Item): HTMLElement {
    const { role } = item;
    const element = this.root.ownerDocument.createElement(role === undefined ? 'div' : tags[role]);
    if (element instanceof (this.root.ownerDocument.defaultView as Window & typeof globalThis).HTMLInputElement) {
      element.type = 'text';
      if (/filter|search|find/i.test(item.name)) element.type = 'search';
      element.autocomplete = 'off';
    } else {
      element.setAttribute('role', role ?? 'group');
    }
    if (role === 'heading') element.setAttribute('aria-level', '2');
    element.dataset['id'] = String(item.id);
    return element;
  }

  /** Puts the element where the item is, in the tree and on the screen, and gives it the item's state. */
  #put(shown: Shown, item: Item, places: Map<HTMLElement, number>, fresh: boolean): void {
    const { element } = shown;
    const parent = this.#shown.get(item.parent);
    const home = parent?.element ?? this.root;
    const place = places.get(home) ?? 0;
    places.set(home, place + 1);
    if (home.children[place] !== element) home.insertBefore(element, home.children[place] ?? null);
    const old = shown.item;
    shown.item = item;
    const [x, y] = [item.x - (parent?.item.x ?? 0), item.y - (parent?.item.y ?? 0)];
    const box = `left:${x}px;top:${y}px;width:${item.width}px;height:${item.height}px`;
    if (shown.box !== box) element.style.cssText = shown.box = box;
    if (fresh || old.name !== item.name) this.#name(element, item);
    if (fresh || old.value !== item.value) this.#value(element, item);
    if (fresh || old.state !== item.state) this.#state(element, item, fresh ? 0 : old.state);
  }

  #name(element: HTMLElement, item: Item): void {
    element.setAttribute('aria-label', item.name);
    // Text that changes is read out; text that has elements of its own in it is theirs to say.
    if (element.childElementCount === 0 && ['cell', 'columnheader', 'heading', 'status'].includes(element.getAttribute('role') ?? '')) {
      element.textContent = item.name;
    }
  }

  #value(element: HTMLElement, item: Item): void {
    if (item.role === 'textbox') {
      const input = element as HTMLInputElement;
      if (input.value !== item.value && input.ownerDocument.activeElement !== input) input.value = item.value;
    } else if (item.role === 'slider') {
      element.setAttribute('aria-valuetext', item.value);
    }
  }

  #state(element: HTMLElement, item: Item, before: number): void {
    const { role } = item;
    const selected = (item.state & itemState.selected) !== 0;
    if (role === 'checkbox') element.setAttribute('aria-checked', String(selected));
    else if (role === 'tab' || role === 'option' || role === 'row') element.setAttribute('aria-selected', String(selected));
    else if (role === 'button' && ((item.state | before) & itemState.selected) !== 0) element.setAttribute('aria-pressed', String(selected));
    if (((item.state | before) & itemState.expanded) !== 0) element.setAttribute('aria-expanded', String((item.state & itemState.expanded) !== 0));
    if ((item.state & itemState.disabled) !== 0) element.setAttribute('aria-disabled', 'true');
    else element.removeAttribute('aria-disabled');
    const focused = (item.state & itemState.focused) !== 0;
    const active = this.root.ownerDocument.activeElement;
    // The keyboard moved on: whoever follows it in the mirror is taken along.
    if (focused && active !== element && this.root.contains(active)) element.focus({ preventScroll: true });
  }

  close(): void {
    this.root.removeEventListener('click', this.#onClick);
    this.root.removeEventListener('input', this.#onInput);
    this.root.remove();
  }
}
