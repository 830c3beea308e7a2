// The inspector as a page: captures are dropped on it, and whoever frames it can hand it a live runtime.
//
//   frame.contentWindow.postMessage({ glasswal: 'inspect', runtime }, location.origin);
//
// It says { glasswal: 'inspector ready' } to the page around it, or to its opener, as soon as it listens.
import { openInspector } from '/glasswal/inspector/index.js';
import { isRuntime } from './message.js';

const inspector = openInspector({ target: document.getElementById('inspector')!, hotkey: null, address: true });

window.addEventListener('message', (event) => {
  // Only a page of the same origin can share its memory, and only such a page is listened to.
  if (event.origin !== location.origin || !isRuntime(event.data)) return;
  void inspector.attach(event.data.runtime);
});

const around: Window | null = window.parent === window ? (window.opener as Window | null) : window.parent;
around?.postMessage({ glasswal: 'inspector ready' }, location.origin);
