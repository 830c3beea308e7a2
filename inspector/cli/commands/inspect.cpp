// glasswal inspect: the program with the window, in the place of this one.
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "cli/command.h"

namespace glasswal::inspector::cli {
namespace {

constexpr const char* kProgram = "glasswal-inspector";

/// Where this program is; empty where /proc does not say.
std::string OwnFolder() {
  std::string path(4096, '\0');
  const ssize_t size = readlink("/proc/self/exe", path.data(), path.size());
  path.resize(size > 0 ? static_cast<size_t>(size) : 0);
  const size_t end = path.rfind('/');
  return end == std::string::npos ? std::string() : path.substr(0, end + 1);
}

}  // namespace

int RunInspect(const Arguments& arguments, Output* output) {
  (void)output;
  std::vector<std::string> words = {kProgram};
  words.insert(words.end(), arguments.words.begin(), arguments.words.end());
  std::vector<char*> values;
  for (std::string& word : words) values.push_back(word.data());
  values.push_back(nullptr);
  const std::string folder = OwnFolder();
  // In the folder that both are installed into, in the one that both are built in, or where the shell
  // finds it.
  if (!folder.empty()) {
    for (const std::string& beside : {folder + kProgram, folder + "../" + kProgram}) {
      execv(beside.c_str(), values.data());
    }
  }
  execvp(kProgram, values.data());
  if (errno != ENOENT) {
    return Complain(std::string(kProgram) + " cannot be started: " + std::strerror(errno), kFailed);
  }
  return Complain(std::string("The window is another program, ") + kProgram +
                  ", which is not installed: build it where GLFW and OpenGL are. "
                  "`glasswal top` needs a terminal only.");
}

}  // namespace glasswal::inspector::cli
