// What the page around hands in.
import type { RuntimeParts } from '/glasswal/index.js';

export interface InspectMessage {
  readonly glasswal: 'inspect';
  readonly runtime: RuntimeParts;
}

/** Whether a message is a runtime with its memory. */
export function isRuntime(data: unknown): data is InspectMessage {
  const message = data as Partial<InspectMessage> | null;
  return typeof message === 'object' && message?.glasswal === 'inspect' && message.runtime?.memory instanceof WebAssembly.Memory;
}
