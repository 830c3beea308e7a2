// The desktop's own dialogue for choosing a file, natively.
//
// GLFW has none, so it is what the desktop brings as a program: zenity or kdialog, in a process of
// its own. Nobody waits for it: the window goes on drawing meanwhile.
//
// Thread-safety: one thread.
#ifndef GLASSWAL_INSPECTOR_PLATFORM_FILE_DIALOGUE_H_
#define GLASSWAL_INSPECTOR_PLATFORM_FILE_DIALOGUE_H_

#include <sys/types.h>

#include <optional>
#include <string>

#include "glasswal/status.h"

namespace glasswal::inspector {

class FileDialogue {
 public:
  FileDialogue() = default;
  FileDialogue(const FileDialogue&) = delete;
  FileDialogue& operator=(const FileDialogue&) = delete;
  /// Takes the dialogue off the screen if it is still there.
  ~FileDialogue();

  /// Opens the dialogue; one that is open already stays. kNotFound if there is no such program.
  Status Open(const std::string& title);
  bool open() const { return process_id_ > 0; }
  /// The path that the user chose, once. Nothing while the dialogue is open, or if it was given up.
  std::optional<std::string> TakeChoice();

 private:
  void Close();

  pid_t process_id_ = -1;
  int output_ = -1;
  std::string heard_;
};

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_PLATFORM_FILE_DIALOGUE_H_
