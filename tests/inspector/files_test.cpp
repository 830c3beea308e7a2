// Files that are none, are too large, or are something else altogether.
#include "platform/files.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "glasswal/capture.h"
#include "port/child_process.h"
#include "port/unique_name.h"

namespace glasswal::inspector {
namespace {

namespace fs = std::filesystem;

class Files : public testing::Test {
 protected:
  Files() : path_(testing::TempDir() + test::UniqueName("file")) {}
  ~Files() override { fs::remove_all(path_); }
  const std::string path_;
};

TEST_F(Files, ComeBackAsTheyWereWritten) {
  std::vector<uint8_t> bytes(200'000);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(i * 7);
  ASSERT_TRUE(WriteFile(path_, bytes).ok());
  EXPECT_EQ(*ReadFile(path_), bytes);
  EXPECT_EQ(*ReadFile(path_, std::string(bytes.begin(), bytes.begin() + 8)), bytes);
  ASSERT_TRUE(WriteFile(path_, {}).ok());
  EXPECT_TRUE(ReadFile(path_)->empty());
  EXPECT_EQ(ReadFile(path_, "glwalcap").status().code(), StatusCode::kCorrupt);
}

// 16 GB of zeros came to bad_alloc before anybody looked at the first of them.
TEST_F(Files, ThatAreNoCaptureAreNotReadWhole) {
  ASSERT_TRUE(WriteFile(path_, {}).ok());
  ASSERT_EQ(truncate(path_.c_str(), off_t{16} << 30), 0);
  const Status status = ReadFile(path_, kCaptureBeginning).status();
  EXPECT_EQ(status.code(), StatusCode::kCorrupt);
  EXPECT_NE(status.message().find(path_), std::string::npos) << status.message();
}

TEST_F(Files, ThatAreNoRegularFilesAreRefusedWithoutWaiting) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  test::ChildProcess child([&](const auto&) {
    alarm(10);
    return ReadFile(path_).status().code() == StatusCode::kSystem ? 0 : 1;
  });
  EXPECT_EQ(child.Wait(), 0);
  EXPECT_EQ(ReadFile(testing::TempDir()).status().code(), StatusCode::kSystem);
  EXPECT_EQ(ReadFile("/dev/zero").status().code(), StatusCode::kSystem);
}

}  // namespace
}  // namespace glasswal::inspector
