// Passes on to the page what the inspector wants of it (page.h).
#include "platform/html5/page.h"

namespace glasswal::inspector {
namespace {

uint32_t HashOf(const AccessibleItem& item) {
  uint32_t hash = 0x811c9dc5;
  for (const char c : item.name) hash = (hash ^ static_cast<uint8_t>(c)) * 0x01000193;
  hash *= 0x01000193;
  for (const char c : item.value) hash = (hash ^ static_cast<uint8_t>(c)) * 0x01000193;
  return hash;
}

}  // namespace

void Page::Resize(float width, float height, float ratio) {
  width_ = width;
  height_ = height;
  ratio_ = ratio;
}

void Page::SetClipboardText(const std::string& text) {
  clipboard_ = text;
  inspector_host_set_clipboard(text.data(), static_cast<uint32_t>(text.size()));
}

void Page::ChooseFile() { inspector_host_choose_file(); }

Result<std::string> Page::SaveFile(const std::string& name, const std::vector<uint8_t>& bytes) {
  inspector_host_save_file(name.data(), static_cast<uint32_t>(name.size()), bytes.data(),
                           static_cast<uint32_t>(bytes.size()));
  return name + ", among the downloads";
}

void Page::FontsChanged() {
  if (canvas_ != nullptr) canvas_->RenewFonts();
}

void Page::FrameDone(const FrameOutput& output) {
  if (output.accessible != nullptr) Mirror(*output.accessible);
  inspector_host_frame_done(static_cast<int32_t>(output.cursor), output.wants_text ? 1 : 0,
                            output.text_x, output.text_y, output.text_line_height,
                            output.wants_keyboard ? 1 : 0);
}

void Page::StateChanged() { inspector_host_state_changed(); }

void Page::Mirror(const AccessibleTree& tree) {
  const uint64_t fingerprint = tree.Fingerprint();
  if (fingerprint == mirrored_) return;
  mirrored_ = fingerprint;
  items_.clear();
  for (const AccessibleItem& item : tree.items()) {
    items_.push_back({item.id, item.parent, static_cast<uint32_t>(item.role), item.state, item.x,
                      item.y, item.width, item.height, item.name.data(),
                      static_cast<uint32_t>(item.name.size()), item.value.data(),
                      static_cast<uint32_t>(item.value.size()), HashOf(item)});
  }
  inspector_host_mirror(items_.data(), static_cast<uint32_t>(items_.size()));
}

}  // namespace glasswal::inspector
