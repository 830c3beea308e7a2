// The desktop's dialogue for files, with a script in the place of the program that would show one.
#include "platform/file_dialogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "port/unique_name.h"

namespace glasswal::inspector {
namespace {

namespace fs = std::filesystem;

class FileDialogueTest : public testing::Test {
 protected:
  FileDialogueTest() : folder_(testing::TempDir() + test::UniqueName("dialogue")) {
    fs::create_directories(folder_);
    path_ = getenv("PATH");
  }
  ~FileDialogueTest() override {
    setenv("PATH", path_.c_str(), 1);
    fs::remove_all(folder_);
  }

  /// A program of that name that is found before all others, or alone.
  void Install(const std::string& name, const std::string& script) {
    const std::string file = folder_ + "/" + name;
    std::ofstream(file) << "#!/bin/sh\n" << script << "\n";
    chmod(file.c_str(), 0755);
  }
  void SetPath(bool alone) { setenv("PATH", (alone ? folder_ : folder_ + ":" + path_).c_str(), 1); }

  /// What is chosen in the end.
  static std::optional<std::string> WaitForChoice(FileDialogue* dialogue) {
    while (dialogue->open()) {
      std::optional<std::string> choice = dialogue->TakeChoice();
      if (choice) return choice;
      poll(nullptr, 0, 1);
    }
    return std::nullopt;
  }

  const std::string folder_;
  std::string path_;
};

TEST_F(FileDialogueTest, GivesTheChosenPathOnceAndWaitsForNobody) {
  const std::string go = folder_ + "/go";
  ASSERT_EQ(mkfifo(go.c_str(), 0600), 0);
  Install("zenity", "cat " + go + "; echo \"/tmp/a capture.glasswal\"");
  SetPath(false);
  FileDialogue dialogue;
  ASSERT_TRUE(dialogue.Open("Open").ok());
  EXPECT_TRUE(dialogue.open());
  EXPECT_FALSE(dialogue.TakeChoice().has_value()) << "the user has not chosen yet";
  EXPECT_TRUE(dialogue.Open("Open").ok()) << "the one that is open stays";
  { std::ofstream(go) << ""; }
  EXPECT_EQ(WaitForChoice(&dialogue), "/tmp/a capture.glasswal");
  EXPECT_FALSE(dialogue.open());
  EXPECT_FALSE(dialogue.TakeChoice().has_value());
}

TEST_F(FileDialogueTest, ThatIsGivenUpGivesNothing) {
  Install("zenity", "exit 1");
  SetPath(false);
  FileDialogue dialogue;
  ASSERT_TRUE(dialogue.Open("Open").ok());
  EXPECT_EQ(WaitForChoice(&dialogue), std::nullopt);
  ASSERT_TRUE(dialogue.Open("Open").ok()) << "it can be opened again";
  EXPECT_EQ(WaitForChoice(&dialogue), std::nullopt);
}

TEST_F(FileDialogueTest, TakesWhatTheDesktopHas) {
  Install("kdialog", "echo /from/kdialog");
  SetPath(true);
  FileDialogue dialogue;
  ASSERT_TRUE(dialogue.Open("Open").ok());
  EXPECT_EQ(WaitForChoice(&dialogue), "/from/kdialog");
}

TEST_F(FileDialogueTest, SaysWhatElseThereIsWhereThereIsNone) {
  SetPath(true);
  FileDialogue dialogue;
  const Status status = dialogue.Open("Open");
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_THAT(status.message(), testing::HasSubstr("drop a capture onto the window"));
  EXPECT_FALSE(dialogue.open());
}

TEST_F(FileDialogueTest, EndsWithTheWindow) {
  const std::string ended = folder_ + "/ended";
  const std::string ready = folder_ + "/ready";
  ASSERT_EQ(mkfifo(ready.c_str(), 0600), 0);
  Install("zenity", "trap 'echo > " + ended + "; exit' TERM; echo > " + ready +
                        "; while :; do sleep 0.05; done");
  SetPath(false);
  {
    FileDialogue dialogue;
    ASSERT_TRUE(dialogue.Open("Open").ok());
    std::ifstream(ready).get();
  }
  EXPECT_TRUE(fs::exists(ended));
}

}  // namespace
}  // namespace glasswal::inspector
