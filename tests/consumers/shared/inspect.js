// A page with the inspector in it: one frame, and a capture. What came of it is `outcome`, a promise, for the test.
import { createRuntime } from 'glasswal';
import { attachInspector } from 'glasswal/inspector';

async function inspect() {
  const runtime = await createRuntime('/app.sqlite');
  const inspector = attachInspector(runtime, { target: document.body });
  const capture = await inspector.capture();
  inspector.close();
  runtime.close();
  return new TextDecoder().decode(capture.subarray(0, 8));
}

globalThis.outcome = inspect();
