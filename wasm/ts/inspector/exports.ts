/** The inspector's module as JavaScript sees it. */

/** What the module exports (inspector/main_web.cpp). Pointers and sizes come back signed: take them `>>> 0`. */
export interface InspectorModule {
  readonly HEAPU8: Uint8Array;
  readonly GL: {
    registerContext(context: WebGL2RenderingContext, attributes: object): number;
    makeContextCurrent(handle: number): boolean;
    deleteContext(handle: number): void;
  };
  _inspector_malloc(size: number): number;
  _inspector_free(pointer: number): void;
  _inspector_result(): number;
  _inspector_create(light: number, apple: number): void;
  _inspector_attach(title: number, size: number, nowMs: number): void;
  _inspector_show_problem(text: number, size: number): void;
  _inspector_open_capture(bytes: number, size: number, title: number, titleSize: number): void;
  _inspector_capture(withContents: number): number;
  _inspector_capture_region(withContents: number): number;
  _inspector_resize(width: number, height: number, ratio: number): void;
  _inspector_needs_frame(nowMs: number): number;
  _inspector_frame(nowMs: number, width: number, height: number): void;
  _inspector_lose_context(): void;
  _inspector_restore_context(): void;
  _inspector_cost(which: number): number;
  _inspector_pointer(x: number, y: number, touch: number): void;
  _inspector_pointer_left(): void;
  _inspector_button(button: number, down: number): void;
  _inspector_wheel(x: number, y: number): void;
  _inspector_key(code: number, size: number, down: number, modifiers: number): void;
  _inspector_text(text: number, size: number): void;
  _inspector_paste(text: number, size: number): void;
  _inspector_focus(focused: number): void;
  _inspector_activate(id: number): void;
  _inspector_set_text(id: number, text: number, size: number): void;
  _inspector_link(): number;
  _inspector_open_link(link: number, size: number): void;
  _inspector_layout(): number;
  _inspector_set_layout(layout: number, size: number): void;
  _inspector_is_light(): number;
  _inspector_set_light(light: number): void;
}
