/** Where an inspector is: over the page, in a frame of it, in a window of its own, or in an element that the page has for it. */
import { GlasswalError } from '../given/errors.js';
import { changeSettings, readSettings } from './settings.js';
import { addStyle } from './style.js';

/** A frame and a window share the page's memory: they are of its origin, and its script draws in them. */
export type InspectorTarget = 'overlay' | 'iframe' | 'popup' | HTMLElement;

export interface Place {
  /** What the inspector is put into. */
  readonly container: HTMLElement;
  show(shown: boolean): void;
  readonly shown: boolean;
  close(): void;
}

/** What the bar of the overlay does. */
export interface PlaceActions {
  /** The user wants it in a window of its own. */
  readonly popOut: () => void;
  /** The user wants it gone, or has closed its window. */
  readonly hide: () => void;
}

const smallest = 160;

function fill(document: Document): HTMLElement {
  document.title = 'glasswal inspector';
  document.documentElement.style.height = '100%';
  document.body.style.cssText = 'margin: 0; height: 100%; background: #16191d';
  return document.body;
}

/** The height that the overlay can have in this window, for one that was wanted. */
function fitting(height: number): number {
  return Math.round(Math.max(smallest, Math.min(height, innerHeight - 20)));
}

/** Dragging the bar, or the arrow keys on it, makes the overlay higher or lower. */
function makeResizable(panel: HTMLElement, bar: HTMLElement): void {
  const resize = (height: number): void => {
    const fit = fitting(height);
    panel.style.height = `${fit}px`;
    changeSettings({ height: fit });
  };
  bar.addEventListener('pointerdown', (event) => {
    if (event.target !== bar) return;
    bar.setPointerCapture(event.pointerId);
    const begin = panel.offsetHeight + event.clientY;
    const move = (moved: PointerEvent): void => resize(begin - moved.clientY);
    bar.addEventListener('pointermove', move);
    bar.addEventListener('lostpointercapture', () => bar.removeEventListener('pointermove', move), { once: true });
  });
  bar.addEventListener('keydown', (event) => {
    const step = event.target === bar ? { ArrowUp: 24, ArrowDown: -24 }[event.key] : undefined;
    if (step !== undefined) resize(panel.offsetHeight + step);
  });
}

function button(document: Document, label: string, press: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = label;
  made.addEventListener('click', press);
  return made;
}

function overlay(actions: PlaceActions): Place {
  addStyle(document.body);
  const panel = document.createElement('section');
  panel.className = 'glasswal-overlay';
  panel.setAttribute('aria-label', 'glasswal inspector overlay');
  const bar = document.createElement('div');
  bar.className = 'bar';
  bar.tabIndex = 0;
  bar.setAttribute('role', 'separator');
  bar.setAttribute('aria-orientation', 'horizontal');
  bar.setAttribute('aria-label', 'Height of the inspector');
  const title = document.createElement('span');
  title.textContent = 'glasswal inspector';
  bar.append(title, button(document, 'Pop out', actions.popOut), button(document, 'Hide', actions.hide));
  const { height } = readSettings();
  if (height !== undefined) panel.style.height = `${fitting(height)}px`;
  panel.append(bar);
  document.body.append(panel);
  makeResizable(panel, bar);
  return {
    container: panel,
    show: (shown) => (panel.hidden = !shown),
    get shown() {
      return !panel.hidden;
    },
    close: () => panel.remove(),
  };
}

function frame(): Place {
  const made = document.createElement('iframe');
  made.title = 'glasswal inspector';
  made.className = 'glasswal-frame';
  made.style.cssText = 'position: fixed; inset: auto 0 0 0; width: 100%; height: min(58vh, 640px); border: 0; z-index: 2147483000';
  document.body.append(made);
  return {
    container: fill(made.contentDocument!),
    show: (shown) => (made.hidden = !shown),
    get shown() {
      return !made.hidden;
    },
    close: () => made.remove(),
  };
}

function popup(actions: PlaceActions): Place {
  // A name could be that of a window or a frame of the page, which would be taken for it.
  const opened = window.open('', '_blank', 'popup,width=1180,height=760');
  if (opened === null) {
    throw new GlasswalError(
      'ENVIRONMENT',
      'The browser did not open a window for the inspector: call this from a click, or allow pop-ups; a frame with `sandbox` needs `allow-popups`.',
    );
  }
  const closeWithPage = (): void => opened.close();
  window.addEventListener('pagehide', closeWithPage);
  opened.addEventListener('pagehide', actions.hide);
  const container = fill(opened.document);
  return {
    container,
    show: (shown) => (shown ? opened.focus() : undefined),
    get shown() {
      return !opened.closed;
    },
    close: () => {
      window.removeEventListener('pagehide', closeWithPage);
      opened.removeEventListener('pagehide', actions.hide);
      opened.close();
    },
  };
}

function element(container: HTMLElement): Place {
  return {
    container,
    show: (shown) => (container.hidden = !shown),
    get shown() {
      return !container.hidden;
    },
    close: () => {},
  };
}

export function openPlace(target: InspectorTarget, actions: PlaceActions): Place {
  if (target === 'overlay') return overlay(actions);
  if (target === 'iframe') return frame();
  if (target === 'popup') return popup(actions);
  return element(target);
}
