// What views ask for is carried out here (inspector_impl.h).
#include "app/inspector_impl.h"
#include "model/format.h"

namespace glasswal::inspector {

void Inspector::Impl::Save(bool with_contents) {
  Result<std::vector<uint8_t>> file = session_.Capture(with_contents);
  if (!file.ok()) return Tell(EventLevel::kError, file.status().message());
  const std::string name = "region-" + model_.snapshot().region.id.substr(0, 8) + ".glasswal";
  const Result<std::string> saved = platform_->SaveFile(name, *file);
  if (!saved.ok()) return Tell(EventLevel::kError, saved.status().message());
  Tell(EventLevel::kInfo, "Captured " + FormatBytes(file->size()) + " into " + *saved + ".");
}

void Inspector::Impl::Copy(const std::string& text) {
  platform_->SetClipboardText(text);
  Tell(EventLevel::kInfo, "Copied " + FormatBytes(text.size()) + " to the clipboard.");
}

void Inspector::Impl::RunMoment(const Command& command) {
  using Kind = Command::Kind;
  switch (command.kind) {
    case Kind::kPause:
      return model_.SetPaused(true);
    case Kind::kResume:
      return model_.SetPaused(false);
    case Kind::kScrub:
      return model_.ScrubTo(static_cast<size_t>(command.number));
    case Kind::kAddBookmark:
      return model_.AddBookmark("moment " + std::to_string(model_.bookmarks().size() + 1));
    case Kind::kShowBookmark:
      return model_.ShowBookmark(static_cast<size_t>(command.number));
    case Kind::kRemoveBookmark:
      return model_.RemoveBookmark(static_cast<size_t>(command.number));
    case Kind::kSetBaseline:
      return model_.SetBaseline();
    default:
      return model_.ClearBaseline();
  }
}

void Inspector::Impl::OpenPalette(bool open) {
  state_.palette = PaletteState();
  state_.palette.open = open;
  state_.palette.opened = open;
}

void Inspector::Impl::Run(const Command& command) {
  using Kind = Command::Kind;
  state_.notice = Notice();
  switch (command.kind) {
    case Kind::kShowPanel:
      state_.panel = command.panel;
      if (command.selection.kind != Selection::Kind::kNone) state_.selection = command.selection;
      return;
    case Kind::kFindEvents:
      state_.panel = PanelId::kEvents;
      state_.events.filter = EventFilter();
      state_.events.filter.text = command.text;
      return;
    case Kind::kSelect:
      state_.selection = command.selection == state_.selection ? Selection() : command.selection;
      return;
    case Kind::kOpenFile:
    case Kind::kOpenBaseline:
      next_file_is_baseline_ = command.kind == Kind::kOpenBaseline;
      return platform_->ChooseFile();
    case Kind::kSaveCapture:
    case Kind::kSaveContents:
      return Save(command.kind == Kind::kSaveContents);
    case Kind::kToggleTheme:
      return SetTheme(state_.dark ? Theme::kLight : Theme::kDark);
    case Kind::kTogglePalette:
      OpenPalette(!state_.palette.open);
      return;
    case Kind::kToggleHelp:
      state_.help_open = !state_.help_open;
      return;
    case Kind::kCopy:
      return Copy(command.text);
    case Kind::kReadPages:
      return model_.SetPages(session_.ReadPages(static_cast<uint32_t>(command.number)));
    default:
      return RunMoment(command);
  }
}

}  // namespace glasswal::inspector
