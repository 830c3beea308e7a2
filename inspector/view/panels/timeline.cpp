// The lock timeline: a lane for each lock that was held or waited for, a bar for each time.
#include <algorithm>
#include <cmath>
#include <utility>

#include "imgui_internal.h"
#include "model/format.h"
#include "view/panel.h"

namespace glasswal::inspector {
namespace {

struct TimelineState {
  int seconds = 10;
};

std::string ClientName(const Model& model, uint32_t slot) {
  return model.names().ClientInSlot(slot);
}

ImU32 SpanColor(const LockSpan& span, const Palette& palette) {
  switch (span.kind) {
    case LockSpan::Kind::kRefused:
      return palette.bad;
    case LockSpan::Kind::kWaited:
      return palette.warning;
    case LockSpan::Kind::kShared:
      return Fade(palette.Client(span.client), 0.45f);
    default:
      return palette.Client(span.client);
  }
}

const char* Verb(LockSpan::Kind kind) {
  switch (kind) {
    case LockSpan::Kind::kRefused:
      return "was refused";
    case LockSpan::Kind::kWaited:
      return "waited for";
    case LockSpan::Kind::kShared:
      return "shared";
    default:
      return "held";
  }
}

struct Window {
  uint64_t begin_ns = 0;
  uint64_t end_ns = 0;
  float left = 0;
  float width = 0;

  float X(uint64_t time_ns) const {
    const uint64_t time = std::clamp(time_ns, begin_ns, end_ns) - begin_ns;
    const auto span = static_cast<double>(std::max<uint64_t>(end_ns - begin_ns, 1));
    return left + width * static_cast<float>(static_cast<double>(time) / span);
  }
};

void DrawAxis(const Window& window, const char* end, float top, float bottom, Ui* ui) {
  ImDrawList* draw = ImGui::GetWindowDrawList();
  constexpr int kTicks = 5;
  for (int i = 0; i <= kTicks; ++i) {
    const float x = window.left + window.width * static_cast<float>(i) / kTicks;
    draw->AddLine(ImVec2(x, top), ImVec2(x, bottom), ui->palette().border);
    const uint64_t ago = (window.end_ns - window.begin_ns) / kTicks * (kTicks - i);
    const std::string text = i == kTicks ? end : "-" + FormatDuration(ago);
    const float wide = ImGui::CalcTextSize(text.c_str()).x;
    const float at = std::clamp(x - wide / 2, window.left, window.left + window.width - wide);
    draw->AddText(ImVec2(at, bottom + 3), ui->palette().dim, text.c_str());
  }
}

/// Waits run in the lower third of their lane, so that the hold they wait for stays visible.
void DrawSpan(const Model& model, const LockSpan& span, const Window& window, ImVec2 lane,
              float height, Ui* ui) {
  const bool low = span.kind == LockSpan::Kind::kWaited || span.kind == LockSpan::Kind::kRefused;
  const float x0 = window.X(span.begin_ns);
  const float x1 = std::max(window.X(span.end_ns), x0 + 1.5f);
  const ImVec2 min(x0, low ? lane.y + height * 0.66f : lane.y + 2);
  const ImVec2 max(x1, low ? lane.y + height - 2 : lane.y + height * 0.60f);
  ImGui::GetWindowDrawList()->AddRectFilled(min, max, SpanColor(span, ui->palette()),
                                            x1 - x0 > 6 ? 2.0f : 0.0f);
  if (!ImGui::IsMouseHoveringRect(ImVec2(min.x - 1, min.y), ImVec2(max.x + 1, max.y))) return;
  std::string sentence = ClientName(model, span.client) + " " + Verb(span.kind) + " " +
                         model.lock_timeline().lanes()[span.lane].name + " for " +
                         FormatDuration(span.taken_ns);
  if (span.times > 1) {
    sentence += " in " + FormatCount(span.times) + " times within " +
                FormatDuration(span.end_ns - span.begin_ns);
  }
  ui->Tooltip(sentence);
  if (ImGui::IsMouseClicked(0)) ui->Select({Selection::Kind::kClient, span.client});
}

std::vector<uint32_t> LanesToShow(const LockTimeline& timeline, const Window& window) {
  std::vector<uint32_t> lanes;
  std::vector<bool> busy(timeline.lanes().size());
  for (const LockSpan& span : timeline.spans()) {
    if (span.end_ns >= window.begin_ns && span.begin_ns <= window.end_ns) busy[span.lane] = true;
  }
  for (uint32_t i = 0; i < busy.size(); ++i) {
    if (busy[i]) lanes.push_back(i);
  }
  return lanes;
}

void DrawLanes(const Model& model, const Window& window, const std::vector<uint32_t>& lanes,
               ImVec2 at, float height, Ui* ui) {
  const LockTimeline& timeline = model.lock_timeline();
  ImDrawList* draw = ImGui::GetWindowDrawList();
  std::vector<float> top(timeline.lanes().size(), -1);
  for (size_t i = 0; i < lanes.size(); ++i) {
    const LockLane& lane = timeline.lanes()[lanes[i]];
    const float y = at.y + static_cast<float>(i) * height;
    top[lanes[i]] = y;
    if (i % 2 == 0) {
      draw->AddRectFilled(ImVec2(window.left, y), ImVec2(window.left + window.width, y + height),
                          Fade(ui->palette().text, 0.03f));
    }
    const ImVec2 text(at.x, y + (height - ImGui::GetTextLineHeight()) / 2);
    draw->PushClipRect(ImVec2(at.x, y), ImVec2(window.left - 6, y + height), true);
    draw->AddText(text, ui->palette().text, lane.name.c_str());
    draw->AddText(ImVec2(text.x + ui->Unit() * 6.2f, text.y), ui->palette().dim,
                  lane.database.c_str());
    draw->PopClipRect();
  }
  std::vector<uint32_t> counts(timeline.lanes().size());
  std::vector<float> drawn_at(timeline.lanes().size(), -1);
  for (const LockSpan& span : timeline.spans()) {
    if (span.end_ns < window.begin_ns || span.begin_ns > window.end_ns) continue;
    if (top[span.lane] < 0) continue;
    counts[span.lane] += span.times;
    // Of many within one pixel, one is enough.
    const float x = window.X(span.end_ns);
    if (x - window.X(span.begin_ns) < 1 && std::abs(x - drawn_at[span.lane]) < 1) continue;
    drawn_at[span.lane] = x;
    DrawSpan(model, span, window, ImVec2(window.left, top[span.lane]), height, ui);
  }
  for (const uint32_t i : lanes) {
    const LockLane& lane = timeline.lanes()[i];
    ui->Note(Role::kImage, ImHashData(&i, sizeof(i), ImGui::GetID("lane")),
             lane.name + " of " + lane.database + ": " + FormatCounted(counts[i], "time", "times"),
             ImVec2(at.x, top[i]), ImVec2(window.left + window.width, top[i] + height));
  }
}

void DrawControls(TimelineState* state, Ui* ui) {
  static constexpr std::pair<int, const char*> kSpans[] = {{1, "1 s"}, {10, "10 s"}, {60, "1 min"}};
  for (const auto& [seconds, label] : kSpans) {
    if (ui->Segmented(label, state->seconds == seconds)) state->seconds = seconds;
    ImGui::SameLine(0, 4);
  }
  ImGui::AlignTextToFramePadding();
  ImGui::SameLine(0, ui->Unit() * 1.2f);
  ui->Dim("held, in the client's colour");
  ImGui::SameLine(0, ui->Unit());
  ui->Legend(ui->palette().warning, "waited");
  ImGui::SameLine(0, ui->Unit());
  ui->Legend(ui->palette().bad, "refused");
}

void DrawTimeline(const Model& model, ViewState* state, Ui* ui) {
  auto& own = state->panels.Of<TimelineState>();
  DrawControls(&own, ui);
  const float unit = ui->Unit();
  const ImVec2 room = ImGui::GetContentRegionAvail();
  Window window;
  window.end_ns = model.snapshot().observed_ns;
  const uint64_t span = static_cast<uint64_t>(own.seconds) * 1'000'000'000;
  window.begin_ns = window.end_ns > span ? window.end_ns - span : 0;
  const std::vector<uint32_t> lanes = LanesToShow(model.lock_timeline(), window);
  if (lanes.empty()) {
    ui->Empty(
        "No lock was taken in this time",
        "Holds of WRITE are known from commits at the event level \"info\", and from looks at "
        "locks that are held long. At \"trace\" every lock tells.");
    return;
  }
  const float height =
      std::clamp((room.y - unit * 2) / static_cast<float>(lanes.size()), unit * 1.7f, unit * 3.2f);
  ImGui::BeginChild("lanes", ImVec2(0, room.y - unit * 0.2f));
  const ImVec2 at = ImGui::GetCursorScreenPos();
  window.left = at.x + unit * 14;
  window.width = std::max(ImGui::GetContentRegionAvail().x - unit * 14.5f, unit * 6);
  const float bottom = at.y + height * static_cast<float>(lanes.size());
  DrawAxis(window, model.paused() ? "shown" : model.NewestName(), at.y, bottom, ui);
  DrawLanes(model, window, lanes, at, height, ui);
  ImGui::Dummy(ImVec2(1, bottom - at.y + unit * 1.4f));
  ImGui::EndChild();
}

}  // namespace

const Panel kTimelinePanel = {
    .name = "timeline",
    .title = "Lock timeline",
    .hotkey = 't',
    .help = "Who held and who waited for which lock, over time.",
    .draw = DrawTimeline,
};

}  // namespace glasswal::inspector
