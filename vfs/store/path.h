// The names of files: a flat directory whose names look like paths, so that databases are called as
// people are used to.
//
// Thread-safety: a pure function.
#ifndef GLASSWAL_VFS_STORE_PATH_H_
#define GLASSWAL_VFS_STORE_PATH_H_

#include <string>
#include <string_view>

namespace glasswal::store {

/// The one way in which a file's name is written: a leading slash, single slashes, no "." in
/// between. Empty for a path that names nothing.
inline std::string CanonicalPath(std::string_view path) {
  std::string canonical;
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    if (!part.empty() && part != ".") {
      canonical += '/';
      canonical += part;
    }
    path.remove_prefix(part.size() < path.size() ? part.size() + 1 : path.size());
  }
  return canonical;
}

}  // namespace glasswal::store

#endif  // GLASSWAL_VFS_STORE_PATH_H_
