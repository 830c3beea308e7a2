// wasm/ts/generated/options.ts: the options of glasswal/option_names.h, as JavaScript gives them,
// with the defaults of glasswal::Options.
#include "glasswal/options.h"

#include <string>
#include <type_traits>

#include "generate/print.h"

namespace glasswal::generate {
namespace {

/// "'report' | 'evict'"
template <typename Choice>
std::string QuotedNames(Choice choice, const char* between) {
  std::string names;
  for (const char* name : NamesOf(choice)) {
    if (!names.empty()) names += between;
    names += '\'' + std::string(name) + '\'';
  }
  return names;
}

// An option's type, its default for people, and its default with its bounds or choices for a
// program.
struct Said {
  std::string type;
  std::string usual;
  std::string checked;
};

/// 30000 as 30,000, and 1048576 as 1 MiB.
std::string ForPeople(const std::string& name, uint64_t value) {
  const bool is_size = name.size() > 5 && name.substr(name.size() - 5) == "Bytes";
  if (value == 0) return "Derived from the others";
  if (is_size && value % kGiB == 0) return std::to_string(value / kGiB) + " GiB";
  if (is_size && value % kMiB == 0) return std::to_string(value / kMiB) + " MiB";
  std::string digits = std::to_string(value);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) digits.insert(at, ",");
  return digits;
}

template <typename Integer>
requires std::is_integral_v<Integer> Said Say(const std::string& name, Integer value,
                                              OptionBounds bounds) {
  return {"number", ForPeople(name, value),
          std::to_string(value) + ", " + std::to_string(bounds.least) + ", " +
              std::to_string(bounds.most)};
}

Said Say(const std::string&, bool value, OptionBounds) {
  const std::string text = value ? "true" : "false";
  return {"boolean", text, text};
}

// The choices, of which the first is the default.
template <typename Choice>
requires std::is_enum_v<Choice> Said Say(const std::string&, Choice value, OptionBounds) {
  return {QuotedNames(value, " | "),
          std::string("'") + NamesOf(value)[static_cast<size_t>(value)] + "'",
          QuotedNames(value, ", ")};
}

}  // namespace

void PrintOptions() {
  const Options options;
  std::printf(
      "/** What the creator of a runtime decides about it. Sizes are whole numbers of bytes. "
      "*/\nexport interface RegionOptions {\n");
#define GLASSWAL_PRINT(option, member, uri, javascript, least, most, field, units, what) \
  {                                                                                      \
    const Said said = Say(javascript, options.member, BoundsOf(Option::option));         \
    Comment("  ", std::string(what) + " " + said.usual + ".");                           \
    std::printf("  readonly " javascript "?: %s;\n", said.type.c_str());                 \
  }
  GLASSWAL_OPTIONS(GLASSWAL_PRINT)
#undef GLASSWAL_PRINT
  std::printf(
      "}\n\n/** Their defaults with the least and the most, or with the other choices: in the "
      "order "
      "in which the module takes them. */\nexport const regionOptions = {\n");
#define GLASSWAL_PRINT(option, member, uri, javascript, ...) \
  std::printf("  " javascript ": [%s],\n",                   \
              Say(javascript, options.member, BoundsOf(Option::option)).checked.c_str());
  GLASSWAL_OPTIONS(GLASSWAL_PRINT)
#undef GLASSWAL_PRINT
  std::printf("} as const;\n");
}

}  // namespace glasswal::generate
