// A forked child that runs a function, can be waited for and killed: what the tests of death need.
#ifndef GLASSWAL_TESTS_PORT_CHILD_PROCESS_H_
#define GLASSWAL_TESTS_PORT_CHILD_PROCESS_H_

#include <poll.h>
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <functional>
#include <utility>

#if GLASSWAL_COVERAGE
extern "C" void __gcov_dump();
#endif

namespace glasswal::test {

/// Ends a forked child without the rest of its parent's program. What coverage has counted is
/// written by programs that end as usual, so that it must be said here.
[[noreturn]] inline void EndChild(int code) {
#if GLASSWAL_COVERAGE
  __gcov_dump();
#endif
  _exit(code);
}

class ChildProcess {
 public:
  /// Runs `body` in a child; what it returns is the child's exit code. `body` gets a function that
  /// tells the parent (see WaitForSignal) that it has come to some point.
  explicit ChildProcess(const std::function<int(const std::function<void()>& signal)>& body) {
    int ends[2];
    if (pipe(ends) != 0) abort();
    process_id_ = fork();
    if (process_id_ == 0) {
      close(ends[0]);
      EndChild(body([&ends] {
        if (write(ends[1], "x", 1) != 1) EndChild(125);
      }));
    }
    close(ends[1]);
    from_child_ = ends[0];
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess() {
    if (!reaped_) Kill();
    close(from_child_);
  }

  pid_t process_id() const { return process_id_; }

  /// True when the child signalled; false when it ended without, or took more than 20 s.
  bool WaitForSignal() {
    pollfd wanted = {from_child_, POLLIN, 0};
    char byte;
    return poll(&wanted, 1, 20'000) == 1 && read(from_child_, &byte, 1) == 1;
  }

  /// False from the moment at which the child has ended, also before it has been waited for.
  bool IsRunning() const {
    siginfo_t ended = {};
    const auto who = static_cast<id_t>(process_id_);
    return waitid(P_PID, who, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == 0;
  }

  /// SIGKILL, then waits until the kernel has done it.
  void Kill() {
    kill(process_id_, SIGKILL);
    Wait();
  }

  /// The exit code, or minus the number of the signal that ended the child.
  int Wait() {
    int status = 0;
    while (waitpid(process_id_, &status, 0) < 0 && errno == EINTR) {
    }
    reaped_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  pid_t process_id_ = -1;
  int from_child_ = -1;
  bool reaped_ = false;
};

/// Stops the calling child until it is killed; a minute at the most, should its test fail to do
/// that.
[[noreturn]] inline void SleepForEver() {
  alarm(60);
  while (true) pause();
}

}  // namespace glasswal::test

#endif  // GLASSWAL_TESTS_PORT_CHILD_PROCESS_H_
