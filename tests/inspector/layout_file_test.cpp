// The native window finds its layout again.
#include "platform/layout_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "inspector/scene.h"
#include "port/unique_name.h"
#include "sqlite/program.h"

namespace glasswal::inspector {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class Layout : public testing::Test {
 protected:
  Layout() : folder_(testing::TempDir() + test::UniqueName("layout")) {
    fs::create_directories(folder_);
  }
  ~Layout() override { fs::remove_all(folder_); }

  std::string Path() const { return folder_ + "/glasswal/inspector"; }

  /// Opens the window and closes it as soon as its layout has been saved; what that was.
  std::string OpenUntilSaved(const std::string& arguments) {
    fs::create_directories(folder_ + "/glasswal");
    const int watch = inotify_init1(IN_CLOEXEC);
    inotify_add_watch(watch, (folder_ + "/glasswal").c_str(), IN_MOVED_TO);
    // The shell ends the window when its own input ends, which is what Finish() does.
    test::Program window({"xvfb-run", "-a", "env", "XDG_STATE_HOME=" + folder_,
                          "LIBGL_ALWAYS_SOFTWARE=1", "sh", "-c",
                          GLASSWAL_INSPECTOR " " + arguments + " & cat; kill $!; wait"});
    pollfd saved = {watch, POLLIN, 0};
    EXPECT_EQ(poll(&saved, 1, 60'000), 1) << "it saves nothing";
    window.Finish();
    close(watch);
    return LayoutFile(Path()).Load();
  }

  const std::string folder_;
};

TEST_F(Layout, IsSavedWholeAndFoundAgain) {
  const LayoutFile file(Path());
  EXPECT_EQ(file.Load(), "") << "there is none yet";
  for (const std::string layout : {"first", "", "second"}) {
    EXPECT_EQ(file.Save(layout).message(), "");
    EXPECT_EQ(file.Load(), layout);
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ + "/glasswal"), {}), 1);
}

TEST_F(Layout, SaysWhereItCannotBeSaved) {
  ASSERT_TRUE(LayoutFile(folder_ + "/file").Save("where a folder is wanted").ok());
  const LayoutFile below(folder_ + "/file/inspector");
  EXPECT_THAT(below.Save("x").message(), HasSubstr(below.path()));
  EXPECT_EQ(below.Load(), "");
  EXPECT_TRUE(LayoutFile("").Save("x").ok()) << "no file: nothing is remembered";
}

TEST_F(Layout, IsInTheFolderThatTheSpecificationNames) {
  setenv("HOME", folder_.c_str(), 1);
  setenv("XDG_STATE_HOME", folder_.c_str(), 1);
  EXPECT_EQ(LayoutFile::OfUser().path(), Path());
  setenv("XDG_STATE_HOME", "relative", 1);
  EXPECT_EQ(LayoutFile::OfUser().path(), folder_ + "/.local/state/glasswal/inspector");
  unsetenv("XDG_STATE_HOME");
  unsetenv("HOME");
  EXPECT_EQ(LayoutFile::OfUser().path(), "");
}

TEST_F(Layout, OfTheWindowIsAsItWasLeft) {
  const std::string name = test::UniqueName("layout");
  Scene scene(name);
  EXPECT_THAT(OpenUntilSaved(name + " --panel locks --theme light"),
              testing::AllOf(HasSubstr("\ntheme=light\n"), HasSubstr("panel=locks")));
  EXPECT_THAT(OpenUntilSaved(name + " --theme dark"),
              testing::AllOf(HasSubstr("\ntheme=dark\n"), HasSubstr("panel=locks")));
}

}  // namespace
}  // namespace glasswal::inspector
