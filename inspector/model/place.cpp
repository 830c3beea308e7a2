#include "model/place.h"

#include <array>
#include <charconv>

namespace glasswal::inspector {
namespace {

constexpr std::array<PanelDescription, kPanels> kDescriptions = {{
    {"overview", "Overview", "The region at a glance: memory, activity, who is there."},
    {"findings", "Findings", "What looks wrong, in sentences."},
    {"segments", "Segment map", "Every segment of the memory, by kind or by owner."},
    {"files", "Files", "Databases, logs and journals: size, capacity, who has them open."},
    {"locks", "Lock matrix", "Clients by locks: who holds, who waits, and for how long."},
    {"timeline", "Lock timeline", "Who held and who waited for which lock, over time."},
    {"clients", "Clients", "Clients and their connections, and handles over time."},
    {"wal", "WAL", "Frames, backfill, read marks, and what holds the checkpoint back."},
    {"recoveries", "Recoveries", "Clients that died, what they held, and their black boxes."},
    {"throughput", "Throughput", "Commits, reads, bytes and latencies over time."},
    {"events", "Events", "The event ring: filter, follow, copy."},
    {"pages", "Page map", "What each page of a database is; read only when asked for."},
    {"compare", "Compare", "Two moments side by side: what changed between them."},
    {"log", "Log", "Events and the inspector's own messages as log records."},
}};

constexpr std::array<const char*, 8> kKinds = {"",     "client",   "file",  "segment",
                                               "lock", "recovery", "event", "page"};

}  // namespace

PanelDescription Describe(PanelId panel) { return kDescriptions[static_cast<size_t>(panel)]; }

std::optional<PanelId> PanelByName(std::string_view name) {
  for (uint32_t i = 0; i < kPanels; ++i) {
    if (name == kDescriptions[i].name) return static_cast<PanelId>(i);
  }
  return std::nullopt;
}

std::string ToText(const Selection& selection) {
  if (selection.kind == Selection::Kind::kNone) return "";
  return std::string(kKinds[static_cast<size_t>(selection.kind)]) + ":" +
         std::to_string(selection.number);
}

Selection SelectionOf(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {};
  Selection selection;
  const std::string_view digits = text.substr(colon + 1);
  const auto parsed =
      std::from_chars(digits.data(), digits.data() + digits.size(), selection.number);
  if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()) return {};
  for (size_t i = 1; i < kKinds.size(); ++i) {
    if (text.substr(0, colon) != kKinds[i]) continue;
    selection.kind = static_cast<Selection::Kind>(i);
    return selection;
  }
  return {};
}

}  // namespace glasswal::inspector
