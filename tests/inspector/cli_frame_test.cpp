// The picture of `glasswal top` and the tables, of nonsense in every size: nothing is wider or higher
// than the terminal, and nothing commands it.
#include <gtest/gtest.h>

#include "cli/output.h"
#include "cli/report.h"
#include "cli/table.h"
#include "cli/top/frame.h"
#include "inspector/scene.h"
#include "port/printable.h"

namespace glasswal::inspector::cli {
namespace {

bool IsHarmless(std::string_view text) { return port::Printable(text) == text; }

TEST(CommandLineText, CutsAtCharactersAndCountsCells) {
  EXPECT_EQ(CellsOf("a\xc2\xb5"
                    "b"),
            3u);
  EXPECT_EQ(CellsOf("\xe6\xbc\xa2\xe5\xad\x97"), 4u);
  EXPECT_EQ(CellsOf("e\xcc\x81"), 1u);
  EXPECT_EQ(Clipped("\xe6\xbc\xa2\xe5\xad\x97", 3), "\xe6\xbc\xa2\xe2\x80\xa6");
  EXPECT_EQ(Clipped("abc", 3), "abc");
  EXPECT_EQ(Clipped("abcd", 3), "ab\xe2\x80\xa6");
  EXPECT_EQ(Clipped("abcd", 0), "");
  EXPECT_EQ(Padded("12", 4, true), "  12");
  EXPECT_EQ(ToAscii("4 \xc2\xb5s\xe2\x80\xa6\xe6\xbc\xa2"), "4 us~??");
  EXPECT_EQ(HarmlessJson("\"\xc2\x9b\xe2\x80\xae\x7f\""), "\"\\u009b\\u202e\\u007f\"");
  const Line line = Clipped(Line{{"abc", Style::kBad}, {"defgh"}}, 5);
  ASSERT_EQ(line.size(), 2u);
  EXPECT_EQ(line[0].text + line[1].text, "abcd\xe2\x80\xa6");
}

TEST(CommandLineTable, LeavesColumnsOutBeforeTextsBecomeUnreadable) {
  TextTable table({{"NAME"}, {"A", true, 0, 2}, {"B", true, 0, 1}, {"TEXT", false, 12}});
  table.Add({{"x"}, {"1,000,000"}, {"2"}, {"a rather long text that goes on"}});
  EXPECT_EQ(table.Fitting(0).size(), 4u);
  EXPECT_EQ(table.Fitting(33), (std::vector<size_t>{0, 1, 2, 3}));
  EXPECT_EQ(table.Fitting(26), (std::vector<size_t>{0, 2, 3}));
  EXPECT_EQ(table.Fitting(10), (std::vector<size_t>{0, 3}));
  for (const Line& row : table.Lines(26)) EXPECT_LE(CellsOf(row), 26u);
}

TEST(CommandLineFrame, FitsIntoEverySizeWithNonsenseInIt) {
  Model model;
  model.Reset("r\x1b[31mgion", /*live=*/true);
  Snapshot hostile = HugeSnapshot();
  hostile.clients[0].name =
      "\x1b[2J\xc2\x9b"
      "1m";
  hostile.connections[0].client_name = "\x1b]0;x\x07";
  hostile.connections[0].waiting.reset();
  hostile.connections[0].statement = ConnectionStatement{"SELECT \x1b[31m", 0, true, 5, 1};
  model.Add(hostile, HugeEvents(500));
  hostile.observed_ns += 1'000'000'000;
  model.Add(hostile, EventBatch());
  for (uint32_t pane = 0; pane < static_cast<uint32_t>(TopPane::kCount); ++pane) {
    for (const size_t width : {0, 1, 7, 40, 80, 120, 300}) {
      for (const size_t height : {0, 1, 2, 5, 8, 12, 24, 100}) {
        TopState state;
        state.pane = static_cast<TopPane>(pane);
        state.slot = 59;
        const std::vector<Line> lines = TopFrame(model, {width, height}, &state);
        if (height > 0) {
          ASSERT_EQ(lines.size(), height);
        }
        for (const Line& line : lines) {
          if (width > 0) {
            ASSERT_LE(CellsOf(line), width) << width << "x" << height;
          }
          for (const Span& span : line) ASSERT_TRUE(IsHarmless(span.text)) << Shown(span.text);
        }
      }
    }
  }
  std::string report = ReportToMarkdown(model);
  report.erase(std::remove(report.begin(), report.end(), '\n'), report.end());
  EXPECT_TRUE(IsHarmless(report));
}

TEST(CommandLineFrame, KeepsTheSelectedClientInSight) {
  Model model;
  model.Reset("app", /*live=*/true);
  model.Add(HugeSnapshot(), EventBatch());
  TopState state;
  state.sort = TopSort::kSlot;
  state.slot = 59;
  const auto text = [&] {
    std::string all;
    for (const Line& line : TopFrame(model, {80, 24}, &state)) {
      for (const Span& span : line) all += span.text;
      all += '\n';
    }
    return all;
  };
  EXPECT_NE(text().find("\n   59  client"), std::string::npos) << text();
  state.slot = 0;
  EXPECT_NE(text().find("\n    0  client"), std::string::npos) << text();
}

}  // namespace
}  // namespace glasswal::inspector::cli
