// A program whose objects belong to two builds of the libraries is not linked: one that has seen an
// inline function with test points, beside one that has seen it without.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "sqlite/program.h"

namespace glasswal::test {
namespace {

constexpr char kCompiler[] = GLASSWAL_COMPILER;
constexpr char kSource[] = GLASSWAL_SOURCE_DIR "/vfs";
constexpr char kProduct[] = GLASSWAL_PRODUCT_LIBRARY;
constexpr char kTesting[] = GLASSWAL_TESTING_LIBRARY;
constexpr char kSqlite[] =
    GLASSWAL_SQLITE_LIBRARY;  // Some of the objects that are taken may want it.
#if GLASSWAL_ASSERTIONS
constexpr char kAssertions[] = "-DGLASSWAL_ASSERTIONS=1";
#else
constexpr char kAssertions[] = "-DGLASSWAL_ASSERTIONS=0";
#endif
// What the libraries were compiled with must be linked with.
#if GLASSWAL_COVERAGE
constexpr char kInstruments[] = "--coverage";
#else
constexpr char kInstruments[] = "-pthread";
#endif

class OneBuild : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "one_build_XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    Write("takes",
          "#include \"lock/lock.h\"\n"
          "bool Takes(glasswal::shm::ShmLock* lock) {\n"
          "  return glasswal::lock::Acquire(lock, 0, glasswal::lock::LockMode::kShared, 0,\n"
          "                                 glasswal::lock::Timing::kNone, nullptr).result ==\n"
          "         glasswal::lock::LockResult::kAcquired;\n"
          "}\n");
    Write("gives",
          "#include \"lock/lock.h\"\n"
          "bool Takes(glasswal::shm::ShmLock* lock);\n"
          "int main() {\n"
          "  static glasswal::shm::ShmLock lock;\n"
          "  return Takes(&lock) && glasswal::lock::Release(&lock, 0) == 0 ? 0 : 1;\n"
          "}\n");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// Compiles the two files, each with test points or without; what the linker says of both. The
  /// library of `gives` comes first: it has all that a program of one build wants.
  std::string Link(bool takes_with_points, bool gives_with_points) {
    Compile("takes", takes_with_points);
    Compile("gives", gives_with_points);
    const char* const first = gives_with_points ? kTesting : kProduct;
    const char* const second = gives_with_points ? kProduct : kTesting;
    return Run({kCompiler, folder_ + "/takes.o", folder_ + "/gives.o", first, second, kSqlite,
                "-pthread", "-ldl", "-lm", kInstruments, "-o", folder_ + "/program"});
  }

 private:
  void Write(const std::string& name, const char* text) {
    std::ofstream(folder_ + "/" + name + ".cpp") << text;
  }
  void Compile(const std::string& name, bool with_points) {
    const std::string path = folder_ + "/" + name;
    EXPECT_EQ(
        Run({kCompiler, "-std=c++20", "-O0", "-I", kSource, "-I", std::string(kSource) + "/include",
             kAssertions, with_points ? "-DGLASSWAL_TEST_POINTS=1" : "-DGLASSWAL_TEST_POINTS=0",
             "-c", path + ".cpp", "-o", path + ".o"}),
        "");
  }
  static std::string Run(const std::vector<std::string>& command) {
    Program program(command);
    return program.Finish();
  }

  std::string folder_;
};

TEST_F(OneBuild, ObjectsOfOneBuildAreAProgram) {
  EXPECT_EQ(Link(true, true), "");
  EXPECT_EQ(Link(false, false), "");
}

TEST_F(OneBuild, ObjectsOfTwoBuildsAreNone) {
  EXPECT_NE(Link(true, false).find("one_program_has_one_build"), std::string::npos);
  EXPECT_NE(Link(false, true).find("one_program_has_one_build"), std::string::npos);
}

}  // namespace
}  // namespace glasswal::test
