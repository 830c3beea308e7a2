/** Mouse, pen, touch and wheel on the inspector, as Dear ImGui wants them: in points from its top left corner. */
import type { InspectorModule } from './exports.js';

/** A finger that moves farther than this, in points, scrolls. */
const slopPoints = 8;
/** A finger that rests this long first drags, as a mouse with its button down would. */
const holdMs = 300;
/** What one notch of a wheel, and one line of it, are in pixels. */
const notchPixels = 100;
const linePixels = 33;

/** DOM counts the middle button before the right one. */
const buttons = [0, 2, 1, 3, 4];

/** What a finger on the screen has turned out to mean. */
type Gesture = { kind: 'press' | 'scroll' | 'drag'; x: number; y: number; startedMs: number };

export class Pointer {
  readonly #root: HTMLElement;
  readonly #module: InspectorModule;
  readonly #asked: () => void;
  readonly #ending = new AbortController();
  #gesture: Gesture | undefined;

  /** `asked` is called after each event. */
  constructor(root: HTMLElement, module: InspectorModule, asked: () => void) {
    this.#root = root;
    this.#module = module;
    this.#asked = asked;
    const { signal } = this.#ending;
    root.addEventListener('pointermove', this.#move, { signal });
    root.addEventListener('pointerdown', this.#down, { signal });
    root.addEventListener('pointerup', this.#up, { signal });
    root.addEventListener('pointercancel', this.#cancel, { signal });
    root.addEventListener('pointerleave', this.#leave, { signal });
    root.addEventListener('wheel', this.#wheel, { signal, passive: false });
    root.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });
  }

  #place(event: MouseEvent, touch = false): { x: number; y: number } {
    const box = this.#root.getBoundingClientRect();
    const place = { x: event.clientX - box.left, y: event.clientY - box.top };
    this.#module._inspector_pointer(place.x, place.y, touch ? 1 : 0);
    return place;
  }

  #press(button: number, down: boolean): void {
    this.#module._inspector_button(button, down ? 1 : 0);
    this.#asked();
  }

  readonly #down = (event: PointerEvent): void => {
    // The button stays the inspector's wherever the pointer goes until it is let go.
    this.#root.setPointerCapture(event.pointerId);
    const touch = event.pointerType === 'touch';
    const place = this.#place(event, touch);
    if (touch) this.#gesture = { kind: 'press', ...place, startedMs: event.timeStamp };
    else this.#press(buttons[event.button] ?? 0, true);
    this.#asked();
  };

  readonly #move = (event: PointerEvent): void => {
    if (event.pointerType === 'touch') this.#swipe(event);
    else this.#place(event);
    this.#asked();
  };

  /** A finger scrolls what lies under it, unless it rested before: then it drags. */
  #swipe(event: PointerEvent): void {
    const gesture = this.#gesture;
    if (gesture === undefined) return;
    const box = this.#root.getBoundingClientRect();
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    if (gesture.kind === 'press' && Math.hypot(x - gesture.x, y - gesture.y) > slopPoints) {
      gesture.kind = event.timeStamp - gesture.startedMs > holdMs ? 'drag' : 'scroll';
      if (gesture.kind === 'drag') this.#press(0, true);
    }
    if (gesture.kind === 'drag') this.#place(event, true);
    if (gesture.kind !== 'scroll') return;
    this.#module._inspector_wheel((x - gesture.x) / notchPixels, (y - gesture.y) / notchPixels);
    gesture.x = x;
    gesture.y = y;
  }

  readonly #up = (event: PointerEvent): void => {
    if (event.pointerType !== 'touch') {
      this.#place(event);
      this.#press(buttons[event.button] ?? 0, false);
      return;
    }
    const gesture = this.#gesture;
    this.#gesture = undefined;
    if (gesture === undefined || gesture.kind === 'scroll') return this.#leave(event);
    if (gesture.kind === 'press') this.#press(0, true);
    this.#press(0, false);
  };

  readonly #cancel = (event: PointerEvent): void => {
    if (this.#gesture?.kind === 'drag') this.#press(0, false);
    this.#gesture = undefined;
    this.#leave(event);
  };

  readonly #leave = (event: PointerEvent): void => {
    if (this.#root.hasPointerCapture(event.pointerId) && event.type === 'pointerleave') return;
    this.#module._inspector_pointer_left();
    this.#asked();
  };

  readonly #wheel = (event: WheelEvent): void => {
    // Ctrl and the wheel is the page's zoom.
    if (event.ctrlKey) return;
    event.preventDefault();
    this.#place(event);
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : event.deltaMode === WheelEvent.DOM_DELTA_LINE ? linePixels : notchPixels;
    this.#module._inspector_wheel((-event.deltaX * pixels) / notchPixels, (-event.deltaY * pixels) / notchPixels);
    this.#asked();
  };

  close(): void {
    this.#ending.abort();
  }
}
