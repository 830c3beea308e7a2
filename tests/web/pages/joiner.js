// A worker that joins the runtime that it is given, and says what comes of it.
import { join } from '/glasswal/index.js';

globalThis.onmessageerror = () => postMessage({ code: 'messageerror' });
globalThis.onmessage = async ({ data: { runtime } }) => {
  try {
    await join(runtime);
    postMessage({ code: 'joined' });
  } catch ({ code, message }) {
    postMessage({ code, message });
  }
};
