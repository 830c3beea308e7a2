// Places in the inspector: which panel (panel_id.h), and what is selected there.
//
// Thread-safety: values.
#ifndef GLASSWAL_INSPECTOR_MODEL_PLACE_H_
#define GLASSWAL_INSPECTOR_MODEL_PLACE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "model/panel_id.h"

namespace glasswal::inspector {

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
