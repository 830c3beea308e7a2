#include "platform/native.h"

#include <GLFW/glfw3.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>

#include "app/inspector.h"
#include "backends/imgui_impl_glfw.h"
#include "backends/imgui_impl_opengl3.h"
#include "glasswal/capture.h"
#include "imgui.h"
#include "platform/files.h"

namespace glasswal::inspector {
namespace {

// How long the window sleeps when nothing happens: the inspector's looks want a wake-up.
constexpr double kIdleSeconds = 0.05;

NativePlatform* PlatformOf(GLFWwindow* window) {
  return static_cast<NativePlatform*>(glfwGetWindowUserPointer(window));
}

std::string LastError() {
  const char* text = nullptr;
  glfwGetError(&text);
  return text != nullptr ? text : "no reason was given";
}

}  // namespace

uint64_t NativeNowNs() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

Result<std::unique_ptr<NativePlatform>> NativePlatform::Open(const WindowOptions& options) {
  if (glfwInit() != GLFW_TRUE) {
    return Status(StatusCode::kSystem, "There is no screen to open a window on: " + LastError());
  }
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_VISIBLE, options.visible ? GLFW_TRUE : GLFW_FALSE);
  const float scale = options.pixel_ratio > 0 ? options.pixel_ratio : 1;
  GLFWwindow* window =
      glfwCreateWindow(static_cast<int>(static_cast<float>(options.width) * scale),
                       static_cast<int>(static_cast<float>(options.height) * scale),
                       "glasswal inspector", nullptr, nullptr);
  if (window == nullptr) {
    const std::string why = LastError();
    glfwTerminate();
    return Status(StatusCode::kSystem, "No window with OpenGL 3.3 can be opened: " + why);
  }
  glfwMakeContextCurrent(window);
  glfwSwapInterval(1);
  return std::unique_ptr<NativePlatform>(new NativePlatform(window, options));
}

NativePlatform::NativePlatform(GLFWwindow* window, const WindowOptions& options)
    : window_(window), forced_ratio_(options.pixel_ratio) {
  glfwSetWindowUserPointer(window, this);
}

NativePlatform::~NativePlatform() {
  glfwDestroyWindow(window_);
  glfwTerminate();
}

float NativePlatform::pixel_ratio() const {
  if (forced_ratio_ > 0) return forced_ratio_;
  int pixels = 0;
  int points = 0;
  glfwGetFramebufferSize(window_, &pixels, nullptr);
  glfwGetWindowSize(window_, &points, nullptr);
  return points > 0 ? static_cast<float>(pixels) / static_cast<float>(points) : 1;
}

float NativePlatform::width() const {
  int pixels = 0;
  glfwGetFramebufferSize(window_, &pixels, nullptr);
  return static_cast<float>(pixels) / pixel_ratio();
}

float NativePlatform::height() const {
  int pixels = 0;
  glfwGetFramebufferSize(window_, nullptr, &pixels);
  return static_cast<float>(pixels) / pixel_ratio();
}

std::string NativePlatform::ClipboardText() {
  const char* text = glfwGetClipboardString(window_);
  return text != nullptr ? text : "";
}

void NativePlatform::SetClipboardText(const std::string& text) {
  glfwSetClipboardString(window_, text.c_str());
}

void NativePlatform::ChooseFile() {
  const Status opened = dialogue_.Open("Open a capture");
  if (!opened.ok()) inspector_->Tell(EventLevel::kWarn, opened.message());
}

void NativePlatform::TakeChosenFile() {
  const std::optional<std::string> path = dialogue_.TakeChoice();
  if (path) OpenFile(*path);
}

void NativePlatform::OpenFile(const std::string& path) {
  Result<std::vector<uint8_t>> bytes = ReadFile(path, kCaptureBeginning);
  if (bytes.ok()) {
    inspector_->OpenCapture(std::move(*bytes), path);
  } else {
    inspector_->Tell(EventLevel::kError, bytes.status().message());
  }
}

Result<std::string> NativePlatform::SaveFile(const std::string& name,
                                             const std::vector<uint8_t>& bytes) {
  const Status status = WriteFile(name, bytes);
  if (!status.ok()) return status;
  std::error_code error;
  const std::filesystem::path path = std::filesystem::absolute(name, error);
  return error ? name : path.string();
}

void NativePlatform::FontsChanged() {
  ImGui_ImplOpenGL3_DestroyFontsTexture();
  ImGui_ImplOpenGL3_CreateFontsTexture();
}

// The back end sets the cursor, and there is no mirror of the accessibility tree natively.
void NativePlatform::FrameDone(const FrameOutput&) {}

void NativePlatform::StateChanged() {
  const Status saved = layout_file_.Save(inspector_->Layout());
  if (saved.ok()) return;
  std::fprintf(stderr, "%s\n", saved.message().c_str());
  layout_file_ = LayoutFile("");  // Once is enough.
}

void NativePlatform::Remember(LayoutFile file) {
  layout_file_ = std::move(file);
  inspector_->SetLayout(layout_file_.Load());
}

void NativePlatform::Bind(Inspector* inspector) {
  inspector_ = inspector;
  // Ours first: the back end calls them after its own.
  glfwSetWindowRefreshCallback(window_,
                               [](GLFWwindow* w) { PlatformOf(w)->inspector_->RequestFrame(); });
  glfwSetFramebufferSizeCallback(
      window_, [](GLFWwindow* w, int, int) { PlatformOf(w)->inspector_->RequestFrame(); });
  glfwSetCursorPosCallback(
      window_, [](GLFWwindow* w, double, double) { PlatformOf(w)->inspector_->RequestFrame(); });
  glfwSetMouseButtonCallback(
      window_, [](GLFWwindow* w, int, int, int) { PlatformOf(w)->inspector_->RequestFrame(); });
  glfwSetScrollCallback(
      window_, [](GLFWwindow* w, double, double) { PlatformOf(w)->inspector_->RequestFrame(); });
  glfwSetKeyCallback(window_, [](GLFWwindow* w, int, int, int, int) {
    PlatformOf(w)->inspector_->RequestFrame();
  });
  glfwSetCharCallback(window_,
                      [](GLFWwindow* w, unsigned) { PlatformOf(w)->inspector_->RequestFrame(); });
  glfwSetDropCallback(window_, [](GLFWwindow* w, int count, const char** paths) {
    if (count > 0) PlatformOf(w)->OpenFile(paths[0]);
  });
  ImGui_ImplGlfw_InitForOpenGL(window_, true);
  ImGui_ImplOpenGL3_Init("#version 330 core");
}

void NativePlatform::Unbind() {
  ImGui_ImplOpenGL3_Shutdown();
  ImGui_ImplGlfw_Shutdown();
}

void NativePlatform::DrawOne() {
  // The back end's own idea of sizes is overruled by the inspector's, which knows the pixel ratio.
  ImGui_ImplGlfw_NewFrame();
  ImGui_ImplOpenGL3_NewFrame();
  inspector_->Frame(NativeNowNs());
  int width = 0;
  int height = 0;
  glfwGetFramebufferSize(window_, &width, &height);
  glViewport(0, 0, width, height);
  const ImVec4& background = ImGui::GetStyle().Colors[ImGuiCol_WindowBg];
  glClearColor(background.x, background.y, background.z, 1);
  glClear(GL_COLOR_BUFFER_BIT);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
}

void NativePlatform::Run() {
  while (glfwWindowShouldClose(window_) == GLFW_FALSE) {
    glfwWaitEventsTimeout(kIdleSeconds);
    TakeChosenFile();
    if (!inspector_->NeedsFrame(NativeNowNs())) continue;
    DrawOne();
    glfwSwapBuffers(window_);
  }
  // ImGui says only some seconds later that a window was moved.
  StateChanged();
}

std::vector<uint8_t> NativePlatform::Shoot(int frames, int* width, int* height) {
  for (int i = 0; i < frames; ++i) {
    glfwWaitEventsTimeout(kIdleSeconds);
    (void)inspector_->NeedsFrame(NativeNowNs());
    DrawOne();
    if (i + 1 < frames) glfwSwapBuffers(window_);
  }
  glfwGetFramebufferSize(window_, width, height);
  const size_t row = static_cast<size_t>(*width) * 4;
  std::vector<uint8_t> upside_down(row * static_cast<size_t>(*height));
  glPixelStorei(GL_PACK_ALIGNMENT, 1);
  glReadPixels(0, 0, *width, *height, GL_RGBA, GL_UNSIGNED_BYTE, upside_down.data());
  std::vector<uint8_t> picture(upside_down.size());
  for (size_t y = 0; y < static_cast<size_t>(*height); ++y) {
    std::memcpy(&picture[y * row], &upside_down[(static_cast<size_t>(*height) - 1 - y) * row], row);
  }
  return picture;
}

}  // namespace glasswal::inspector
