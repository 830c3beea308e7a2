#include "app/inspector.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>

#include "app/link.h"
#include "app/log.h"
#include "app/session.h"
#include "imgui.h"
#include "imgui_internal.h"
#include "model/format.h"
#include "view/font.h"
#include "view/panels.h"

namespace glasswal::inspector {
namespace {

// ImGui needs a second frame to lay out what the first one opened, and a third to settle.
constexpr int kFramesAfterInput = 3;
constexpr size_t kCostFrames = 120;

double NowMs() {
  using Clock = std::chrono::steady_clock;
  return std::chrono::duration<double, std::milli>(Clock::now().time_since_epoch()).count();
}

const char* GetClipboard(void* user) {
  // ImGui wants the text to live until the next call.
  static std::string text;
  text = static_cast<Platform*>(user)->ClipboardText();
  return text.c_str();
}

void SetClipboard(void* user, const char* text) {
  static_cast<Platform*>(user)->SetClipboardText(text);
}

}  // namespace

class Inspector::Impl {
 public:
  Impl(Platform* platform, const InspectorOptions& options);
  ~Impl();

  void Attach(std::unique_ptr<Source> source);
  void ShowProblem(const std::string& sentence);
  void OpenFile(std::vector<uint8_t> bytes, const std::string& title);
  bool NeedsFrame(uint64_t now_ns);
  void Frame(uint64_t now_ns);
  void SetTheme(Theme theme);
  std::string Layout() const;
  void SetLayout(const std::string& layout);
  DeepLink link() const { return {state_.panel, state_.selection}; }
  void Go(const DeepLink& link);

  Session session_;
  Ui ui_;
  InspectorCost cost_;
  int pending_ = kFramesAfterInput;
  bool fonts_changed_ = false;
  ViewState state_;

 private:
  void PrepareFrame(uint64_t now_ns);
  void DrawFrame();
  void HandleKeys();
  void Run(const Command& command);
  void RunMoment(const Command& command);
  void Save(bool with_contents);
  void OpenPalette(bool open);
  void Count(double frame_ms);
  void Report();

  Platform* const platform_;
  const InspectorOptions options_;
  Model model_;
  Log log_;
  ImGuiContext* context_;
  float pixel_ratio_ = 0;
  uint64_t frame_ns_ = 0;
  bool next_file_is_baseline_ = false;
  std::string told_;  // The link and the layout that the platform knows.
  std::array<double, kCostFrames> frame_ms_{};
};

Inspector::Impl::Impl(Platform* platform, const InspectorOptions& options)
    : session_(&model_), platform_(platform), options_(options), log_(&state_.log_lines) {
  context_ = ImGui::CreateContext();
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.LogFilename = nullptr;
  io.ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
  // A blinking cursor would be a frame twice a second for ever.
  io.ConfigInputTextCursorBlink = false;
  io.GetClipboardTextFn = GetClipboard;
  io.SetClipboardTextFn = SetClipboard;
  io.ClipboardUserData = platform;
  SetTheme(options.theme);
}

Inspector::Impl::~Impl() { ImGui::DestroyContext(context_); }

void Inspector::Impl::Attach(std::unique_ptr<Source> source) {
  // What the names in the records of the one before mean is about to be forgotten.
  log_.Write(model_.names());
  session_.Attach(std::move(source));
  state_.events.selected.clear();
  state_.events.matches.clear();
  state_.events.matched_to = 0;
  log_.Say(EventLevel::kInfo, "attached to " + model_.title());
  if (!model_.problem().empty()) log_.Say(EventLevel::kError, model_.problem());
  if (model_.has_snapshot()) log_.Add(session_.new_events());
  pending_ = kFramesAfterInput;
}

void Inspector::Impl::ShowProblem(const std::string& sentence) {
  log_.Write(model_.names());
  session_.Detach();
  model_.Reset("", false);
  model_.SetProblem(sentence);
  log_.Say(EventLevel::kError, sentence);
  pending_ = kFramesAfterInput;
}

void Inspector::Impl::OpenFile(std::vector<uint8_t> bytes, const std::string& title) {
  const bool as_baseline = std::exchange(next_file_is_baseline_, false);
  Result<std::unique_ptr<Source>> source =
      glasswal::inspector::OpenCapture(std::move(bytes), title);
  if (!source.ok()) {
    const std::string sentence = CleanText(title) + ": " + source.status().message();
    if (!as_baseline) return ShowProblem(sentence);
    log_.Say(EventLevel::kError, sentence);
    return;
  }
  if (!as_baseline) return Attach(std::move(*source));
  Result<Snapshot> snapshot = Observe((*source)->bytes());
  if (snapshot.ok()) {
    model_.SetBaseline(std::move(*snapshot), title);
    state_.panel = PanelId::kCompare;
  } else {
    log_.Say(EventLevel::kError, snapshot.status().message());
  }
  pending_ = kFramesAfterInput;
}

bool Inspector::Impl::NeedsFrame(uint64_t now_ns) {
  if (session_.Poll(now_ns, options_.pace)) {
    if (model_.has_snapshot()) log_.Add(session_.new_events());
    if (!model_.paused()) pending_ = std::max(pending_, 1);
  }
  cost_.looks = session_.looks();
  cost_.copied_bytes = session_.copied_bytes();
  // Of quick typing ImGui takes only so much a frame.
  return pending_ > 0 || context_->InputEventsQueue.Size > 0;
}

void Inspector::Impl::PrepareFrame(uint64_t now_ns) {
  ImGui::SetCurrentContext(context_);
  ImGuiIO& io = ImGui::GetIO();
  io.DisplaySize = ImVec2(std::max(platform_->width(), 1.0f), std::max(platform_->height(), 1.0f));
  const float ratio = std::clamp(platform_->pixel_ratio(), 0.5f, 6.0f);
  io.DisplayFramebufferScale = ImVec2(ratio, ratio);
  const uint64_t passed = now_ns > frame_ns_ && frame_ns_ != 0 ? now_ns - frame_ns_ : 16'000'000;
  io.DeltaTime = std::clamp(static_cast<float>(static_cast<double>(passed) / 1e9), 0.001f, 0.25f);
  frame_ns_ = now_ns;
  if (ratio != pixel_ratio_) {
    pixel_ratio_ = ratio;
    BuildFonts(ratio);
    fonts_changed_ = true;
  }
}

void Inspector::Impl::HandleKeys() {
  const ImGuiIO& io = ImGui::GetIO();
  if ((io.KeyCtrl || io.KeySuper) && ImGui::IsKeyPressed(ImGuiKey_K, false)) {
    ui_.Do(Command::Kind::kTogglePalette);
  }
  if (ImGui::IsKeyPressed(ImGuiKey_Escape, false)) {
    state_.palette.open = false;
    state_.help_open = false;
  }
  if (io.WantTextInput || state_.palette.open) return;
  for (const ImWchar c : io.InputQueueCharacters) {
    if (c == '?') ui_.Do(Command::Kind::kToggleHelp);
    if (c == 'p') ui_.Do(model_.paused() ? Command::Kind::kResume : Command::Kind::kPause);
    if (c == 'b') ui_.Do(Command::Kind::kAddBookmark);
    const size_t position = model_.shown_position();
    if (c == '[' && position > 0) ui_.Do(Command::Kind::kScrub, position - 1);
    if (c == ']') ui_.Do(Command::Kind::kScrub, position + 1);
  }
}

void Inspector::Impl::DrawFrame() {
  const Palette& palette = state_.dark ? DarkPalette() : LightPalette();
  ui_.Begin(palette);
  state_.cost = {cost_.frame_ms, cost_.frames, cost_.copied_bytes};
  HandleKeys();
  if (state_.panel == PanelId::kLog) log_.Write(model_.names());
  DrawShell(model_, &state_, &ui_);
  ui_.End();
  const Commands commands = ui_.TakeCommands();
  for (const Command& command : commands) Run(command);
  if (!commands.empty()) pending_ = kFramesAfterInput;
}

void Inspector::Impl::Frame(uint64_t now_ns) {
  const double began = NowMs();
  if (pending_ > 0) --pending_;
  PrepareFrame(now_ns);
  ImGui::NewFrame();
  DrawFrame();
  ImGui::Render();
  Count(NowMs() - began);
  Report();
}

void Inspector::Impl::Count(double frame_ms) {
  frame_ms_[cost_.frames % kCostFrames] = frame_ms;
  ++cost_.frames;
  cost_.frame_ms = frame_ms;
  cost_.frame_worst_ms = *std::max_element(frame_ms_.begin(), frame_ms_.end());
}

void Inspector::Impl::Report() {
  const ImGuiIO& io = ImGui::GetIO();
  FrameOutput output;
  output.accessible = &ui_.accessible();
  output.cursor = static_cast<Cursor>(std::clamp(ImGui::GetMouseCursor(), -1, 8));
  output.wants_text = io.WantTextInput;
  output.wants_keyboard = io.WantCaptureKeyboard;
  const ImGuiPlatformImeData& ime = context_->PlatformImeData;
  output.text_x = ime.InputPos.x;
  output.text_y = ime.InputPos.y;
  output.text_line_height = ime.InputLineHeight;
  platform_->FrameDone(output);
  std::string now = ToText(link()) + (state_.dark ? "d" : "l");
  if (now != told_ || io.WantSaveIniSettings) {
    told_ = std::move(now);
    ImGui::GetIO().WantSaveIniSettings = false;
    platform_->StateChanged();
  }
}

void Inspector::Impl::SetTheme(Theme theme) {
  state_.dark = theme == Theme::kDark;
  ApplyTheme(state_.dark ? DarkPalette() : LightPalette());
  pending_ = kFramesAfterInput;
}

void Inspector::Impl::Go(const DeepLink& to) {
  state_.panel = to.panel;
  state_.selection = to.selection;
  pending_ = kFramesAfterInput;
}

std::string Inspector::Impl::Layout() const {
  return "[glasswal]\ntheme=" + std::string(state_.dark ? "dark" : "light") +
         "\nlink=" + ToText(link()) + "\n\n" + ImGui::SaveIniSettingsToMemory();
}

void Inspector::Impl::SetLayout(const std::string& layout) {
  const auto value = [&](const char* key) {
    const size_t at = layout.find(key);
    if (at == std::string::npos) return std::string();
    const size_t begin = at + std::string_view(key).size();
    return layout.substr(begin, layout.find('\n', begin) - begin);
  };
  if (layout.rfind("[glasswal]", 0) != 0) return;
  SetTheme(value("\ntheme=") == "light" ? Theme::kLight : Theme::kDark);
  Go(ParseLink(value("\nlink="), link()));
  const size_t ini = layout.find("\n\n");
  if (ini != std::string::npos) ImGui::LoadIniSettingsFromMemory(layout.c_str() + ini + 2);
}

void Inspector::Impl::Save(bool with_contents) {
  Result<std::vector<uint8_t>> file = session_.Capture(with_contents);
  if (!file.ok()) return log_.Say(EventLevel::kError, file.status().message());
  const std::string name = "region-" + model_.snapshot().region.id.substr(0, 8) + ".glasswal";
  log_.Say(EventLevel::kInfo, "captured " + FormatBytes(file->size()) + " into " + name);
  platform_->SaveFile(name, *file);
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
  switch (command.kind) {
    case Kind::kShowPanel:
      state_.panel = command.panel;
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
      return platform_->SetClipboardText(command.text);
    case Kind::kReadPages:
      return model_.SetPages(session_.ReadPages(static_cast<uint32_t>(command.number)));
    default:
      return RunMoment(command);
  }
}

Inspector::Inspector(Platform* platform, const InspectorOptions& options)
    : impl_(std::make_unique<Impl>(platform, options)) {}
Inspector::~Inspector() = default;

void Inspector::Attach(std::unique_ptr<Source> source) { impl_->Attach(std::move(source)); }
void Inspector::ShowProblem(const std::string& sentence) { impl_->ShowProblem(sentence); }
void Inspector::OpenCapture(std::vector<uint8_t> bytes, const std::string& title) {
  impl_->OpenFile(std::move(bytes), title);
}

bool Inspector::NeedsFrame(uint64_t now_ns) { return impl_->NeedsFrame(now_ns); }
void Inspector::RequestFrame() { impl_->pending_ = kFramesAfterInput; }
void Inspector::Frame(uint64_t now_ns) { impl_->Frame(now_ns); }
bool Inspector::TakeFontsChanged() { return std::exchange(impl_->fonts_changed_, false); }

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
