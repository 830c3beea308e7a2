#include "port/printable.h"

#include <gtest/gtest.h>

#include <string>

#include "store/text.h"

namespace glasswal::port {
namespace {

TEST(Printable, LeavesTextAlone) {
  for (const std::string text :
       {"", "plain text", "\xc3\xa9t\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x90\x9f"}) {
    EXPECT_EQ(Printable(text), text);
  }
}

TEST(Printable, EscapesWhatCommandsTerminalsAndBreaksLines) {
  EXPECT_EQ(Printable("\x1b[31m"), "\\x1b[31m");
  EXPECT_EQ(Printable("a\r\n\t\x7f"), "a\\x0d\\x0a\\x09\\x7f");
  EXPECT_EQ(Printable(std::string("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(Printable("\xc2\x9b"
                      "2J"),
            "\\u009b2J");
  EXPECT_EQ(Printable("\xe2\x80\xa8\xe2\x80\xa9"), "\\u2028\\u2029");
}

TEST(Printable, EscapesWhatTurnsTextAround) {
  for (const char* text : {"\xd8\x9c", "\xe2\x80\x8e", "\xe2\x80\x8f", "\xe2\x80\xaa",
                           "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x81\xa9"}) {
    EXPECT_EQ(Printable(text).substr(0, 2), "\\u");
  }
  EXPECT_EQ(Printable("\xe2\x80\xae"), "\\u202e");
}

TEST(Printable, EscapesWhatIsNoUtf8) {
  EXPECT_EQ(Printable("\xff\x80"), "\\xff\\x80");
  EXPECT_EQ(Printable("\xc0\xaf"), "\\xc0\\xaf");           // Overlong.
  EXPECT_EQ(Printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // A surrogate.
  EXPECT_EQ(Printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
  EXPECT_EQ(Printable("cut \xe2\x82"), "cut \\xe2\\x82");
}

TEST(CutText, EndsWithAWholeCharacter) {
  const std::string text = "ab\xf0\x9f\x90\x9f\xc3\xa9";
  EXPECT_EQ(CutText(text, 100), text);
  EXPECT_EQ(CutText(text, 8), text);
  EXPECT_EQ(CutText(text, 7), text.substr(0, 6));
  for (size_t most = 2; most <= 5; ++most) EXPECT_EQ(CutText(text, most), "ab") << most;
  EXPECT_EQ(CutText(text, 1), "a");
  EXPECT_EQ(CutText(text, 0), "");
  EXPECT_EQ(CutText(std::string(20, '\x80'), 7), std::string(7, '\x80'));
}

// A name of 62 letters and one of two bytes does not fit, and half of it is not kept.
TEST(StoreText, CutsAtAWholeCharacter) {
  shm::Atomic64 field[8] = {};
  char buffer[64];
  store::StoreText(field, std::string(62, 'n') + "\xc3\xa9");
  EXPECT_EQ(store::LoadText(field, buffer), std::string(62, 'n'));
  store::StoreText(field, std::string(61, 'n') + "\xc3\xa9");
  EXPECT_EQ(store::LoadText(field, buffer), std::string(61, 'n') + "\xc3\xa9");
}

}  // namespace
}  // namespace glasswal::port
