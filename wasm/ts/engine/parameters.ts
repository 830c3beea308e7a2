/** How values are bound to the parameters of a statement. */
import type { Context } from './context.js';
import { EXECUTE_BIND, EXECUTE_FORGET, PARAMETER_BYTES } from '../generated/encoding.js';
import { valuesFor } from './given_values.js';
import { type Block, allocateBlock, free } from './scratch.js';
import { SlotWriter } from './slots.js';
import type { ParameterShape } from './values.js';

/** Encodes parameters into the scratch of the context. */
export class ParameterWriter extends SlotWriter {
  readonly #context: Context;
  #large: Block | undefined;

  constructor(context: Context) {
    super(context.engine, context.scratch.parameters);
    this.#context = context;
  }

  /** Where the last written parameters are. */
  get address(): number {
    return this.slots.address;
  }

  /**
   * Encodes `values` and returns the EXECUTE_* flags that binding them needs. What SQLite is to own is given to it
   * when the call is made; `discard` takes it back if there is no call.
   */
  write(shape: ParameterShape, values: readonly unknown[], sql: string): number {
    const { count } = shape;
    this.#begin(count);
    try {
      if (values.length !== count || shape.positional.length !== count || !this.#putAll(values, count)) {
        this.#putAny(shape, values, sql);
      }
    } catch (error) {
      this.discard();
      throw error;
    }
    return this.borrows ? EXECUTE_BIND | EXECUTE_FORGET : EXECUTE_BIND;
  }

  /** The call was made: what was allocated for it belongs to SQLite now. */
  handedOver(): void {
    if (this.owned.length !== 0) this.owned.length = 0;
    if (this.#large !== undefined) {
      free(this.#context.engine, this.#large.address);
      this.#large = undefined;
    }
  }

  /** The call will not be made. */
  discard(): void {
    this.freeOwned();
    this.handedOver();
  }

  #begin(count: number): void {
    const { scratch } = this.#context;
    if (this.owned.length !== 0) this.discard();
    if (this.slots !== scratch.parameters || count > scratch.parameterCount) this.#choose(count);
    this.dataAt = scratch.dataAt;
    this.borrows = false;
  }

  /** The scratch, which may be another one than before, or, for more slots than it has, a block. */
  #choose(count: number): void {
    const { scratch, engine } = this.#context;
    this.data = scratch.parameters;
    this.slots = this.data;
    if (count <= scratch.parameterCount) return;
    this.#large ??= allocateBlock(engine, count * PARAMETER_BYTES, `${count} parameters`);
    this.slots = this.#large;
  }

  /** The usual case: each value is that of one parameter. False if one of them is something else. */
  #putAll(values: readonly unknown[], count: number): boolean {
    for (let i = 0; i < count; i++) {
      if (!this.put(i, values[i])) return false;
    }
    return true;
  }

  /**
   * Arrays, named parameters, and everything that is wrong. Getters and iterators are user code, which may run statements:
   * all values are there before the first one is encoded.
   */
  #putAny(shape: ParameterShape, values: readonly unknown[], sql: string): void {
    const all = valuesFor(shape, values, sql);
    // A getter that made the client leave has given its memory to others.
    this.engine.fate.check();
    this.#begin(shape.count);
    for (let i = 0; i < shape.count; i++) this.put(i, all[i]);
  }
}
