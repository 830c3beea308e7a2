// Where a native inspector finds its layout again: a file in the user's folder for state, as the
// XDG Base Directory Specification has it.
//
// Thread-safety: as the file system's. Of several inspectors the last one to save wins.
#ifndef GLASSWAL_INSPECTOR_PLATFORM_LAYOUT_FILE_H_
#define GLASSWAL_INSPECTOR_PLATFORM_LAYOUT_FILE_H_

#include <string>

#include "glasswal/status.h"

namespace glasswal::inspector {

class LayoutFile {
 public:
  /// $XDG_STATE_HOME/glasswal/inspector, or below ~/.local/state. Where neither is known there is
  /// no file, and nothing is remembered.
  static LayoutFile OfUser();
  /// An empty `path` is no file.
  explicit LayoutFile(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  /// What was saved last (Inspector::Layout); empty if there is nothing that can be read.
  std::string Load() const;
  /// Replaces it in one step, so that nobody ever reads half of it. Makes the folder if need be.
  Status Save(const std::string& layout) const;

 private:
  std::string path_;
};

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_PLATFORM_LAYOUT_FILE_H_
