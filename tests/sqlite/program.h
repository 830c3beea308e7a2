// Another program as a child: started with arguments, fed through its standard input, and heard
// through its standard output and error, which come as one.
//
// Thread-safety: belongs to one thread.
#ifndef GLASSWAL_TESTS_SQLITE_PROGRAM_H_
#define GLASSWAL_TESTS_SQLITE_PROGRAM_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace glasswal::test {

class Program {
 public:
  /// Starts the program; `arguments[0]` is looked for in the PATH.
  explicit Program(const std::vector<std::string>& arguments);
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  /// Kills it if it still runs.
  ~Program();

  void Send(const std::string& text);
  /// What it says up to a line that is `mark`, without that. What there is when it ends or takes
  /// longer than a minute.
  std::string ReadUntil(const std::string& mark);
  /// What it says up to the end of the first line with `part` in it; as ReadUntil() otherwise.
  std::string ReadUntilLineWith(const std::string& part);
  /// Closes its input and returns the rest of what it says.
  std::string Finish();
  /// Its exit code. REQUIRES: Finish() was called.
  int exit_code() const { return exit_code_; }

 private:
  bool ReadMore();

  pid_t process_id_ = -1;
  int to_child_ = -1;
  int from_child_ = -1;
  int exit_code_ = -1;
  std::string heard_;
};

}  // namespace glasswal::test

#endif  // GLASSWAL_TESTS_SQLITE_PROGRAM_H_
