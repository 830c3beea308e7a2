/** Puts text on the clipboard, also where the page may not use the modern way of it. */

function copyByCommand(root: HTMLElement, text: string): void {
  const { ownerDocument: document } = root;
  const before = document.activeElement as HTMLElement | null;
  const area = document.createElement('textarea');
  area.value = text;
  area.style.cssText = 'position: fixed; opacity: 0';
  root.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
  before?.focus({ preventScroll: true });
}

/** The document that has the focus must be the one that copies. */
export function copyText(root: HTMLElement, text: string): void {
  const { clipboard } = (root.ownerDocument.defaultView as Window).navigator;
  if (clipboard === undefined) {
    copyByCommand(root, text);
    return;
  }
  clipboard.writeText(text).catch(() => copyByCommand(root, text));
}
