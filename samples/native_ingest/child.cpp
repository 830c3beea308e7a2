#include "child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace native_ingest {
namespace {

void Check(bool fine, const char* what) {
  if (fine) return;
  std::perror(what);
  std::exit(1);
}

}  // namespace

Child::Child(std::string name, const std::vector<std::string>& arguments) : name_(std::move(name)) {
  int to_child[2];
  int from_child[2];
  Check(pipe2(to_child, O_CLOEXEC) == 0 && pipe2(from_child, O_CLOEXEC) == 0, "pipe2");
  std::vector<char*> argv;
  std::string program = "native_ingest";
  argv.push_back(program.data());
  std::vector<std::string> copies = arguments;
  for (std::string& argument : copies) argv.push_back(argument.data());
  argv.push_back(nullptr);

  process_id_ = fork();
  Check(process_id_ >= 0, "fork");
  if (process_id_ == 0) {
    dup2(to_child[0], STDIN_FILENO);
    dup2(from_child[1], STDOUT_FILENO);
    execv("/proc/self/exe", argv.data());
    std::perror("execv");
    std::_Exit(127);
  }
  close(to_child[0]);
  close(from_child[1]);
  input_ = to_child[1];
  output_ = from_child[0];
}

bool Child::ReadLines(std::vector<std::string>* lines) {
  char buffer[4096];
  const ssize_t got = read(output_, buffer, sizeof(buffer));
  if (got < 0 && errno == EINTR) return true;
  if (got <= 0) {
    close(output_);
    output_ = -1;
    return false;
  }
  pending_.append(buffer, static_cast<size_t>(got));
  for (size_t end; (end = pending_.find('\n')) != std::string::npos;) {
    lines->push_back(pending_.substr(0, end));
    pending_.erase(0, end + 1);
  }
  return true;
}

void Child::Tell(const std::string& line) {
  const std::string text = line + "\n";
  Check(write(input_, text.data(), text.size()) == static_cast<ssize_t>(text.size()), "write");
}

void Child::CloseInput() {
  if (input_ >= 0) close(input_);
  input_ = -1;
}

void Child::Kill() { Check(kill(process_id_, SIGKILL) == 0, "kill"); }

bool Child::Wait() {
  int status = 0;
  while (waitpid(process_id_, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace native_ingest
