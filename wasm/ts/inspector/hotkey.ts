/** Hotkeys as people write them: 'Ctrl+Shift+G', 'Alt+I', 'F9'. */
import { MisuseError } from '../given/errors.js';

/** What tells whether an event is that key. Throws for what is no hotkey. On a Mac, Ctrl is also Cmd. */
export function parseHotkey(text: string): (event: KeyboardEvent) => boolean {
  const parts = text.split('+').map((part) => part.trim().toLowerCase());
  const key = parts.pop();
  const modifiers = new Set(parts);
  const unknown = parts.find((part) => !['ctrl', 'shift', 'alt', 'meta'].includes(part));
  if (key === undefined || key === '' || unknown !== undefined) {
    throw new MisuseError('MISUSE', `The hotkey is ${JSON.stringify(text)}, but must be like 'Ctrl+Shift+G', with Ctrl, Shift, Alt, Meta and one key.`);
  }
  const apple = /Mac|iPhone|iPad/.test(navigator.platform);
  return (event) => {
    const control = event.ctrlKey || (apple && event.metaKey);
    const meta = event.metaKey && !(apple && modifiers.has('ctrl'));
    return event.key.toLowerCase() === key && control === modifiers.has('ctrl') && event.shiftKey === modifiers.has('shift')
      && event.altKey === modifiers.has('alt') && meta === modifiers.has('meta');
  };
}
