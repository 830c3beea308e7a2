// The few things that the demo asks of the document again and again.

/** The element of the page with that id, which is there because index.html says so. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`index.html has no #${id}`);
  return element as T;
}

/** A new element with properties and children. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K, properties: Partial<HTMLElementTagNameMap[K]> = {}, children: (Node | string)[] = [],
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** A whole number with separators. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Bytes in the unit that suits them: [number, unit]. */
export function bytes(value: number): [string, string] {
  if (value >= 2 ** 30) return [(value / 2 ** 30).toFixed(2), 'GiB'];
  if (value >= 2 ** 20) return [(value / 2 ** 20).toFixed(1), 'MiB'];
  return [(value / 1024).toFixed(0), 'KiB'];
}
