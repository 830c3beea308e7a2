// A window of this machine: GLFW for the window and its input, OpenGL 3 for drawing.
//
// Thread-safety: the thread that called main().
#ifndef GLASSWAL_INSPECTOR_PLATFORM_NATIVE_H_
#define GLASSWAL_INSPECTOR_PLATFORM_NATIVE_H_

#include <memory>
#include <string>
#include <vector>

#include "glasswal/status.h"
#include "platform/file_dialogue.h"
#include "platform/layout_file.h"
#include "platform/platform.h"

struct GLFWwindow;

namespace glasswal::inspector {

class Inspector;

struct WindowOptions {
  int width = 1280;
  int height = 720;
  float pixel_ratio = 0;  // 0: what the screen has.
  bool visible = true;
};

class NativePlatform final : public Platform {
 public:
  /// kSystem with a sentence if there is no screen or no OpenGL 3.
  static Result<std::unique_ptr<NativePlatform>> Open(const WindowOptions& options);
  ~NativePlatform() override;

  float width() const override;
  float height() const override;
  float pixel_ratio() const override;
  std::string ClipboardText() override;
  void SetClipboardText(const std::string& text) override;
  void ChooseFile() override;
  Result<std::string> SaveFile(const std::string& name, const std::vector<uint8_t>& bytes) override;
  void FontsChanged() override;
  void FrameDone(const FrameOutput& output) override;
  void StateChanged() override;

  /// Shows what `file` has of the last time, and keeps it up to date from now on; after Bind().
  void Remember(LayoutFile file);
  /// Connects ImGui's back ends; after the inspector was made.
  void Bind(Inspector* inspector);
  void Unbind();
  /// Draws and handles input until the window is closed.
  void Run();
  /// Draws `frames` frames, live; then the picture as RGBA, top row first.
  std::vector<uint8_t> Shoot(int frames, int* width, int* height);

 private:
  explicit NativePlatform(GLFWwindow* window, const WindowOptions& options);
  void DrawOne();
  void OpenFile(const std::string& path);
  void TakeChosenFile();

  GLFWwindow* const window_;
  const float forced_ratio_;
  Inspector* inspector_ = nullptr;
  LayoutFile layout_file_{""};
  FileDialogue dialogue_;
};

/// A monotonic clock.
uint64_t NativeNowNs();

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_PLATFORM_NATIVE_H_
