#include "sqlite/program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace glasswal::test {
namespace {

constexpr int kPatienceMs = 60'000;

}  // namespace

Program::Program(const std::vector<std::string>& arguments) {
  int in[2];
  int out[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) abort();
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  signal(SIGPIPE, SIG_IGN);
  process_id_ = fork();
  if (process_id_ == 0) {
    dup2(in[0], 0);
    dup2(out[1], 1);
    dup2(out[1], 2);
    execvp(argv[0], argv.data());
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  to_child_ = in[1];
  from_child_ = out[0];
}

Program::~Program() {
  if (to_child_ >= 0) close(to_child_);
  close(from_child_);
  if (process_id_ < 0) return;
  kill(process_id_, SIGKILL);
  waitpid(process_id_, nullptr, 0);
}

void Program::Send(const std::string& text) {
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t written = write(to_child_, text.data() + done, text.size() - done);
    if (written < 0 && errno != EINTR) return;  // It has ended: what it says will tell.
    if (written > 0) done += static_cast<size_t>(written);
  }
}

bool Program::ReadMore() {
  pollfd wanted = {from_child_, POLLIN, 0};
  char buffer[4096];
  if (poll(&wanted, 1, kPatienceMs) != 1) return false;
  const ssize_t size = read(from_child_, buffer, sizeof(buffer));
  if (size <= 0) return false;
  heard_.append(buffer, static_cast<size_t>(size));
  return true;
}

std::string Program::ReadUntil(const std::string& mark) {
  const std::string line = mark + "\n";
  size_t at = 0;
  do {
    at = heard_.find(line);
    if (at != std::string::npos && (at == 0 || heard_[at - 1] == '\n')) {
      const std::string before = heard_.substr(0, at);
      heard_.erase(0, at + line.size());
      return before;
    }
  } while (ReadMore());
  return heard_ + "(it never said " + mark + ")";
}

std::string Program::ReadUntilLineWith(const std::string& part) {
  do {
    const size_t at = heard_.find(part);
    const size_t end = at == std::string::npos ? at : heard_.find('\n', at);
    if (end == std::string::npos) continue;
    const std::string before = heard_.substr(0, end);
    heard_.erase(0, end + 1);
    return before;
  } while (ReadMore());
  return heard_ + "(it never said " + part + ")";
}

std::string Program::Finish() {
  close(to_child_);
  to_child_ = -1;
  while (ReadMore()) {
  }
  int status = 0;
  waitpid(process_id_, &status, 0);
  process_id_ = -1;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return heard_;
}

}  // namespace glasswal::test
