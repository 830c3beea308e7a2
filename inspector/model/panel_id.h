// Which panels there are.
//
// The table is the one list of them, in the order in which they are shown. Everything else about a
// panel stands in its own file, inspector/view/panels, which defines the Panel (view/panel.h) that
// is named after its line here: kWalPanel for Wal. A line without such a file does not link.
//
// Thread-safety: constants.
#ifndef GLASSWAL_INSPECTOR_MODEL_PANEL_ID_H_
#define GLASSWAL_INSPECTOR_MODEL_PANEL_ID_H_

#include <cstdint>

namespace glasswal::inspector {

#define GLASSWAL_PANELS(X) \
  X(Overview)              \
  X(Findings)              \
  X(Segments)              \
  X(Files)                 \
  X(Locks)                 \
  X(Timeline)              \
  X(Clients)               \
  X(Wal)                   \
  X(Recoveries)            \
  X(Throughput)            \
  X(Events)                \
  X(Pages)                 \
  X(Compare)               \
  X(Log)

/// A panel by its line; what is kept beyond the program has its name (Panel::name).
enum class PanelId : uint8_t {
#define GLASSWAL_PANEL_ID(panel) k##panel,
  GLASSWAL_PANELS(GLASSWAL_PANEL_ID)
#undef GLASSWAL_PANEL_ID
      kCount
};
inline constexpr uint32_t kPanels = static_cast<uint32_t>(PanelId::kCount);

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_MODEL_PANEL_ID_H_
