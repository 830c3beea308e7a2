// Results that are used as what they are not stop the program with a sentence.
#include "glasswal/status.h"

#include <gtest/gtest.h>

#include <string>

namespace glasswal {
namespace {

Result<std::string> Refused() { return Status(StatusCode::kFull, "the shelf is full"); }

TEST(ResultTest, GivesItsValue) {
  Result<std::string> result = std::string("a");
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result.status().ok());
  result->append("b");
  EXPECT_EQ(*result, "ab");
  const Result<std::string>& same = result;
  EXPECT_EQ(*same, same.value());
  EXPECT_EQ(same->size(), 2u);
}

TEST(ResultTest, GivesItsFailure) {
  EXPECT_FALSE(Refused().ok());
  EXPECT_EQ(Refused().status().code(), StatusCode::kFull);
  EXPECT_EQ(Refused().status().message(), "the shelf is full");
}

TEST(ResultDeathTest, TheValueOfAFailureStopsTheProgram) {
  const std::string said = "glasswal: Result::value\\(\\) of a failure: the shelf is full";
  EXPECT_DEATH((void)Refused().value(), said);
  EXPECT_DEATH((void)*Refused(), said);
  EXPECT_DEATH((void)Refused()->size(), said);
  const Result<std::string> same = Refused();
  EXPECT_DEATH((void)same.value(), said);
  EXPECT_DEATH((void)*same, said);
  EXPECT_DEATH((void)same->size(), said);
}

TEST(ResultDeathTest, AResultOfAnOkStatusHasNoValue) {
  EXPECT_DEATH((void)Result<int>(Status::Ok()).value(),
               "glasswal: a Result was made of a Status that is ok");
}

}  // namespace
}  // namespace glasswal
