/**
 * The slots of clients, and the proof of who is dead.
 *
 * In a browser a client holds a Web Lock that is named after the runtime and its slot, from before the slot goes live
 * until after it is free again; the browser drops the lock when the worker or page is really gone, and with nothing
 * else. Whoever is granted it has the proof. In Node it is the exit of the thread: see threads.ts.
 */
import { holderOf, ownerOf, passSlot, setHolder, slotState } from '../memory/client_slots.js';
import type { Views } from '../memory/views.js';
import { isNode } from '../port/environment.js';
import { GlasswalError } from '../given/errors.js';
import { ownSlotWord, threadEnded } from '../port/node.js';
import { maxClients } from '../generated/facts.js';

/** A slot that is ours. */
export interface HeldSlot {
  readonly slot: number;
  /** The generation that its client is going to have. */
  readonly generation: number;
  /** Gives the slot up, after the client has left it. */
  release(): void;
  /**
   * Calls `tell` if somebody takes the lock away (`steal: true`): then this client counts as dead, and its memory is given to
   * others, although its thread lives.
   */
  whenStolen(tell: () => void): void;
}

/** The name of the Web Lock of a slot. */
export function lockName(runtimeId: string, slot: number): string {
  return `glasswal:${runtimeId}:client:${slot}`;
}

/**
 * The name of the Web Lock that a client has besides, for as long as its thread lives: when somebody has stolen the lock of its
 * slot, this one still says that it is not dead. Nothing is recovered, or not recovered, by it.
 */
export function witnessName(runtimeId: string, slot: number, generation: number): string {
  return `glasswal:${runtimeId}:witness:${slot}:${generation}`;
}

/** The name of one of the Web Locks of whoever looks after the dead; they are numbered from 1, see heir.ts. */
export function heirLockName(runtimeId: string, number: number | ''): string {
  return `glasswal:${runtimeId}:heir:${number}`;
}

/** The number of the last heir lock that anybody has, in whatever mode, and of the last one that an heir has. 0: none. */
export async function heirLocks(runtimeId: string): Promise<{ last: number; heir: number }> {
  const { held = [] } = await navigator.locks.query();
  const prefix = heirLockName(runtimeId, '');
  const found = { last: 0, heir: 0 };
  for (const { name = '', mode } of held) {
    const number = Number(name.slice(prefix.length));
    // Any tab of the origin can have a lock of any name.
    if (!Number.isSafeInteger(number) || name !== prefix + String(number)) continue;
    found.last = Math.max(found.last, number);
    if (mode === 'exclusive') found.heir = Math.max(found.heir, number);
  }
  return found;
}

/** The name of the Web Lock that the janitor of the heir `number` has while it watches. */
export function janitorLockName(runtimeId: string, number: number): string {
  return `glasswal:${runtimeId}:janitor:${number}`;
}

/** Whether the heir `number` has a janitor that watches. */
export async function hasJanitor(runtimeId: string, number: number): Promise<boolean> {
  return isHeld(janitorLockName(runtimeId, number));
}

async function isHeld(lock: string): Promise<boolean> {
  const { held = [] } = await navigator.locks.query();
  return held.some(({ name }) => name === lock);
}

/** The name of the channel on which the clients of a runtime tell its janitor that they have come. */
export function channelName(runtimeId: string): string {
  return `glasswal:${runtimeId}`;
}

/** A Web Lock that is ours. */
interface TakenLock {
  readonly release: () => void;
  /** Calls `tell` if it is stolen, or was already. */
  whenStolen(tell: () => void): void;
}

const nothing = (): void => undefined;

/** Asks for a lock without waiting; undefined when somebody has it. */
async function tryWebLock(name: string): Promise<TakenLock | undefined> {
  return new Promise((resolve, reject) => {
    let isTaken = false;
    let isStolen = false;
    let tellStolen = nothing;
    const whenStolen = (tell: () => void): void => {
      tellStolen = tell;
      if (isStolen) tell();
    };
    navigator.locks
      .request(name, { ifAvailable: true }, (lock) => {
        if (lock === null) return resolve(undefined);
        return new Promise<void>((release) => {
          isTaken = true;
          resolve({ release: () => release(), whenStolen });
        });
      })
      .catch((error: unknown) => {
        if (!isTaken) return reject(error instanceof Error ? error : new Error(String(error)));
        isStolen = true;
        tellStolen();
      });
  });
}

/** The slot's lock and the witness of who is in it. */
interface ClientLocks extends TakenLock {
  readonly generation: number;
}

/** The generation that the next client of a slot is going to have. */
function nextGeneration(views: Views, slot: number): number {
  return (slotState(views, slot).generation + 1) >>> 0;
}

/** Takes the lock of a slot and asks, with it, for that of the witness; undefined when somebody has the slot. */
async function tryClientLocks(runtimeId: string, slot: number, generationOf: () => number): Promise<ClientLocks | undefined> {
  const lock = await tryWebLock(lockName(runtimeId, slot));
  if (lock === undefined) return undefined;
  const generation = generationOf();
  // Nobody waits for the witness: it is granted without this thread, and nobody decides anything by it, so one that cannot be had, because
  // somebody has the name by stealing, keeps nobody out.
  const witness = tryWebLock(witnessName(runtimeId, slot, generation));
  witness.catch(nothing);
  let isStolen = false;
  lock.whenStolen(() => (isStolen = true));
  return {
    generation,
    release: () => {
      // The witness of one that was robbed stays for as long as its thread does.
      if (!isStolen) void witness.then((taken) => taken?.release(), nothing);
      lock.release();
    },
    whenStolen: (tell) =>
      lock.whenStolen(() => {
        isStolen = true;
        tell();
      }),
  };
}

/** Whether a client that was recovered from lives: then its Web Lock was stolen. In Node there is nothing to steal. */
export async function wasRobbed(runtimeId: string, slot: number, generation: number): Promise<boolean> {
  return !isNode && isHeld(witnessName(runtimeId, slot, generation));
}

/** Whether there is proof that nobody has `slot` any more who had it. */
export async function isSlotDead(views: Views, runtimeId: string, slot: number): Promise<boolean> {
  if (isNode) return holderOf(views, slot) === 0 || threadEnded(ownerOf(views, slot));
  const lock = await tryWebLock(lockName(runtimeId, slot));
  lock?.release();
  return lock !== undefined;
}

function noLock(generation: number): ClientLocks {
  return { generation, release: nothing, whenStolen: nothing };
}

function held(views: Views, slot: number, owner: bigint, lock: ClientLocks): HeldSlot {
  return {
    slot,
    generation: lock.generation,
    release: () => {
      // Not if somebody had the proof of our death meanwhile, and the slot is another's.
      passSlot(views, slot, owner, 0n);
      lock.release();
    },
    whenStolen: (tell) => lock.whenStolen(tell),
  };
}

/**
 * The slots that nobody has, free ones first: those of the dead need a recovery before they can be used. Each is looked at when it is its
 * turn, for who joins wants one.
 */
function* unheldSlots(views: Views): Generator<number> {
  for (const onlyFree of [true, false]) {
    for (let slot = 0; slot < maxClients; ++slot) {
      if (holderOf(views, slot) === 0 && (!onlyFree || slotState(views, slot).free)) yield slot;
    }
  }
}

/** One round over all slots. */
async function tryAllSlots(views: Views, runtimeId: string, ticket: number): Promise<HeldSlot | undefined> {
  for (const slot of unheldSlots(views)) {
    const generation = (): number => nextGeneration(views, slot);
    if (isNode) {
      if (passSlot(views, slot, 0n, ownSlotWord())) return held(views, slot, ownSlotWord(), noLock(generation()));
      continue;
    }
    const lock = await tryClientLocks(runtimeId, slot, generation);
    if (lock === undefined) continue;
    setHolder(views, slot, ticket);
    return held(views, slot, BigInt(ticket >>> 0), lock);
  }
  return undefined;
}

/** Resolves when any lock of the runtime has been given back since the call, or there was nothing to wait for. */
async function slotGivenBack(runtimeId: string): Promise<void> {
  if (isNode) return;
  const { held: locks = [] } = await navigator.locks.query();
  const giveUp = new AbortController();
  const waits = locks
    .filter(({ name = '' }) => name.startsWith(`glasswal:${runtimeId}:client:`))
    // The living have theirs exclusively. Where janitors are at a recovery, it is worth waiting until the last of them is done.
    .map(({ name = '', mode }) => {
      const options = { mode: mode === 'shared' ? 'exclusive' : 'shared', signal: giveUp.signal } as const;
      return navigator.locks.request(name, options, () => undefined);
    });
  const patience = new Promise<void>((resolve) => setTimeout(resolve, 250));
  await Promise.race([...waits, patience]).catch(() => undefined);
  giveUp.abort();
  await Promise.allSettled(waits);
}

/** Takes a slot that nobody has. Throws when all of them belong to the living. */
export async function holdSlot(views: Views, runtimeId: string, ticket: number): Promise<HeldSlot> {
  // A janitor has a dead client's lock for as long as the recovery takes: such a slot is about to come free.
  for (let round = 0; round < 4; ++round) {
    const slot = await tryAllSlots(views, runtimeId, ticket);
    if (slot !== undefined) return slot;
    await slotGivenBack(runtimeId);
  }
  throw new GlasswalError(
    'FULL',
    `All ${maxClients} client slots of the runtime belong to living workers. Let one leave (client.close()) or end it ` +
      '(terminate(), or runtime.evict()) before another joins.',
  );
}
