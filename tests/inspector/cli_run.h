// The command line as a user has it: the real program, with what it says and how it ends; and in a real
// terminal, whose screen is read and whose keys are pressed.
//
// Thread-safety: belongs to one thread.
#ifndef GLASSWAL_TESTS_INSPECTOR_CLI_RUN_H_
#define GLASSWAL_TESTS_INSPECTOR_CLI_RUN_H_

#include <functional>
#include <string>
#include <vector>

namespace glasswal::test {

/// What a run of the program came to.
struct Said {
  int code = -1;  // 128 + the signal, where one ended it.
  std::string out;
  std::string err;
};

/// In single quotes for a shell.
std::string Quoted(const std::string& word);

/// Runs `glasswal` with these arguments to its end, with `input` as its standard input.
Said Glasswal(const std::vector<std::string>& arguments, const std::string& input = "");
/// Runs a line of bash, in which $GLASSWAL is the program.
Said Shell(const std::string& line);

/// A terminal of tmux, with a shell line in it. That it has ended stands on its screen.
class Terminal {
 public:
  /// `line`: as for Shell().
  Terminal(size_t width, size_t height, const std::string& line);
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal();

  /// The lines of its screen, without spaces at their ends.
  std::string Screen() const;
  /// Whether the screen comes to be so within some seconds; it is what Screen() gives then.
  bool WaitFor(const std::function<bool(const std::string& screen)>& wanted);
  bool WaitFor(const std::string& part);
  /// Presses keys, by tmux's names: "q", "Down", "Space".
  void Press(const std::vector<std::string>& keys);
  void Resize(size_t width, size_t height);

 private:
  std::string Tmux(const std::string& arguments) const;

  const std::string socket_;
};

}  // namespace glasswal::test

#endif  // GLASSWAL_TESTS_INSPECTOR_CLI_RUN_H_
