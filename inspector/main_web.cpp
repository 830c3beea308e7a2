// The inspector as a WebAssembly module of a page: what wasm/ts/inspector/module.ts calls.
//
// The module has one inspector, one ImGui context and one canvas; a page that wants a second
// inspector instantiates the module again. Texts come in as UTF-8 in memory from inspector_malloc,
// and go out through inspector_result.
//
// Thread-safety: belongs to the page's thread.
#include <emscripten/emscripten.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "app/inspector.h"
#include "glasswal/capture.h"
#include "imgui.h"
#include "platform/html5/canvas.h"
#include "platform/html5/input.h"
#include "platform/html5/page.h"
#include "platform/html5/shared_memory.h"

namespace glasswal::inspector {
namespace {

constexpr double kNsPerMs = 1e6;

struct Web {
  explicit Web(const InspectorOptions& options) : inspector(&page, options) {}

  Page page;
  Inspector inspector;
  std::unique_ptr<Canvas> canvas;
};
Web* web = nullptr;

std::vector<uint8_t>& LastResult() {
  static std::vector<uint8_t> bytes;
  return bytes;
}

uint64_t Ns(double ms) { return static_cast<uint64_t>(ms * kNsPerMs); }

uint32_t Give(std::vector<uint8_t> bytes) {
  LastResult() = std::move(bytes);
  return static_cast<uint32_t>(LastResult().size());
}

uint32_t Give(const std::string& text) {
  return Give(std::vector<uint8_t>(text.begin(), text.end()));
}

}  // namespace
}  // namespace glasswal::inspector

using namespace glasswal::inspector;

extern "C" {

// ---------------------------------------------------------------------------------------------
// Memory.

EMSCRIPTEN_KEEPALIVE void* inspector_malloc(uint32_t size_bytes) { return std::malloc(size_bytes); }
EMSCRIPTEN_KEEPALIVE void inspector_free(void* memory) { std::free(memory); }
/// Where the text or the bytes lie of which the last call told the size.
EMSCRIPTEN_KEEPALIVE const uint8_t* inspector_result() { return LastResult().data(); }

// ---------------------------------------------------------------------------------------------
// Life.

/// REQUIRES: the page has made a WebGL2 context current.
EMSCRIPTEN_KEEPALIVE void inspector_create(int32_t light, int32_t apple) {
  InspectorOptions options;
  options.theme = light != 0 ? Theme::kLight : Theme::kDark;
  web = new Web(options);
  ImGui::GetIO().ConfigMacOSXBehaviors = apple != 0;
  web->canvas = std::make_unique<Canvas>();
  web->page.set_canvas(web->canvas.get());
}

/// Attaches to the region of the host's runtime.
EMSCRIPTEN_KEEPALIVE void inspector_attach(const char* title, uint32_t size_bytes, double now_ms) {
  // The inspector counts from the last time that it was told.
  (void)web->inspector.NeedsFrame(Ns(now_ms));
  web->inspector.Attach(
      NewSource(NewSharedMemoryBytes(), std::string(title, size_bytes), /*live=*/true));
}

EMSCRIPTEN_KEEPALIVE void inspector_show_problem(const char* text, uint32_t size_bytes) {
  web->inspector.ShowProblem(std::string(text, size_bytes));
}

EMSCRIPTEN_KEEPALIVE void inspector_open_capture(const uint8_t* bytes, uint32_t size_bytes,
                                                 const char* title, uint32_t title_bytes) {
  web->inspector.OpenCapture(std::vector<uint8_t>(bytes, bytes + size_bytes),
                             std::string(title, title_bytes));
}

/// How many bytes a capture has, which inspector_result() then holds.
EMSCRIPTEN_KEEPALIVE uint32_t inspector_capture(int32_t with_contents) {
  return Give(web->inspector.Capture(with_contents != 0));
}

/// The same of the host's region, without an inspector. Negative: the size of a text that says why
/// there is none.
EMSCRIPTEN_KEEPALIVE double inspector_capture_region(int32_t with_contents) {
  glasswal::CaptureOptions options;
  options.contents = with_contents != 0;
  glasswal::Result<std::vector<uint8_t>> file = WriteCapture(*NewSharedMemoryBytes(), options);
  if (!file.ok()) return -static_cast<double>(Give(file.status().message()));
  return Give(std::move(*file));
}

// ---------------------------------------------------------------------------------------------
// Frames.

EMSCRIPTEN_KEEPALIVE void inspector_resize(float width, float height, float ratio) {
  web->page.Resize(width, height, ratio);
  web->inspector.RequestFrame();
}

EMSCRIPTEN_KEEPALIVE int32_t inspector_needs_frame(double now_ms) {
  return web->inspector.NeedsFrame(Ns(now_ms)) ? 1 : 0;
}

/// Lays out and draws one frame on `width` x `height` pixels.
EMSCRIPTEN_KEEPALIVE void inspector_frame(double now_ms, int32_t width, int32_t height) {
  if (!web->canvas->alive()) return;
  web->canvas->Begin();
  web->inspector.Frame(Ns(now_ms));
  web->canvas->Draw(width, height);
}

EMSCRIPTEN_KEEPALIVE void inspector_lose_context() { web->canvas->Lose(); }

EMSCRIPTEN_KEEPALIVE void inspector_restore_context() {
  web->canvas->Restore();
  web->inspector.RequestFrame();
}

/// The costs, in the order of InspectorCost.
EMSCRIPTEN_KEEPALIVE double inspector_cost(int32_t which) {
  const InspectorCost& cost = web->inspector.cost();
  switch (which) {
    case 0:
      return static_cast<double>(cost.frames);
    case 1:
      return static_cast<double>(cost.looks);
    case 2:
      return static_cast<double>(cost.copied_bytes);
    case 3:
      return cost.frame_ms;
    default:
      return cost.frame_worst_ms;
  }
}

// ---------------------------------------------------------------------------------------------
// Input. Positions are in points.

EMSCRIPTEN_KEEPALIVE void inspector_pointer(float x, float y, int32_t touch) {
  ImGuiIO& io = ImGui::GetIO();
  io.AddMouseSourceEvent(touch != 0 ? ImGuiMouseSource_TouchScreen : ImGuiMouseSource_Mouse);
  io.AddMousePosEvent(x, y);
  web->inspector.RequestFrame();
}

EMSCRIPTEN_KEEPALIVE void inspector_pointer_left() {
  ImGui::GetIO().AddMousePosEvent(-FLT_MAX, -FLT_MAX);
  web->inspector.RequestFrame();
}

EMSCRIPTEN_KEEPALIVE void inspector_button(int32_t button, int32_t down) {
  ImGui::GetIO().AddMouseButtonEvent(button, down != 0);
  web->inspector.RequestFrame();
}

EMSCRIPTEN_KEEPALIVE void inspector_wheel(float x, float y) {
  ImGui::GetIO().AddMouseWheelEvent(x, y);
  web->inspector.RequestFrame();
}

EMSCRIPTEN_KEEPALIVE void inspector_key(const char* code, uint32_t size_bytes, int32_t down,
                                        uint32_t modifiers) {
  SendKey(std::string_view(code, size_bytes), down != 0, modifiers);
  web->inspector.RequestFrame();
}

EMSCRIPTEN_KEEPALIVE void inspector_text(const char* text, uint32_t size_bytes) {
  ImGui::GetIO().AddInputCharactersUTF8(std::string(text, size_bytes).c_str());
  web->inspector.RequestFrame();
}

/// The user pastes `text`.
EMSCRIPTEN_KEEPALIVE void inspector_paste(const char* text, uint32_t size_bytes) {
  web->page.SetPasted(std::string(text, size_bytes));
  const uint32_t modifier = ImGui::GetIO().ConfigMacOSXBehaviors ? kModifierMeta : kModifierControl;
  SendKey("KeyV", true, modifier);
  SendKey("KeyV", false, 0);
  web->inspector.RequestFrame();
}

EMSCRIPTEN_KEEPALIVE void inspector_focus(int32_t focused) {
  ImGui::GetIO().AddFocusEvent(focused != 0);
  web->inspector.RequestFrame();
}

EMSCRIPTEN_KEEPALIVE void inspector_activate(uint32_t id) {
  web->inspector.Activate(id);
  web->inspector.RequestFrame();
}

EMSCRIPTEN_KEEPALIVE void inspector_set_text(uint32_t id, const char* text, uint32_t size_bytes) {
  web->inspector.SetText(id, std::string(text, size_bytes));
  web->inspector.RequestFrame();
}

// ---------------------------------------------------------------------------------------------
// What is remembered.

EMSCRIPTEN_KEEPALIVE uint32_t inspector_link() { return Give(web->inspector.Link()); }

EMSCRIPTEN_KEEPALIVE void inspector_open_link(const char* link, uint32_t size_bytes) {
  web->inspector.OpenLink(std::string_view(link, size_bytes));
  web->inspector.RequestFrame();
}

EMSCRIPTEN_KEEPALIVE uint32_t inspector_layout() { return Give(web->inspector.Layout()); }

EMSCRIPTEN_KEEPALIVE void inspector_set_layout(const char* layout, uint32_t size_bytes) {
  web->inspector.SetLayout(std::string(layout, size_bytes));
  web->inspector.RequestFrame();
}

EMSCRIPTEN_KEEPALIVE int32_t inspector_is_light() {
  return web->inspector.theme() == Theme::kLight ? 1 : 0;
}

EMSCRIPTEN_KEEPALIVE void inspector_set_light(int32_t light) {
  web->inspector.SetTheme(light != 0 ? Theme::kLight : Theme::kDark);
  web->inspector.RequestFrame();
}

}  // extern "C"
