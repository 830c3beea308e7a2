#include "platform/file_dialogue.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

extern char** environ;  // NOLINT: glibc declares it too, POSIX does not.

namespace glasswal::inspector {
namespace {

/// Starts a program of the PATH with its output in a pipe; its process, or -1 with errno.
pid_t Start(std::vector<std::string> arguments, int* output) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  std::vector<char*> pointers;
  pointers.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  pid_t process_id = -1;
  const int error =
      posix_spawnp(&process_id, pointers[0], &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (error != 0) {
    close(ends[0]);
    errno = error;
    return -1;
  }
  *output = ends[0];
  return process_id;
}

}  // namespace

FileDialogue::~FileDialogue() {
  if (!open()) return;
  kill(process_id_, SIGTERM);
  Close();
}

void FileDialogue::Close() {
  close(output_);
  waitpid(process_id_, nullptr, 0);
  process_id_ = -1;
  heard_.clear();
}

Status FileDialogue::Open(const std::string& title) {
  if (open()) return Status::Ok();
  const std::vector<std::string> programs[] = {
      {"zenity", "--file-selection", "--title=" + title},
      {"kdialog", "--title", title, "--getopenfilename", "."}};
  for (const std::vector<std::string>& program : programs) {
    process_id_ = Start(program, &output_);
    if (open()) return Status::Ok();
    if (errno == ENOENT) continue;
    return Status(StatusCode::kSystem, program[0] + " cannot be started: " + std::strerror(errno));
  }
  return Status(StatusCode::kNotFound,
                "A dialogue for files needs zenity or kdialog, and neither is installed: drop a "
                "capture onto the window, or name it when you start the inspector.");
}

std::optional<std::string> FileDialogue::TakeChoice() {
  if (!open()) return std::nullopt;
  char bytes[4096];
  ssize_t size;
  while ((size = read(output_, bytes, sizeof(bytes))) > 0) {
    heard_.append(bytes, static_cast<size_t>(size));
  }
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
  // The program has said all that it had to.
  std::string path = heard_.substr(0, heard_.find('\n'));
  Close();
  if (path.empty()) return std::nullopt;
  return path;
}

}  // namespace glasswal::inspector
