#include "app/inspector_impl.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "imgui.h"
#include "imgui_internal.h"
#include "model/clean.h"
#include "model/format.h"
#include "view/font.h"
#include "view/panel.h"
#include "view/shell.h"
#include "view/theme.h"

namespace glasswal::inspector {
namespace {

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
  state_.notice = Notice();
  state_.events.selected.clear();
  state_.events.matches.clear();
  state_.events.matched_to = 0;
  state_.events.followed = 0;
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

void Inspector::Impl::Tell(EventLevel level, const std::string& sentence) {
  log_.Say(level, sentence);
  state_.notice = {static_cast<uint8_t>(level), sentence};
  pending_ = kFramesAfterInput;
}

void Inspector::Impl::OpenFile(std::vector<uint8_t> bytes, const std::string& title) {
  const bool as_baseline = std::exchange(next_file_is_baseline_, false);
  Result<std::unique_ptr<Source>> source =
      glasswal::inspector::OpenCapture(std::move(bytes), title);
  if (!source.ok()) {
    const std::string sentence = CleanText(title) + ": " + source.status().message();
    if (!as_baseline) return ShowProblem(sentence);
    return Tell(EventLevel::kError, sentence);
  }
  if (!as_baseline) return Attach(std::move(*source));
  Result<Snapshot> snapshot = Observe((*source)->bytes());
  if (snapshot.ok()) {
    model_.SetBaseline(std::move(*snapshot), title);
    state_.panel = PanelId::kCompare;
  } else {
    Tell(EventLevel::kError, snapshot.status().message());
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
    platform_->FontsChanged();
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
    if (c == '/') ui_.Do(Command::Kind::kTogglePalette);
    if (c == '?') ui_.Do(Command::Kind::kToggleHelp);
    if (c == 'p') ui_.Do(model_.paused() ? Command::Kind::kResume : Command::Kind::kPause);
    if (c == 'b') ui_.Do(Command::Kind::kAddBookmark);
    if (const auto panel = PanelByHotkey(c)) ui_.Show(*panel);
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
  if (ui_.TakeFrameAsked()) pending_ = std::max(pending_, 1);
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

}  // namespace glasswal::inspector
