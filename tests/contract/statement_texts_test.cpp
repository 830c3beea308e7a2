// What is kept of a statement's text, and that whoever looks finds it.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <utility>

#include "contract/place.h"
#include "glasswal/observe.h"
#include "port/memory.h"

namespace glasswal::test {
namespace {

class StatementTexts : public testing::TestWithParam<Provider> {};

TEST_P(StatementTexts, WhatRunsHasATextFromItsFirstRunOn) {
  Options options = SmallStart();
  options.statement_capacity = 1024;
  Place place(GetParam(), options);
  Database db = place.Open();
  const port::Memory& memory = place.region().memory();
  const auto bytes = NewMappedBytes(memory.base(), memory.size_bytes());
  std::atomic<bool> is_over{false};
  std::atomic<int> looks{0};
  std::thread runner([&] {
    for (int i = 0; i < 300; ++i) {
      Statement select(db, "SELECT 1 AS column" + std::to_string(i));
      EXPECT_EQ(select.Step(), SQLITE_ROW);
      // The look that ends next has begun before it, or in its first moment.
      const int before = looks;
      while (looks == before) std::this_thread::yield();
    }
    is_over = true;
  });
  int seen = 0;
  int without = 0;
  while (!is_over) {
    const Result<Snapshot> snapshot = Observe(*bytes);
    ++looks;
    const auto& statement = snapshot->connections.at(0).statement;
    if (!statement || !statement->running) continue;
    ++seen;
    without += statement->text.empty() ? 1 : 0;
  }
  runner.join();
  EXPECT_GT(seen, 0);
  EXPECT_EQ(without, 0) << "of " << seen;
}

TEST_P(StatementTexts, AreKeptAsTheRegionSays) {
  const std::string sql = "SELECT 'secret', 42, x'5a' FROM sqlite_schema";
  for (const auto& [kept, text] :
       {std::pair(StatementText::kFull, sql),
        {StatementText::kNone, std::string()},
        {StatementText::kRedacted, std::string("SELECT ?, ?, ? FROM sqlite_schema")}}) {
    Options options = SmallStart();
    options.statement_text = kept;
    Place place(GetParam(), options);
    Database db = place.Open();
    db.Rows(sql);
    const port::Memory& memory = place.region().memory();
    const Result<Snapshot> snapshot = Observe(*NewMappedBytes(memory.base(), memory.size_bytes()));
    ASSERT_TRUE(snapshot.ok());
    const bool is_there = std::any_of(snapshot->statements.begin(), snapshot->statements.end(),
                                      [&, wanted = text](const auto& row) {
                                        return row.text == wanted && row.text_bytes == sql.size();
                                      });
    EXPECT_TRUE(is_there) << text;
  }
}

INSTANTIATE_TEST_SUITE_P(In, StatementTexts, testing::Values(Provider::kNamed), ProviderName);

}  // namespace
}  // namespace glasswal::test
