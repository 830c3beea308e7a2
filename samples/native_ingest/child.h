// A child process of the story: this program again, in another role, with a pipe in each direction.
//
// Lines of text go through the pipes. A child that is to be told to stop sees the end of its input.
//
// Thread-safety: for the one thread of the parent.
#ifndef GLASSWAL_SAMPLES_NATIVE_INGEST_CHILD_H_
#define GLASSWAL_SAMPLES_NATIVE_INGEST_CHILD_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace native_ingest {

class Child {
 public:
  /// Starts this program with `arguments`.
  Child(std::string name, const std::vector<std::string>& arguments);

  const std::string& name() const { return name_; }
  pid_t process_id() const { return process_id_; }
  /// Becomes readable when the child has written, and when it has ended; -1 after its end was read.
  int output() const { return output_; }

  /// Takes what the child has written; false at the end of its output.
  bool ReadLines(std::vector<std::string>* lines);
  /// Writes a line to the child.
  void Tell(const std::string& line);
  /// Ends the child's input.
  void CloseInput();
  /// Ends the child the hard way.
  void Kill();
  /// Waits for its end; true if it exited with 0.
  bool Wait();

 private:
  const std::string name_;
  pid_t process_id_ = -1;
  int input_ = -1;
  int output_ = -1;
  std::string pending_;
};

}  // namespace native_ingest

#endif  // GLASSWAL_SAMPLES_NATIVE_INGEST_CHILD_H_
