/**
 * How the inspector's elements lie in whatever document they are put into. They clip rather than hide what is too large, so that
 * nothing can scroll the mirror away from the canvas.
 */
const css = `
.glasswal-inspector { position: relative; overflow: clip; width: 100%; height: 100%; min-height: 120px;
  background: #16191d; contain: strict; touch-action: none; user-select: none; -webkit-user-select: none; }
.glasswal-inspector.light { background: #f7f7f5; }
.glasswal-inspector > canvas { position: absolute; inset: 0; width: 100%; height: 100%; display: block; outline: none; }
.glasswal-inspector > .keyboard { position: absolute; left: 0; top: 0; width: 1px; height: 1px; padding: 0; border: 0;
  margin: 0; opacity: 0; resize: none; overflow: hidden; pointer-events: none; font-size: 16px; }
.glasswal-inspector > .mirror { position: absolute; inset: 0; overflow: clip; }
.glasswal-inspector > .mirror * { position: absolute; box-sizing: border-box; margin: 0; padding: 0; border: 0; opacity: 0;
  overflow: clip; white-space: nowrap; font-size: 12px; cursor: inherit; appearance: none; }
.glasswal-inspector > .mirror :focus-visible { opacity: 1; color: transparent; background: none; outline: 2px solid #4cc2ba;
  outline-offset: -2px; }
.glasswal-inspector > .drop { position: absolute; inset: 12px; display: none; place-items: center; border-radius: 10px;
  border: 2px dashed #4cc2ba; background: #16191dcc; color: #e6e9ea; font: 500 16px system-ui, sans-serif; pointer-events: none; }
.glasswal-inspector.dropping > .drop { display: grid; }
.glasswal-inspector > .message { position: absolute; inset: 0; display: grid; place-items: center; padding: 2rem; color: #98a3aa;
  font: 15px/1.5 system-ui, sans-serif; text-align: center; white-space: pre-wrap; user-select: text; -webkit-user-select: text; }
.glasswal-inspector > .message:empty { display: none; }
.glasswal-overlay { position: fixed; z-index: 2147483000; inset: auto 0 0 0; height: min(58vh, 640px); max-height: calc(100vh - 20px); display: flex;
  flex-direction: column; box-shadow: 0 -8px 30px #0007; background: #16191d; }
.glasswal-overlay[hidden] { display: none; }
.glasswal-overlay > .bar { flex: none; display: flex; align-items: center; gap: 6px; padding: 2px 6px 2px 12px; cursor: ns-resize;
  background: #22272c; border-top: 1px solid #353d44; color: #98a3aa; font: 12px/1.6 system-ui, sans-serif; touch-action: none;
  user-select: none; -webkit-user-select: none; }
.glasswal-overlay > .bar > span { margin-right: auto; pointer-events: none; }
.glasswal-overlay > .bar > button { font: inherit; color: #e6e9ea; background: none; border: 1px solid #353d44; border-radius: 5px;
  padding: 0 8px; cursor: pointer; }
.glasswal-overlay > .bar :focus-visible, .glasswal-overlay > .bar:focus-visible { outline: 2px solid #4cc2ba; outline-offset: -2px; }
.glasswal-overlay > .bar > button:hover { border-color: #4cc2ba; }
.glasswal-overlay > .glasswal-inspector { flex: 1; height: auto; }
`;

// A sheet belongs to the document whose window made it.
const sheets = new WeakMap<Document, CSSStyleSheet>();

function newSheet(document: Document): CSSStyleSheet {
  const { CSSStyleSheet: Sheet } = document.defaultView as Window & typeof globalThis;
  const sheet = new Sheet();
  sheet.replaceSync(css);
  sheets.set(document, sheet);
  return sheet;
}

/**
 * Gives the style to what `element` is in, a document or a shadow root of one, once. A sheet that is adopted is no style in the sense
 * of a Content-Security-Policy, which forbids most pages a `<style>` of ours.
 */
export function addStyle(element: HTMLElement): void {
  const root = element.getRootNode();
  const { ownerDocument: document } = element;
  const place = 'adoptedStyleSheets' in root ? (root as ShadowRoot) : document;
  const sheet = sheets.get(document) ?? newSheet(document);
  if (!place.adoptedStyleSheets.includes(sheet)) place.adoptedStyleSheets = [...place.adoptedStyleSheets, sheet];
}
