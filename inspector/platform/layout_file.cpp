#include "platform/layout_file.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "platform/files.h"

namespace glasswal::inspector {
namespace {

/// The folder that the variable names; the specification says that a relative one is to be ignored.
std::string FolderIn(const char* variable) {
  const char* folder = std::getenv(variable);
  return folder != nullptr && folder[0] == '/' ? folder : "";
}

}  // namespace

LayoutFile LayoutFile::OfUser() {
  std::string folder = FolderIn("XDG_STATE_HOME");
  if (folder.empty() && !FolderIn("HOME").empty()) folder = FolderIn("HOME") + "/.local/state";
  return LayoutFile(folder.empty() ? "" : folder + "/glasswal/inspector");
}

std::string LayoutFile::Load() const {
  if (path_.empty()) return {};
  const Result<std::vector<uint8_t>> bytes = ReadFile(path_);
  return bytes.ok() ? std::string(bytes->begin(), bytes->end()) : std::string();
}

Status LayoutFile::Save(const std::string& layout) const {
  if (path_.empty()) return Status::Ok();
  std::error_code failure;
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), failure);
  if (!failure) {
    const std::string next = path_ + ".new";
    const Status written = WriteFile(next, {layout.begin(), layout.end()});
    if (!written.ok()) return written;
    std::filesystem::rename(next, path_, failure);
  }
  if (!failure) return Status::Ok();
  return Status(StatusCode::kSystem,
                "The layout cannot be saved as " + path_ + ": " + failure.message());
}

}  // namespace glasswal::inspector
