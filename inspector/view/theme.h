// Colours and measures of the two themes.
//
// Colours mean the same in every panel: accent is what can be clicked or is selected, good is
// progress, warning is a wait, bad is a problem; clients and kinds have colours of their own.
//
// Thread-safety: constants, and ApplyTheme for the thread that draws.
#ifndef GLASSWAL_INSPECTOR_VIEW_THEME_H_
#define GLASSWAL_INSPECTOR_VIEW_THEME_H_

#include <array>
#include <cstdint>

#include "glasswal/event.h"
#include "glasswal/snapshot.h"
#include "imgui.h"
#include "model/finding.h"
#include "model/page_map.h"

namespace glasswal::inspector {

inline constexpr uint32_t kClientColors = 12;

struct Palette {
  bool dark = true;
  ImU32 background = 0;  // Between the panels.
  ImU32 panel = 0;       // Of a panel and a table: what a platform fills a frame with first.
  ImU32 raised = 0;      // Of a button, a header, a bar's empty part.
  ImU32 hover = 0;
  ImU32 border = 0;
  ImU32 text = 0;
  ImU32 dim = 0;
  ImU32 accent = 0;
  ImU32 on_accent = 0;
  ImU32 good = 0;
  ImU32 warning = 0;
  ImU32 bad = 0;
  std::array<ImU32, kClientColors> clients{};
  std::array<ImU32, kSegmentKinds> segments{};
  std::array<ImU32, kPageKinds> pages{};

  ImU32 Client(uint32_t slot) const { return clients[slot % kClientColors]; }
  ImU32 Segment(SegmentKind kind) const { return segments[static_cast<size_t>(kind)]; }
  ImU32 Page(PageKind kind) const { return pages[static_cast<size_t>(kind)]; }
};

const Palette& DarkPalette();
const Palette& LightPalette();

/// Of an event's or a log line's level, and of a finding.
ImU32 ColorOf(EventLevel level, const Palette& palette);
ImU32 ColorOf(Finding::Severity severity, const Palette& palette);

/// The colour with another opacity, 0 to 1.
ImU32 Fade(ImU32 color, float opacity);

/// Sets ImGui's own style to the palette. ImGuiCol_WindowBg is what a platform is to fill a frame
/// with before it draws; no view does that again.
void ApplyTheme(const Palette& palette);

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_VIEW_THEME_H_
