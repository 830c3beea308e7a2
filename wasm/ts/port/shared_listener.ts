/**
 * Listening to what others have: workers, ports. All of ours that listen to the same event of the same thing share one listener,
 * for Node warns of things that have more than ten.
 *
 * Thread-safety: belongs to one thread.
 */

/** An event's value: the event itself, or where Node has emitters what they emit. */
type Tell = (value: never) => void;

/** A browser's way of telling events, and Node's. What is listened to has one of them. */
interface EventSource {
  addEventListener?: (event: string, listener: Tell) => void;
  removeEventListener?: (event: string, listener: Tell) => void;
  on?: (event: string, listener: Tell) => unknown;
  off?: (event: string, listener: Tell) => unknown;
}

interface Shared {
  readonly tells: Set<Tell>;
  readonly listener: Tell;
}

const sources = new WeakMap<object, Map<string, Shared>>();

/** Calls `tell` at each `event` of `source`; what ends it. */
export function listenTo<Value>(source: object, event: string, tell: (value: Value) => void): () => void {
  const events = sources.get(source) ?? new Map<string, Shared>();
  sources.set(source, events);
  // The same function may be given twice.
  const own: Tell = (value) => tell(value);
  const shared = events.get(event);
  if (shared !== undefined) shared.tells.add(own);
  else events.set(event, begin(source, event, own));
  return () => {
    const { tells, listener } = events.get(event) ?? {};
    if (tells?.delete(own) !== true || tells.size > 0) return;
    events.delete(event);
    const { removeEventListener, off } = source as EventSource;
    (removeEventListener ?? off)!.call(source, event, listener!);
  };
}

function begin(source: object, event: string, first: Tell): Shared {
  const tells = new Set([first]);
  const listener: Tell = (value) => [...tells].forEach((tell) => tell(value));
  const { addEventListener, on } = source as EventSource;
  (addEventListener ?? on)!.call(source, event, listener);
  return { tells, listener };
}
