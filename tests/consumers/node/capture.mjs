// A capture without the inspector having been imported.
import { createRuntime } from 'glasswal';

const runtime = await createRuntime('/app.sqlite');
console.log(new TextDecoder().decode((await runtime.capture()).subarray(0, 8)));
runtime.close();
