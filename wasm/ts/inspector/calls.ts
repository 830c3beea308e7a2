/** Calls into the inspector's module with texts and bytes as JavaScript has them. */
import type { Bytes } from '../given/bytes.js';
import { GlasswalError } from '../given/errors.js';
import { type InspectorCost, inspectorCosts } from '../generated/inspector.js';
import type { Host } from './host.js';
import { newModule } from './module.js';
import type { InspectorModule } from './exports.js';

const encoder = new TextEncoder();

/** One instance of the module, with a WebGL2 context. */
export class Calls {
  readonly module: InspectorModule;
  #context = 0;

  private constructor(module: InspectorModule) {
    this.module = module;
  }

  static async create(host: Host): Promise<Calls> {
    const module = await newModule(host);
    host.module = module;
    return new Calls(module);
  }

  /** Takes `context` for all drawing from now on. */
  useContext(context: WebGL2RenderingContext): void {
    const { GL } = this.module;
    if (this.#context !== 0) GL.deleteContext(this.#context);
    this.#context = GL.registerContext(context, { majorVersion: 2, minorVersion: 0, enableExtensionsByDefault: false });
    GL.makeContextCurrent(this.#context);
  }

  #withBytes(bytes: Uint8Array, call: (pointer: number, size: number) => void): void {
    const pointer = this.module._inspector_malloc(bytes.length || 1) >>> 0;
    if (pointer === 0) {
      throw new GlasswalError('OUT_OF_MEMORY', `The inspector's module has no memory for ${bytes.length} bytes: close what needs memory, or look at less.`);
    }
    this.module.HEAPU8.set(bytes, pointer);
    try {
      call(pointer, bytes.length);
    } finally {
      this.module._inspector_free(pointer);
    }
  }

  #withText(text: string, call: (pointer: number, size: number) => void): void {
    this.#withBytes(encoder.encode(text), call);
  }

  #result(size: number): Bytes {
    const at = this.module._inspector_result() >>> 0;
    return new Uint8Array(this.module.HEAPU8.subarray(at, at + (size >>> 0)));
  }

  attach(title: string): void {
    this.#withText(title, (text, size) => this.module._inspector_attach(text, size, performance.now()));
  }
  showProblem(sentence: string): void {
    this.#withText(sentence, (text, size) => this.module._inspector_show_problem(text, size));
  }
  openCapture(bytes: Uint8Array, title: string): void {
    this.#withBytes(bytes, (pointer, size) =>
      this.#withText(title, (text, textSize) => this.module._inspector_open_capture(pointer, size, text, textSize)));
  }
  capture(withContents: boolean): Bytes {
    return this.#result(this.module._inspector_capture(withContents ? 1 : 0));
  }

  key(code: string, down: boolean, modifiers: number): void {
    this.#withText(code, (text, size) => this.module._inspector_key(text, size, down ? 1 : 0, modifiers));
  }
  text(text: string): void {
    this.#withText(text, (pointer, size) => this.module._inspector_text(pointer, size));
  }
  paste(text: string): void {
    this.#withText(text, (pointer, size) => this.module._inspector_paste(pointer, size));
  }
  activate(id: number): void {
    this.module._inspector_activate(id);
  }
  setText(id: number, text: string): void {
    this.#withText(text, (pointer, size) => this.module._inspector_set_text(id, pointer, size));
  }

  get link(): string {
    return new TextDecoder().decode(this.#result(this.module._inspector_link()));
  }
  set link(link: string) {
    this.#withText(link, (text, size) => this.module._inspector_open_link(text, size));
  }
  get layout(): string {
    return new TextDecoder().decode(this.#result(this.module._inspector_layout()));
  }
  set layout(layout: string) {
    this.#withText(layout, (text, size) => this.module._inspector_set_layout(text, size));
  }
  get light(): boolean {
    return this.module._inspector_is_light() !== 0;
  }
  set light(light: boolean) {
    this.module._inspector_set_light(light ? 1 : 0);
  }

  cost(): InspectorCost {
    const costs = inspectorCosts.map((name, which) => [name, this.module._inspector_cost(which)]);
    return Object.fromEntries(costs) as Record<keyof InspectorCost, number>;
  }
}
