// Places in the inspector: which panel, and what is selected there; both have a text for links.
//
// Thread-safety: values.
#ifndef GLASSWAL_INSPECTOR_MODEL_PLACE_H_
#define GLASSWAL_INSPECTOR_MODEL_PLACE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace glasswal::inspector {

enum class PanelId : uint8_t {
  kOverview,
  kFindings,
  kSegments,
  kFiles,
  kLocks,
  kTimeline,
  kClients,
  kWal,
  kRecoveries,
  kThroughput,
  kEvents,
  kPages,
  kCompare,
  kLog,
  kCount
};
inline constexpr uint32_t kPanels = static_cast<uint32_t>(PanelId::kCount);

struct PanelDescription {
  const char* name;  // In links and on the command line.
  const char* title;
  const char* about;  // One sentence for the palette and the sheet of help.
};
PanelDescription Describe(PanelId panel);
std::optional<PanelId> PanelByName(std::string_view name);

/// One thing of a snapshot, by the number that the region knows it by.
struct Selection {
  enum class Kind : uint8_t { kNone, kClient, kFile, kSegment, kLock, kRecovery, kEvent, kPage };
  Kind kind = Kind::kNone;
  // Slot, file, segment, position in Snapshot::locks, recovery, sequence, page.
  uint64_t number = 0;

  bool operator==(const Selection&) const = default;
};

/// "client:3"; empty for nothing.
std::string ToText(const Selection& selection);
/// Nothing if the text is none of the above.
Selection SelectionOf(std::string_view text);

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_MODEL_PLACE_H_
