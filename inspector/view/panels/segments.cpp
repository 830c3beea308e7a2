// The segment map: one square a segment, coloured by kind or by owner.
#include <algorithm>
#include <cmath>

#include "model/format.h"
#include "view/panel.h"

namespace glasswal::inspector {
namespace {

struct SegmentsState {
  bool by_owner = false;
};

bool OfClient(SegmentKind kind) {
  return kind == SegmentKind::kPending || kind == SegmentKind::kPrivate;
}
bool OfFile(SegmentKind kind) {
  return kind > SegmentKind::kPrivate && kind < SegmentKind::kUnknown;
}

std::string OwnerText(const Snapshot& s, const SegmentSnapshot& segment) {
  if (OfClient(segment.kind)) {
    for (const ClientSnapshot& client : s.clients) {
      if (client.slot == segment.owner) return client.name;
    }
    return "client " + std::to_string(segment.owner);
  }
  if (OfFile(segment.kind)) {
    for (const FileSnapshot& file : s.files) {
      if (file.number == segment.owner) return file.path;
    }
    return "file " + std::to_string(segment.owner);
  }
  return "nobody";
}

ImU32 ColorOf(const SegmentSnapshot& segment, bool by_owner, const Palette& palette) {
  if (!by_owner || (!OfClient(segment.kind) && !OfFile(segment.kind))) {
    return palette.Segment(segment.kind);
  }
  // Clients and files number from 0 both; files begin half-way round the colours.
  return palette.Client(segment.owner + (OfFile(segment.kind) ? kClientColors / 2 : 0));
}

bool IsSelected(const SegmentSnapshot& segment, uint32_t number, const Selection& selection) {
  switch (selection.kind) {
    case Selection::Kind::kSegment:
      return number == selection.number;
    case Selection::Kind::kClient:
      return OfClient(segment.kind) && segment.owner == selection.number;
    case Selection::Kind::kFile:
      return OfFile(segment.kind) && segment.owner == selection.number;
    default:
      return false;
  }
}

/// The largest square with which `count` of them fit the room.
float SideFor(size_t count, ImVec2 room, float least, float most) {
  float side = std::sqrt(room.x * room.y / std::max(1.0f, static_cast<float>(count)));
  for (; side > least; side -= 0.5f) {
    const float columns = std::floor(room.x / side);
    if (columns >= 1 && std::ceil(static_cast<float>(count) / columns) * side <= room.y) break;
  }
  return std::clamp(std::floor(side), least, most);
}

void DrawDetails(const Snapshot& s, uint32_t number, Ui* ui) {
  const SegmentSnapshot& segment = s.segments[number];
  ui->Tooltip("segment " + FormatCount(number) + "\n" + Name(segment.kind) + ", " +
              FormatBytes(s.region.segment_bytes) + "\nowner: " + OwnerText(s, segment) +
              "\nclaimed " + FormatCounted(segment.sequence, "time", "times"));
}

void DrawLegend(const Snapshot& s, Ui* ui) {
  float used = 0;
  for (uint32_t i = 0; i < kSegmentKinds; ++i) {
    if (s.segment_counts[i] == 0) continue;
    const std::string text =
        std::string(Name(static_cast<SegmentKind>(i))) + "  " + FormatCount(s.segment_counts[i]);
    ui->FlowLegend(ui->palette().segments[i], text, &used);
  }
}

void DrawMap(const Snapshot& s, bool by_owner, const Selection& selection, Ui* ui) {
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const auto count = static_cast<uint32_t>(s.segments.size());
  const float side = SideFor(count, ImVec2(room.x, room.y - 4), 5, ui->Unit() * 1.6f);
  const auto columns = std::max(1u, static_cast<uint32_t>(room.x / side));
  const uint32_t rows = (count + columns - 1) / columns;
  ImGui::BeginChild("map", room, 0, 0);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 size(static_cast<float>(columns) * side, static_cast<float>(rows) * side);
  const bool clicked =
      ImGui::InvisibleButton("segments", ImVec2(std::max(size.x, 1.0f), std::max(size.y, 1.0f)));
  ui->NoteItem(Role::kImage, "Map of " + FormatCounted(count, "segment", "segments"));
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const float gap = side >= 8 ? 1.5f : 0.5f;
  const float round = side >= 10 ? 2.0f : 0.0f;
  // Only the rows that can be seen.
  const float top = ImGui::GetScrollY();
  const auto first = static_cast<uint32_t>(std::max(0.0f, top / side));
  const uint32_t last = std::min(rows, first + static_cast<uint32_t>(room.y / side) + 2);
  for (uint32_t i = first * columns; i < std::min(count, last * columns); ++i) {
    const ImVec2 min(at.x + static_cast<float>(i % columns) * side,
                     at.y + static_cast<float>(i / columns) * side);
    const ImVec2 max(min.x + side - gap, min.y + side - gap);
    draw->AddRectFilled(min, max, ColorOf(s.segments[i], by_owner, ui->palette()), round);
    if (IsSelected(s.segments[i], i, selection)) {
      draw->AddRect(min, max, ui->palette().text, round, 0, 2);
    }
  }
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  const auto column = static_cast<uint32_t>(std::max(0.0f, (mouse.x - at.x) / side));
  const auto row = static_cast<uint32_t>(std::max(0.0f, (mouse.y - at.y) / side));
  const uint32_t hovered = row * columns + column;
  if (ImGui::IsItemHovered() && column < columns && hovered < count) {
    DrawDetails(s, hovered, ui);
    if (clicked) ui->Select({Selection::Kind::kSegment, hovered});
  }
  ImGui::EndChild();
}

void DrawSelected(const Snapshot& s, const Selection& selection, Ui* ui) {
  if (selection.kind != Selection::Kind::kSegment || selection.number >= s.segments.size()) return;
  const SegmentSnapshot& segment = s.segments[selection.number];
  ui->Status("Segment " + FormatCount(selection.number) + ": " + Name(segment.kind) + ", owner " +
             OwnerText(s, segment) + ", at " +
             FormatBytes(selection.number * s.region.segment_bytes) + ", claimed " +
             FormatCounted(segment.sequence, "time", "times"));
}

void DrawSegments(const Model& model, ViewState* state, Ui* ui) {
  const Snapshot& s = model.snapshot();
  bool& by_owner = state->panels.Of<SegmentsState>().by_owner;
  if (ui->Segmented("By kind", !by_owner)) by_owner = false;
  ImGui::SameLine(0, 4);
  if (ui->Segmented("By owner", by_owner)) by_owner = true;
  ImGui::SameLine(0, ui->Unit() * 1.5f);
  ImGui::AlignTextToFramePadding();
  ui->Dim(FormatCount(s.region.committed_segments) + " of " + FormatCount(s.region.segment_count) +
          " segments of " + FormatBytes(s.region.segment_bytes) + " committed, " +
          FormatCount(s.region.reclaimed_segments) + " came back so far");
  DrawLegend(s, ui);
  DrawSelected(s, state->selection, ui);
  DrawMap(s, by_owner, state->selection, ui);
}

}  // namespace

const Panel kSegmentsPanel = {
    .name = "segments",
    .title = "Segment map",
    .hotkey = 's',
    .help = "Every segment of the memory, by kind or by owner.",
    .draw = DrawSegments,
};

}  // namespace glasswal::inspector
