/** What a page gives the inspector, and the check of it: what will not do is refused by name, before anything is changed. */
import { GlasswalError, MisuseError } from '../given/errors.js';
import { packageVersion } from '../generated/facts.js';
import { booleanOption, functionOption, optionsOf, shown, textOf } from '../given/given_options.js';
import type { RuntimeParts } from '../life/membership.js';
import type { InspectorTarget } from './place.js';
import type { InspectorTheme } from './settings.js';

/** Where an inspector is, what it looks like, and where it begins. */
export interface InspectorOptions {
  /** Where it is shown. An overlay (the default) waits for the hotkey unless `open` is set. */
  readonly target?: InspectorTarget;
  /** What shows and hides it: 'Ctrl+Shift+G' if not given, null for none. */
  readonly hotkey?: string | null;
  /** Dark or light; 'auto', the default, asks the browser. */
  readonly theme?: InspectorTheme;
  /** The panel to begin with: 'overview', 'locks', ... or a whole deep link, '#panel=locks&select=client:3'. */
  readonly panel?: string;
  /** Whether it is shown at once; so is everything but an overlay. */
  readonly open?: boolean;
  /** Called whenever it was shown or hidden, by whomever. */
  readonly onShow?: (shown: boolean) => void;
  /** Whether the page's address follows where the user is; for a page that is the inspector's alone. */
  readonly address?: boolean;
}

const names = ['target', 'hotkey', 'theme', 'panel', 'open', 'onShow', 'address'];
const targets: readonly unknown[] = ['overlay', 'iframe', 'popup'];
const themes: readonly unknown[] = ['dark', 'light', 'auto'];

/** Throws for what is not a runtime of this version. */
export function requireParts(runtime: RuntimeParts, method: string): void {
  const parts: Partial<RuntimeParts> | null | undefined = runtime;
  if (!(parts?.memory instanceof WebAssembly.Memory)) {
    throw new MisuseError('MISUSE', `${method} needs the runtime that createRuntime() returned, or that arrived in a message with its memory.`);
  }
  if (parts.version !== packageVersion) {
    throw new GlasswalError(
      'VERSION',
      `The runtime was created by glasswal ${String(parts.version)}, and this is the inspector of glasswal ${packageVersion}: load the same version.`,
    );
  }
}

/** Throws for what is no place to show an inspector in. */
export function requireTarget(target: InspectorTarget): void {
  // An element of a frame is one of another realm.
  if (targets.includes(target) || (target as Partial<Node> | null | undefined)?.nodeType === 1) return;
  throw new MisuseError('OPTION', `The option target is ${shown(target)}: give 'overlay', 'iframe', 'popup' or an element.`);
}

/** The options that `method` was given. */
export function inspectorOptions(options: InspectorOptions | null | undefined, method: string): InspectorOptions {
  const given: InspectorOptions = { ...optionsOf(options, method, names) };
  if (given.target !== undefined) requireTarget(given.target);
  if (given.hotkey !== undefined && given.hotkey !== null) textOf(given.hotkey, 'The option hotkey');
  if (given.panel !== undefined) textOf(given.panel, 'The option panel');
  if (given.theme !== undefined && !themes.includes(given.theme)) {
    throw new MisuseError('OPTION', `The option theme is ${shown(given.theme)}: give 'dark', 'light' or 'auto'.`);
  }
  for (const name of ['open', 'address'] as const) {
    if (given[name] !== undefined) booleanOption({ [name]: given[name] }, name);
  }
  functionOption(given as Readonly<Record<string, unknown>>, 'onShow');
  return given;
}
