// What a command looks at: a region or a capture, observed once into the inspector's model.
//
// Thread-safety: belongs to one thread.
#ifndef GLASSWAL_INSPECTOR_CLI_TARGET_H_
#define GLASSWAL_INSPECTOR_CLI_TARGET_H_

#include <memory>
#include <optional>
#include <string>

#include "model/model.h"
#include "source/source.h"

namespace glasswal::inspector::cli {

/// What was seen of a target.
struct Look {
  std::unique_ptr<Source> source;
  Model model;         // With one observation, whose foreign text is clean.
  Snapshot untouched;  // The same as the region has it, for JSON.
};

/// A region or a capture; what of a capture is not whole is said on the standard error.
Result<std::unique_ptr<Source>> OpenWhole(const std::string& target);

/// Opens and observes; nothing is joined and nothing changed.
Result<std::unique_ptr<Look>> LookAt(const std::string& target);
/// The same for a source that is open.
Result<std::unique_ptr<Look>> LookAt(std::unique_ptr<Source> source);

/// The living region of that name, for commands that change one: kInvalidArgument for a capture.
Result<std::unique_ptr<Look>> LookAtRegion(const std::string& name);

/// Whether somebody who lives is in the region.
bool HasLivingClient(const Look& look);

/// The client that the user means: its slot, as 3 or #3, or its name. kNotFound, or kBusy where
/// several have the name.
Result<ClientSnapshot> FindClient(const Snapshot& snapshot, const std::string& what);

}  // namespace glasswal::inspector::cli

#endif  // GLASSWAL_INSPECTOR_CLI_TARGET_H_
