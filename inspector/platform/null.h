// A platform without a window: for tests, and for pictures that are made without a screen.
//
// Thread-safety: one thread.
#ifndef GLASSWAL_INSPECTOR_PLATFORM_NULL_H_
#define GLASSWAL_INSPECTOR_PLATFORM_NULL_H_

#include <string>
#include <utility>
#include <vector>

#include "platform/platform.h"

namespace glasswal::inspector {

class NullPlatform final : public Platform {
 public:
  float width() const override { return width_; }
  float height() const override { return height_; }
  float pixel_ratio() const override { return pixel_ratio_; }
  std::string ClipboardText() override { return clipboard_; }
  void SetClipboardText(const std::string& text) override { clipboard_ = text; }
  void ChooseFile() override { ++choices_; }
  Result<std::string> SaveFile(const std::string& name,
                               const std::vector<uint8_t>& bytes) override {
    saved_name_ = name;
    saved_ = bytes;
    return name;
  }
  void FontsChanged() override {}
  void FrameDone(const FrameOutput& output) override { output_ = output; }
  void StateChanged() override { ++state_changes_; }

  void Resize(float width, float height, float pixel_ratio) {
    width_ = width;
    height_ = height;
    pixel_ratio_ = pixel_ratio;
  }
  const FrameOutput& output() const { return output_; }
  const std::vector<uint8_t>& saved() const { return saved_; }
  const std::string& saved_name() const { return saved_name_; }
  int choices() const { return choices_; }
  int state_changes() const { return state_changes_; }

 private:
  float width_ = 1280;
  float height_ = 720;
  float pixel_ratio_ = 1;
  std::string clipboard_;
  std::string saved_name_;
  std::vector<uint8_t> saved_;
  FrameOutput output_;
  int choices_ = 0;
  int state_changes_ = 0;
};

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_PLATFORM_NULL_H_
