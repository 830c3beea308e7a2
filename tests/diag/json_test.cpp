// The JSON of snapshots and events: well-formed, exactly as the schema says, whatever text is in
// it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "diag/json_value.h"
#include "diag/json_writer.h"
#include "diag/populated_region.h"
#include "glasswal/observe.h"
#include "glasswal/option_names.h"

namespace glasswal {
namespace {

using testing::CheckSchema;
using testing::JsonValue;
using testing::ParseJson;
using testing::PopulatedRegion;

std::string Quoted(std::string_view text) {
  std::string out;
  diag::JsonWriter(&out).String(text);
  return out;
}

void ExpectValid(const JsonValue& value, const JsonValue& schema, const JsonValue& root) {
  ASSERT_NE(value.kind, JsonValue::Kind::kInvalid) << "this is not JSON";
  for (const std::string& problem : CheckSchema(value, schema, root)) ADD_FAILURE() << problem;
}

std::string JsonOf(PopulatedRegion& populated) {
  const auto bytes = NewMappedBytes(populated.region().bytes(), populated.region().size_bytes());
  const Result<Snapshot> snapshot = Observe(*bytes);
  EXPECT_TRUE(snapshot.ok());
  return ToJson(*snapshot);
}

TEST(JsonWriterTest, PutsCommasBetweenValuesOnly) {
  std::string out;
  diag::JsonWriter writer(&out);
  writer.BeginObject();
  writer.Key("a"), writer.BeginArray(), writer.Number(0), writer.Number(UINT64_MAX);
  writer.BeginObject(), writer.EndObject(), writer.Null(), writer.EndArray();
  writer.Key("b"), writer.Bool(true);
  writer.EndObject();
  EXPECT_EQ(out, R"({"a":[0,18446744073709551615,{},null],"b":true})");
}

TEST(JsonWriterTest, EscapesWhatMustBeEscaped) {
  EXPECT_EQ(Quoted("a\"b\\c/d"), R"("a\"b\\c/d")");
  EXPECT_EQ(Quoted("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(Quoted(std::string_view("\0\x1f\x7f", 3)), R"("\u0000\u001f\u007f")");
  EXPECT_EQ(Quoted("\xc2\x9b\xe2\x80\xae\xe2\x80\xa8"), R"("\u009b\u202e\u2028")");
  EXPECT_EQ(Quoted("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xb3"),
            "\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xb3\"");
}

TEST(JsonWriterTest, ReplacesWhatIsNotUtf8) {
  const std::string bad = "\xef\xbf\xbd";
  EXPECT_EQ(Quoted("a\xff"
                   "b"),
            "\"a" + bad + "b\"");
  EXPECT_EQ(Quoted("\xc3"), "\"" + bad + "\"") << "cut short";
  EXPECT_EQ(Quoted("\xc0\xaf"), "\"" + bad + bad + "\"") << "overlong";
  EXPECT_EQ(Quoted("\xe0\x80\xaf"), "\"" + bad + bad + bad + "\"") << "overlong";
  EXPECT_EQ(Quoted("\xed\xa0\x80"), "\"" + bad + bad + bad + "\"") << "surrogate";
  EXPECT_EQ(Quoted("\xf4\x90\x80\x80"), "\"" + bad + bad + bad + bad + "\"") << "beyond U+10FFFF";
  EXPECT_EQ(Quoted("\x80x"), "\"" + bad + "x\"") << "a stray continuation";
}

TEST(JsonTest, ASnapshotIsExactlyWhatTheSchemaSays) {
  PopulatedRegion populated;
  const JsonValue schema = ParseJson(SnapshotSchema());
  const std::string text = JsonOf(populated);
  const JsonValue value = ParseJson(text);
  ExpectValid(value, schema, schema);
  // The parts that may be empty are not, so that every definition was checked.
  for (const char* name : {"clients", "files", "databases", "connections", "locks", "wals",
                           "recoveries", "segmentRuns"}) {
    ASSERT_NE(value.Find(name), nullptr) << name;
    EXPECT_FALSE(value.Find(name)->items.empty()) << name;
  }
  EXPECT_EQ(value.Find("region")->Find("id")->kind, JsonValue::Kind::kString);
}

TEST(JsonTest, TheCheckerFindsAMissingAndAnUnknownField) {
  PopulatedRegion populated;
  const JsonValue schema = ParseJson(SnapshotSchema());
  JsonValue value = ParseJson(JsonOf(populated));
  value.names[0] = "observedAt";
  EXPECT_EQ(CheckSchema(value, schema, schema).size(), 2u);
  value = ParseJson(JsonOf(populated));
  value.items[0].kind = JsonValue::Kind::kString;
  EXPECT_EQ(CheckSchema(value, schema, schema).size(), 1u);
}

TEST(JsonTest, HostileTextStaysText) {
  PopulatedRegion populated;
  testing::SetText(populated.region()->client(2)->name, "\xff\",\"x\":\n\xe2\x82");
  testing::SetText(populated.region()->file(0)->path, "</script>\\");
  const JsonValue schema = ParseJson(SnapshotSchema());
  const JsonValue value = ParseJson(JsonOf(populated));
  ExpectValid(value, schema, schema);
  EXPECT_EQ(value.Find("clients")->items[0].Find("name")->text,
            "\xef\xbf\xbd\",\"x\":\n\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(value.Find("files")->items[0].Find("path")->text, "</script>\\");
}

TEST(JsonTest, EveryKindOfEvent) {
  const JsonValue schema = ParseJson(SnapshotSchema());
  const JsonValue* event_schema = schema.Find("$defs")->Find("Event");
  ASSERT_NE(event_schema, nullptr);
  for (uint32_t kind = 0; kind <= static_cast<uint32_t>(EventKind::kCount) + 1; ++kind) {
    const Event event{.sequence = 1,
                      .kind = static_cast<EventKind>(kind),
                      .level = EventLevel::kInfo,
                      .client = 2,
                      .connection = 1,
                      .arguments = {1, 2, 3, UINT64_MAX}};
    ExpectValid(ParseJson(ToJson(event)), *event_schema, schema);
  }
  const Event commit{.sequence = 17,
                     .time_ns = 5,
                     .kind = EventKind::kCommit,
                     .level = EventLevel::kInfo,
                     .client = 3,
                     .client_generation = 8,
                     .connection = 1,
                     .file = 0,
                     .transaction = 7,
                     .arguments = {2, 40, 9, 51'200}};
  EXPECT_EQ(ToJson(commit),
            R"({"sequence":17,"timeNs":5,"kind":"commit","level":"info","client":3,)"
            R"("clientGeneration":8,"connection":0,"file":null,"transaction":7,)"
            R"("arguments":{"frames":2,"databasePages":40,"change":9,"heldNs":51200}})");
}

TEST(JsonTest, EveryFieldIsDescribed) {
  const JsonValue schema = ParseJson(SnapshotSchema());
  std::set<std::string> structs = {""};
  for (const std::string& name : schema.Find("$defs")->names) structs.insert(name);
  for (const std::string& name : structs) {
    const JsonValue* definition = name.empty() ? &schema : schema.Find("$defs")->Find(name);
    for (const auto& [field, rule] : definition->Find("properties")->Members()) {
      const JsonValue* description = rule->Find("description");
      ASSERT_NE(description, nullptr) << name << "." << field;
      EXPECT_GE(description->text.size(), 4u) << name << "." << field;
    }
  }
}

TEST(JsonTest, AnOptionIsToldOfInTheWordsOfTheTable) {
  const JsonValue schema = ParseJson(SnapshotSchema());
  const JsonValue* fields = schema.Find("$defs")->Find("Options")->Find("properties");
  size_t options = 0;
  const auto compare = [&](const char* member, const char* sentence) {
    ++options;
    const JsonValue* field = fields->Find(diag::CamelCase(member));
    ASSERT_NE(field, nullptr) << member;
    EXPECT_EQ(field->Find("description")->text, sentence) << member;
  };
#define GLASSWAL_TOLD(option, member, uri, javascript, least, most, kept, unit, sentence) \
  compare(#member, sentence);
  GLASSWAL_KEPT_OPTIONS(GLASSWAL_TOLD)
#undef GLASSWAL_TOLD
  EXPECT_EQ(fields->names.size(), options);
}

TEST(JsonTest, TheSchemaInTheRepositoryIsThisOne) {
  const std::string path = GLASSWAL_SCHEMA_FILE;
  if (std::getenv("GLASSWAL_WRITE_SCHEMA") != nullptr)
    std::ofstream(path) << SnapshotSchema() << "\n";
  std::stringstream kept;
  kept << std::ifstream(path).rdbuf();
  EXPECT_EQ(kept.str(), SnapshotSchema() + "\n")
      << "run this test once with GLASSWAL_WRITE_SCHEMA=1 in its environment, and commit the file";
}

}  // namespace
}  // namespace glasswal
