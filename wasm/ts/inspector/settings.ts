/** What an inspector finds again at the next visit: the layout of its windows, its theme, where it was, how high it is. */

/** The theme that the user chose, or 'auto' for that of the system. */
export type InspectorTheme = 'auto' | 'dark' | 'light';

interface Settings {
  layout?: string;
  link?: string;
  theme?: 'dark' | 'light';
  height?: number;
}

const key = 'glasswal-inspector';

type Wanted = { readonly [Name in keyof Settings]-?: (value: unknown) => boolean };

const isText = (value: unknown): boolean => typeof value === 'string';

/** What each of them must be to be taken. */
const wanted: Wanted = {
  layout: isText,
  link: isText,
  theme: (value) => value === 'dark' || value === 'light',
  height: (value) => Number.isFinite(value) && (value as number) > 0,
};

/** Storage may be forbidden, full, or hold what somebody else wrote: what will not do is not remembered. */
export function readSettings(): Settings {
  try {
    const found = JSON.parse(localStorage.getItem(key) ?? '{}') as Record<string, unknown>;
    const good = Object.entries(wanted).filter(([name, isGood]) => isGood(found[name]));
    return Object.fromEntries(good.map(([name]) => [name, found[name]]));
  } catch {
    return {};
  }
}

export function changeSettings(change: Settings): void {
  try {
    localStorage.setItem(key, JSON.stringify({ ...readSettings(), ...change }));
  } catch {
    // It is not remembered.
  }
}

/** Whether to begin with the light theme. */
export function beginsLight(theme: InspectorTheme): boolean {
  const wanted = theme === 'auto' ? readSettings().theme : theme;
  return wanted === undefined ? matchMedia('(prefers-color-scheme: light)').matches : wanted === 'light';
}

/** The deep link in the page's address, `#panel=locks&select=client:3`, if there is one. */
export function linkInAddress(): string | undefined {
  return /^#(?:.*&)?panel=/.test(location.hash) ? location.hash : undefined;
}
