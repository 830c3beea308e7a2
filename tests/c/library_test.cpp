// The C library as its users have it: libglasswal.so alone, which shows nothing but the functions of
// its header, refuses what makes no sense with a sentence, and serves Python.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <thread>

#include "glasswal/glasswal.h"
#include "port/unique_name.h"
#include "sqlite/program.h"

namespace glasswal::test {
namespace {

constexpr char kLibrary[] = GLASSWAL_LIBRARY;

std::string FileText(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

glasswal_options Defaults() {
  glasswal_options options;
  EXPECT_EQ(glasswal_default_options(&options, sizeof options), GLASSWAL_OK);
  return options;
}

/// A runtime of this process alone, left at the end.
class CLibrary : public ::testing::Test {
 protected:
  void SetUp() override {
    glasswal_options options = Defaults();
    options.client_name = "the test";
    ASSERT_EQ(glasswal_create(&options, &runtime_), GLASSWAL_OK) << glasswal_last_error();
  }
  void TearDown() override {
    if (runtime_ != nullptr) {
      EXPECT_EQ(glasswal_leave(runtime_), GLASSWAL_OK);
    }
  }
  void ExpectRefused(glasswal_status status, const std::string& part) {
    EXPECT_EQ(status, GLASSWAL_INVALID_ARGUMENT);
    EXPECT_NE(std::string(glasswal_last_error()).find(part), std::string::npos)
        << "`" << glasswal_last_error() << "` does not say `" << part << "`";
  }
  glasswal_runtime* runtime_ = nullptr;
};

TEST_F(CLibrary, ShowsTheFunctionsOfItsHeaderAndNothingElse) {
  std::set<std::string> declared = {"sqlite3_glasswal_init"};
  const std::string header = FileText(GLASSWAL_HEADER);
  const std::regex function("GLASSWAL_API [^(]*?(glasswal_\\w+)\\(");
  for (std::sregex_iterator found(header.begin(), header.end(), function), end; found != end;
       ++found) {
    declared.insert((*found)[1]);
  }
  EXPECT_GT(declared.size(), 20u);
  Program nm({"nm", "-D", "--defined-only", kLibrary});
  std::istringstream symbols(nm.Finish());
  ASSERT_EQ(nm.exit_code(), 0) << symbols.str();
  std::set<std::string> visible;
  for (std::string address, kind, name; symbols >> address >> kind >> name;) visible.insert(name);
  EXPECT_EQ(visible, declared);
}

TEST_F(CLibrary, NullPointersAreRefusedByName) {
  glasswal_runtime* made = nullptr;
  glasswal_options options = Defaults();
  char* json = nullptr;
  uint64_t cursor = 0;
  ExpectRefused(glasswal_default_options(nullptr, sizeof options), "options are NULL");
  ExpectRefused(glasswal_create(nullptr, &made), "options are NULL");
  ExpectRefused(glasswal_create(&options, nullptr), "place for the runtime");
  ExpectRefused(glasswal_open(nullptr, nullptr, &made), "name is NULL");
  ExpectRefused(glasswal_open("app", nullptr, nullptr), "place for the runtime");
  ExpectRefused(glasswal_open_or_create(nullptr, &made), "options are NULL");
  ExpectRefused(glasswal_leave(nullptr), "runtime is NULL");
  ExpectRefused(glasswal_remove(nullptr), "name is NULL");
  ExpectRefused(glasswal_client(nullptr, nullptr, nullptr), "runtime is NULL");
  ExpectRefused(glasswal_register_vfs(nullptr, "x", 0), "runtime is NULL");
  ExpectRefused(glasswal_register_vfs(runtime_, nullptr, 0), "vfs_name is NULL");
  ExpectRefused(glasswal_unregister_vfs(nullptr), "vfs_name is NULL");
  ExpectRefused(glasswal_observe(nullptr, &json), "runtime is NULL");
  ExpectRefused(glasswal_observe(runtime_, nullptr), "place for the JSON");
  ExpectRefused(glasswal_drain_events(runtime_, nullptr, 1, &json), "cursor is NULL");
  ExpectRefused(glasswal_drain_events(runtime_, &cursor, 1, nullptr), "place for the JSON");
  ExpectRefused(glasswal_list_files(runtime_, nullptr), "place for the JSON");
  ExpectRefused(glasswal_remove_file(runtime_, nullptr), "path is NULL");
  ExpectRefused(glasswal_recover_dead(nullptr, nullptr), "runtime is NULL");
  ExpectRefused(glasswal_evict(nullptr, 0, 0, 0), "runtime is NULL");
  ExpectRefused(glasswal_set_event_level(nullptr, GLASSWAL_EVENTS_INFO), "runtime is NULL");
  glasswal_free(nullptr);
  EXPECT_EQ(made, nullptr);
  EXPECT_EQ(json, nullptr);
}

TEST_F(CLibrary, BadValuesAreRefusedByName) {
  glasswal_runtime* made = nullptr;
  char* json = nullptr;
  uint64_t cursor = 0;
  glasswal_options options = Defaults();
  ExpectRefused(glasswal_default_options(&options, 8), "options of 8 bytes");
  ExpectRefused(glasswal_default_options(&options, sizeof options + 8), "not known");
  for (const uint64_t bytes :
       {uint64_t{0}, uint64_t{12}, uint64_t{sizeof options + 8}, UINT64_MAX}) {
    options.struct_bytes = bytes;
    ExpectRefused(glasswal_create(&options, &made), "options of " + std::to_string(bytes));
  }
  options = Defaults();
  options.stale_ms = 0;
  ExpectRefused(glasswal_create(&options, &made), "stale_ms");
  options = Defaults();
  options.fixed_capacity = 2;
  ExpectRefused(glasswal_create(&options, &made), "options.fixed_capacity is 2");
  options = Defaults();
  options.name = "a/b";
  ExpectRefused(glasswal_create(&options, &made), "name");
  const std::string endless(1 << 16, 'x');
  options.name = endless.c_str();
  ExpectRefused(glasswal_create(&options, &made), "options.name has 4096 characters or more");
  ExpectRefused(glasswal_remove(endless.c_str()), "name has 4096 characters or more");
  ExpectRefused(glasswal_drain_events(runtime_, &cursor, 0, &json), "limit is 0");
  ExpectRefused(glasswal_set_event_level(runtime_, static_cast<glasswal_event_level>(6)),
                "level 6");
  int nobody = 0;
  ExpectRefused(glasswal_leave(reinterpret_cast<glasswal_runtime*>(&nobody)), "no runtime");
  EXPECT_EQ(made, nullptr);
}

TEST_F(CLibrary, ARuntimeThatWasLeftIsRefused) {
  EXPECT_EQ(glasswal_leave(runtime_), GLASSWAL_OK);
  char* json = nullptr;
  ExpectRefused(glasswal_observe(runtime_, &json), "has been left");
  ExpectRefused(glasswal_leave(runtime_), "has been left");
  // The next one must not be reached by the handle of the one that was left.
  const glasswal_options options = Defaults();
  glasswal_runtime* next = nullptr;
  ASSERT_EQ(glasswal_create(&options, &next), GLASSWAL_OK) << glasswal_last_error();
  ExpectRefused(glasswal_leave(runtime_), "has been left");
  EXPECT_EQ(glasswal_leave(next), GLASSWAL_OK);
  runtime_ = nullptr;
}

TEST_F(CLibrary, SQLiteThatIsNoneIsRefused) {
  char* error = nullptr;
  EXPECT_NE(glasswal_use_sqlite(nullptr, &error, nullptr), 0);
  EXPECT_EQ(error, nullptr);
}

TEST_F(CLibrary, EachThreadHasItsOwnLastError) {
  ExpectRefused(glasswal_remove(nullptr), "name is NULL");
  std::thread([] { EXPECT_STREQ(glasswal_last_error(), ""); }).join();
  EXPECT_STRNE(glasswal_last_error(), "");
}

TEST_F(CLibrary, SaysItsVersion) { EXPECT_STREQ(glasswal_version(), GLASSWAL_VERSION_WANTED); }

TEST_F(CLibrary, PythonTellsAWholeStory) {
  Program python({"/usr/bin/python3", GLASSWAL_CTYPES_STORY, kLibrary, UniqueName("ctypes")});
  const std::string said = python.Finish();
  EXPECT_EQ(python.exit_code(), 0) << said;
  EXPECT_EQ(said, "the story is told\n");
}

}  // namespace
}  // namespace glasswal::test
