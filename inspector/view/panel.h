// A panel: one aspect of the model, drawn into the space that is left in the current window.
//
// All that is particular to a panel stands in its own file, inspector/view/panels: how it is drawn,
// what it remembers, and the Panel that describes it to the list at the left, the palette, the
// sheet of help, the keys and the links. A panel changes nothing but its own state, and asks for
// everything else by a command. The model holds a snapshot when it is called.
//
// Thread-safety: for the thread that draws.
#ifndef GLASSWAL_INSPECTOR_VIEW_PANEL_H_
#define GLASSWAL_INSPECTOR_VIEW_PANEL_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/model.h"
#include "model/panel_id.h"
#include "view/state.h"
#include "view/ui.h"

namespace glasswal::inspector {

/// What stands beside the title of a panel.
struct Badge {
  std::string text;
  ImU32 color = 0;
};

struct Panel {
  const char* name;  // In links and on the command line, so it stays as it is.
  const char* title;
  char hotkey;
  const char* help;  // One sentence, for the bar below and the sheet of help.
  void (*draw)(const Model& model, ViewState* state, Ui* ui);
  /// Null: none. The model holds a snapshot when it is called.
  Badge (*badge)(const Model& model, const Palette& palette) = nullptr;
};

#define GLASSWAL_PANEL_DECLARATION(panel) extern const Panel k##panel##Panel;
GLASSWAL_PANELS(GLASSWAL_PANEL_DECLARATION)
#undef GLASSWAL_PANEL_DECLARATION

/// Each panel, at the place of its PanelId.
std::span<const Panel* const> Panels();
const Panel& Describe(PanelId panel);
std::optional<PanelId> PanelByName(std::string_view name);
/// The panel that a letter shows.
std::optional<PanelId> PanelByHotkey(uint32_t letter);

/// A number of things; nothing for none.
Badge CountBadge(size_t count, const Palette& palette);

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_VIEW_PANEL_H_
