// One picture of `glasswal top`: from the model and what the user has chosen to lines of text.
//
// It knows no terminal: the screen draws it, and without one it is printed.
//
// Thread-safety: pure functions and values.
#ifndef GLASSWAL_INSPECTOR_CLI_TOP_FRAME_H_
#define GLASSWAL_INSPECTOR_CLI_TOP_FRAME_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cli/text.h"
#include "cli/top/rows.h"
#include "model/model.h"

namespace glasswal::inspector::cli {

/// What stands below the clients.
enum class TopPane : uint8_t { kLocks, kStatements, kConnections, kEvents, kCount };
const char* Name(TopPane pane);

/// What the user has chosen, and what the model does not know.
struct TopState {
  TopSort sort = TopSort::kCommits;
  bool reversed = false;
  TopPane pane = TopPane::kLocks;
  bool help = false;
  bool paused = false;
  double interval_s = 1;
  /// The client that keys act on, by slot and generation: it stays the same when rows move.
  std::optional<uint32_t> slot;
  uint32_t generation = 0;
  std::set<Incarnation> dead;  // Of whose death there is the proof.
  size_t first = 0;            // The first row that is shown.
  std::string question;        // Stands in the place of the keys, as does the message.
  std::string message;
};

struct TopSize {
  size_t width = 0;   // 0: as wide as it gets.
  size_t height = 0;  // 0: as high as it gets; without keys at the end then.
};

/// The rows in the order in which they are shown. Empty without a snapshot.
std::vector<TopRow> RowsOf(const Model& model, const TopState& state);

/// At most size.height lines of at most size.width cells. Sees to it that the selected client is
/// among those that are shown.
std::vector<Line> TopFrame(const Model& model, const TopSize& size, TopState* state);

}  // namespace glasswal::inspector::cli

#endif  // GLASSWAL_INSPECTOR_CLI_TOP_FRAME_H_
