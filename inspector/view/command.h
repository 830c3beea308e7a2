// What a view asks for. Views change nothing but their own state; the app carries these out.
//
// Thread-safety: values.
#ifndef GLASSWAL_INSPECTOR_VIEW_COMMAND_H_
#define GLASSWAL_INSPECTOR_VIEW_COMMAND_H_

#include <cstdint>
#include <string>
#include <vector>

#include "model/place.h"

namespace glasswal::inspector {

struct Command {
  enum class Kind : uint8_t {
    kShowPanel,   // panel, and selection where there is one
    kSelect,      // selection; the one that is selected already is selected no more
    kFindEvents,  // text: what the table of events is filtered by
    kPause,
    kResume,
    kScrub,  // number: position in the history
    kAddBookmark,
    kShowBookmark,    // number: index
    kRemoveBookmark,  // number: index
    kOpenFile,
    kSaveCapture,   // Metadata only.
    kSaveContents,  // With the databases' contents.
    kSetBaseline,   // The moment that is shown.
    kOpenBaseline,  // A capture that the user chooses.
    kClearBaseline,
    kToggleTheme,
    kTogglePalette,
    kToggleHelp,
    kCopy,       // text
    kReadPages,  // number: file
  };

  Kind kind = Kind::kShowPanel;
  PanelId panel = PanelId::kOverview;
  Selection selection;
  uint64_t number = 0;
  std::string text;
};

using Commands = std::vector<Command>;

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_VIEW_COMMAND_H_
