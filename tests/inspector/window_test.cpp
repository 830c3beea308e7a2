// The native window under a virtual screen, attached to a region at work: it draws, and says so.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <thread>

#include "inspector/scene.h"
#include "platform/files.h"
#include "port/unique_name.h"
#include "source/source.h"
#include "sqlite/program.h"

namespace glasswal::inspector {
namespace {

int RunWindow(const std::string& arguments) {
  const std::string command =
      "LIBGL_ALWAYS_SOFTWARE=1 timeout 60 xvfb-run -a -s '-screen 0 "
      "1400x900x24' " GLASSWAL_INSPECTOR " " +
      arguments;
  return std::system(command.c_str());
}

TEST(Window, ShootsARegionAtWorkAndLeavesItAlone) {
  const std::string name = test::UniqueName("window");
  Scene scene(name);
  sqlite3* writer = scene.Open(1000);
  Scene::Run(writer, "CREATE TABLE t(x)");
  std::atomic<bool> stop = false;
  std::thread work([&] {
    while (!stop)
      Scene::Run(
          writer,
          "INSERT OR REPLACE INTO t(rowid, x) VALUES(abs(random() % 1000), randomblob(100))");
  });
  const std::string picture = testing::TempDir() + name + ".png";
  EXPECT_EQ(
      RunWindow(name + " --shot " + picture + " --frames 20 --theme light --panel throughput"), 0);
  stop = true;
  work.join();
  Result<std::vector<uint8_t>> png = ReadFile(picture);
  ASSERT_TRUE(png.ok()) << png.status().message();
  EXPECT_EQ((*png)[1], 'P');
  // Not one colour: a picture of that size with text and lines in it has many.
  std::vector<bool> seen(256);
  for (const uint8_t byte : *png) seen[byte] = true;
  EXPECT_GT(std::count(seen.begin(), seen.end(), true), 100);
  std::remove(picture.c_str());
}

TEST(Window, CapturesAndShowsTheCapture) {
  const std::string name = test::UniqueName("capture");
  const std::string file = testing::TempDir() + name + ".glasswal";
  {
    Scene scene(name);
    Scene::Run(scene.Open(), "CREATE TABLE t(x)");
    EXPECT_EQ(std::system((GLASSWAL_INSPECTOR " " + name + " --capture " + file).c_str()), 0);
  }
  const std::string picture = file + ".png";
  EXPECT_EQ(RunWindow(file + " --shot " + picture + " --frames 5 --pixel-ratio 1"), 0);
  EXPECT_TRUE(ReadFile(picture).ok());
  std::remove(file.c_str());
  std::remove(picture.c_str());
}

TEST(Window, RecordsForSomeSecondsBeforeACapture) {
  const std::string name = test::UniqueName("recorded");
  const std::string file = testing::TempDir() + name + ".glasswal";
  Scene scene(name);
  Scene::Run(scene.Open(), "CREATE TABLE t(x)");
  test::Program program({GLASSWAL_INSPECTOR, name, "--capture", file, "--seconds", "1"});
  (void)program.Finish();
  EXPECT_EQ(program.exit_code(), 0);
  Result<std::vector<uint8_t>> bytes = ReadFile(file);
  ASSERT_TRUE(bytes.ok()) << bytes.status().message();
  Result<std::unique_ptr<Source>> source = OpenCapture(std::move(*bytes), file);
  ASSERT_TRUE(source.ok()) << source.status().message();
  ASSERT_NE((*source)->capture()->looks, nullptr);
  EXPECT_GE((*source)->capture()->looks->count(), 4u);
  std::remove(file.c_str());
  // What is wanted of it makes no sense: of a file there is nothing to record, and a window does it.
  EXPECT_NE(std::system((GLASSWAL_INSPECTOR " " + name + " --seconds 1 2> /dev/null").c_str()), 0);
  EXPECT_NE(std::system(
                (GLASSWAL_INSPECTOR " " + name + " --capture x --seconds 0 2> /dev/null").c_str()),
            0);
}

TEST(Window, PrintsASnapshotAsJson) {
  const std::string name = test::UniqueName("json");
  Scene scene(name);
  Scene::Run(scene.Open(), "CREATE TABLE t(x)");
  test::Program program({GLASSWAL_INSPECTOR, name, "--json"});
  const std::string json = program.Finish();
  EXPECT_EQ(program.exit_code(), 0);
  EXPECT_EQ(json[0], '{');
  EXPECT_NE(json.find("\"/app.sqlite\""), std::string::npos);
}

#ifdef GLASSWAL_NATIVE_DEMO
// The demo ends by itself, with "Nothing was lost" only if the inspector was in nobody's way.
TEST(Window, IsAttachedToTheNativeDemoWhileItRuns) {
  test::Program demo({GLASSWAL_NATIVE_DEMO});
  const std::string begin = demo.ReadUntilLineWith("looks inside");
  const std::string program = "glasswal-inspector ";
  const size_t at = begin.rfind(program);
  ASSERT_NE(at, std::string::npos) << begin;
  const size_t name_at = at + program.size();
  const std::string name = begin.substr(name_at, begin.find(' ', name_at) - name_at);
  const std::string picture = testing::TempDir() + name + ".png";
  EXPECT_EQ(RunWindow(name + " --shot " + picture + " --frames 20 --panel locks"), 0);
  EXPECT_TRUE(ReadFile(picture).ok());
  std::remove(picture.c_str());
  const std::string end = demo.Finish();
  EXPECT_EQ(demo.exit_code(), 0) << end;
  EXPECT_NE(end.find("Nothing was lost."), std::string::npos);
}
#endif

TEST(Window, ComplainsInASentence) {
  EXPECT_NE(std::system(GLASSWAL_INSPECTOR " no-such-region-anywhere 2> /dev/null"), 0);
  EXPECT_NE(std::system(GLASSWAL_INSPECTOR " x --panel nowhere 2> /dev/null"), 0);
  EXPECT_NE(std::system(GLASSWAL_INSPECTOR " 2> /dev/null"), 0);
}

}  // namespace
}  // namespace glasswal::inspector
