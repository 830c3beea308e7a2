// The inspector as a WebAssembly module of a page: what platform/html5/exports.h lists.
//
// The module has one inspector, one ImGui context and one canvas; a page that wants a second
// inspector instantiates the module again.
//
// Thread-safety: belongs to the page's thread.
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "app/inspector.h"
#include "glasswal/capture.h"
#include "glasswal/trace.h"
#include "imgui.h"
#include "platform/html5/canvas.h"
#include "platform/html5/exports.h"
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

/// Of the host's region, as long as no inspector is shown.
Recorder& RegionRecorder() {
  static Recorder recorder;
  return recorder;
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

void* inspector_malloc(uint32_t size_bytes) { return std::malloc(size_bytes); }
void inspector_free(void* memory) { std::free(memory); }
const uint8_t* inspector_result() { return LastResult().data(); }

// ---------------------------------------------------------------------------------------------
// Life.

void inspector_create(int32_t light, int32_t apple) {
  InspectorOptions options;
  options.theme = light != 0 ? Theme::kLight : Theme::kDark;
  web = new Web(options);
  ImGui::GetIO().ConfigMacOSXBehaviors = apple != 0;
  web->canvas = std::make_unique<Canvas>();
  web->page.set_canvas(web->canvas.get());
}

void inspector_attach(const char* title, uint32_t title_bytes, double now_ms) {
  // The inspector counts from the last time that it was told.
  (void)web->inspector.NeedsFrame(Ns(now_ms));
  web->inspector.Attach(
      NewSource(NewSharedMemoryBytes(), std::string(title, title_bytes), /*live=*/true));
}

void inspector_show_problem(const char* text, uint32_t size_bytes) {
  web->inspector.ShowProblem(std::string(text, size_bytes));
}

void inspector_open_capture(const uint8_t* bytes, uint32_t size_bytes, const char* title,
                            uint32_t title_bytes) {
  web->inspector.OpenCapture(std::vector<uint8_t>(bytes, bytes + size_bytes),
                             std::string(title, title_bytes));
}

uint32_t inspector_capture(int32_t with_contents) {
  return Give(web->inspector.Capture(with_contents != 0));
}

double inspector_record_region() {
  const auto bytes = NewSharedMemoryBytes();
  const glasswal::Result<glasswal::Snapshot> snapshot = RegionRecorder().Observe(*bytes);
  if (!snapshot.ok()) return -static_cast<double>(Give(snapshot.status().message()));
  (void)RegionRecorder().ObserveEvents(*bytes);
  return 0;
}

double inspector_capture_region(int32_t with_contents) {
  glasswal::CaptureOptions options;
  options.contents = with_contents != 0;
  options.recorder = &RegionRecorder();
  glasswal::Result<std::vector<uint8_t>> file = WriteCapture(*NewSharedMemoryBytes(), options);
  if (!file.ok()) return -static_cast<double>(Give(file.status().message()));
  return Give(std::move(*file));
}

double inspector_trace_region() {
  const glasswal::Result<std::string> trace =
      glasswal::ExportTrace(*NewSharedMemoryBytes(), {.recorder = &RegionRecorder()});
  return trace.ok() ? Give(*trace) : -static_cast<double>(Give(trace.status().message()));
}

// ---------------------------------------------------------------------------------------------
// Frames.

void inspector_resize(float width, float height, float ratio) {
  web->page.Resize(width, height, ratio);
  web->inspector.RequestFrame();
}

int32_t inspector_needs_frame(double now_ms) {
  return web->inspector.NeedsFrame(Ns(now_ms)) ? 1 : 0;
}

void inspector_frame(double now_ms, int32_t width, int32_t height) {
  if (!web->canvas->alive()) return;
  web->canvas->Begin();
  web->inspector.Frame(Ns(now_ms));
  web->canvas->Draw(width, height);
}

void inspector_lose_context() { web->canvas->Lose(); }

void inspector_restore_context() {
  web->canvas->Restore();
  web->inspector.RequestFrame();
}

double inspector_cost(int32_t which) {
  const InspectorCost& cost = web->inspector.cost();
  const double costs[] = {
#define GLASSWAL_INSPECTOR_COST(type, name, sentence) static_cast<double>(cost.name),
      GLASSWAL_INSPECTOR_COSTS(GLASSWAL_INSPECTOR_COST)
#undef GLASSWAL_INSPECTOR_COST
  };
  return which >= 0 && static_cast<size_t>(which) < std::size(costs) ? costs[which] : 0;
}

// ---------------------------------------------------------------------------------------------
// Input.

void inspector_pointer(float x, float y, int32_t touch) {
  ImGuiIO& io = ImGui::GetIO();
  io.AddMouseSourceEvent(touch != 0 ? ImGuiMouseSource_TouchScreen : ImGuiMouseSource_Mouse);
  io.AddMousePosEvent(x, y);
  web->inspector.RequestFrame();
}

void inspector_pointer_left() {
  ImGui::GetIO().AddMousePosEvent(-FLT_MAX, -FLT_MAX);
  web->inspector.RequestFrame();
}

void inspector_button(int32_t button, int32_t down) {
  ImGui::GetIO().AddMouseButtonEvent(button, down != 0);
  web->inspector.RequestFrame();
}

void inspector_wheel(float x, float y) {
  ImGui::GetIO().AddMouseWheelEvent(x, y);
  web->inspector.RequestFrame();
}

void inspector_key(const char* code, uint32_t size_bytes, int32_t down, uint32_t modifiers) {
  SendKey(std::string_view(code, size_bytes), down != 0, modifiers);
  web->inspector.RequestFrame();
}

void inspector_text(const char* text, uint32_t size_bytes) {
  ImGui::GetIO().AddInputCharactersUTF8(std::string(text, size_bytes).c_str());
  web->inspector.RequestFrame();
}

void inspector_paste(const char* text, uint32_t size_bytes) {
  web->page.SetPasted(std::string(text, size_bytes));
  const uint32_t modifier = ImGui::GetIO().ConfigMacOSXBehaviors ? kModifierMeta : kModifierControl;
  SendKey("KeyV", true, modifier);
  SendKey("KeyV", false, 0);
  web->inspector.RequestFrame();
}

void inspector_focus(int32_t focused) {
  ImGui::GetIO().AddFocusEvent(focused != 0);
  web->inspector.RequestFrame();
}

void inspector_activate(uint32_t id) {
  web->inspector.Activate(id);
  web->inspector.RequestFrame();
}

void inspector_set_text(uint32_t id, const char* text, uint32_t size_bytes) {
  web->inspector.SetText(id, std::string(text, size_bytes));
  web->inspector.RequestFrame();
}

// ---------------------------------------------------------------------------------------------
// What is remembered.

uint32_t inspector_link() { return Give(web->inspector.Link()); }

void inspector_open_link(const char* link, uint32_t size_bytes) {
  web->inspector.OpenLink(std::string_view(link, size_bytes));
  web->inspector.RequestFrame();
}

uint32_t inspector_layout() { return Give(web->inspector.Layout()); }

void inspector_set_layout(const char* layout, uint32_t size_bytes) {
  web->inspector.SetLayout(std::string(layout, size_bytes));
  web->inspector.RequestFrame();
}

int32_t inspector_is_light() { return web->inspector.theme() == Theme::kLight ? 1 : 0; }

void inspector_set_light(int32_t light) {
  web->inspector.SetTheme(light != 0 ? Theme::kLight : Theme::kDark);
  web->inspector.RequestFrame();
}

}  // extern "C"
