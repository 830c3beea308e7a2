// A page as the inspector's platform: its canvas, its clipboard, its files, its elements.
//
// Thread-safety: belongs to the page's thread.
#ifndef GLASSWAL_INSPECTOR_PLATFORM_HTML5_PAGE_H_
#define GLASSWAL_INSPECTOR_PLATFORM_HTML5_PAGE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "platform/html5/canvas.h"
#include "platform/html5/host.h"
#include "platform/platform.h"

namespace glasswal::inspector {

class Page final : public Platform {
 public:
  /// In points, `ratio` pixels each.
  void Resize(float width, float height, float ratio);
  /// Where the inspector is drawn; outlives the last frame.
  void set_canvas(Canvas* canvas) { canvas_ = canvas; }
  /// The text that the next paste inserts: a page learns it only when the user pastes.
  void SetPasted(std::string text) { clipboard_ = std::move(text); }

  float width() const override { return width_; }
  float height() const override { return height_; }
  float pixel_ratio() const override { return ratio_; }
  std::string ClipboardText() override { return clipboard_; }
  void SetClipboardText(const std::string& text) override;
  void ChooseFile() override;
  Result<std::string> SaveFile(const std::string& name, const std::vector<uint8_t>& bytes) override;
  void FontsChanged() override;
  void FrameDone(const FrameOutput& output) override;
  void StateChanged() override;

 private:
  void Mirror(const AccessibleTree& tree);

  Canvas* canvas_ = nullptr;
  float width_ = 1;
  float height_ = 1;
  float ratio_ = 1;
  std::string clipboard_;
  uint64_t mirrored_ = 0;  // The fingerprint of the tree that the page's elements show.
  std::vector<MirroredItem> items_;
};

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_PLATFORM_HTML5_PAGE_H_
