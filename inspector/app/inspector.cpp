#include "app/inspector.h"

#include <utility>

#include "app/inspector_impl.h"

namespace glasswal::inspector {

Inspector::Inspector(Platform* platform, const InspectorOptions& options)
    : impl_(std::make_unique<Impl>(platform, options)) {}
Inspector::~Inspector() = default;

void Inspector::Attach(std::unique_ptr<Source> source) { impl_->Attach(std::move(source)); }
void Inspector::ShowProblem(const std::string& sentence) { impl_->ShowProblem(sentence); }
void Inspector::Tell(EventLevel level, const std::string& sentence) {
  impl_->Tell(level, sentence);
}
void Inspector::OpenCapture(std::vector<uint8_t> bytes, const std::string& title) {
  impl_->OpenFile(std::move(bytes), title);
}

bool Inspector::NeedsFrame(uint64_t now_ns) { return impl_->NeedsFrame(now_ns); }
void Inspector::RequestFrame() { impl_->pending_ = kFramesAfterInput; }
void Inspector::Frame(uint64_t now_ns) { impl_->Frame(now_ns); }

void Inspector::Activate(uint32_t id) {
  impl_->ui_.Activate(id);
  RequestFrame();
}
void Inspector::SetText(uint32_t id, const std::string& text) {
  impl_->ui_.SetText(id, text);
  RequestFrame();
}

std::string Inspector::Link() const { return ToText(impl_->link()); }
void Inspector::OpenLink(std::string_view link) { impl_->Go(ParseLink(link, impl_->link())); }
std::string Inspector::Layout() const { return impl_->Layout(); }
void Inspector::SetLayout(const std::string& layout) { impl_->SetLayout(layout); }
Theme Inspector::theme() const { return impl_->state_.dark ? Theme::kDark : Theme::kLight; }
void Inspector::SetTheme(Theme theme) { impl_->SetTheme(theme); }

std::vector<uint8_t> Inspector::Capture(bool with_contents) const {
  Result<std::vector<uint8_t>> file = impl_->session_.Capture(with_contents);
  return file.ok() ? std::move(*file) : std::vector<uint8_t>();
}

const InspectorCost& Inspector::cost() const { return impl_->cost_; }
const AccessibleTree& Inspector::accessible() const { return impl_->ui_.accessible(); }

}  // namespace glasswal::inspector
