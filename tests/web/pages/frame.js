// A frame that joins the runtime that it is given.
import { join } from '/glasswal/index.js';

globalThis.onmessage = async ({ data: { runtime } }) => {
  globalThis.client = await join(runtime, { name: 'framed' });
  parent.postMessage('joined');
};
