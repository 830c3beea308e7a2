// wasm/ts/generated/exports.ts: the functions of wasm/module/exports.h and host.h with the names and
// types of their arguments; and the linker's list of the exports.
#include "module/exports.h"

#include <cstdlib>
#include <string>
#include <type_traits>
#include <vector>

#include "generate/print.h"
#include "module/host.h"

namespace glasswal::generate {
namespace {

template <typename T>
constexpr const char* TypeOf() {
  if constexpr (std::is_void_v<T>) return "void";
  return std::is_same_v<T, int64_t> || std::is_same_v<T, sqlite3_int64> ? "bigint" : "number";
}

/// What crosses when a function is called, as TypeScript has it.
struct Signature {
  const char* result;
  std::vector<const char*> arguments;
};

template <typename Returned, typename... Arguments>
Signature SignatureOf(Returned (*)(Arguments...)) {
  return {TypeOf<Returned>(), {TypeOf<Arguments>()...}};
}

/// What follows the named arguments is at one address (sqlite3_db_config).
template <typename Returned, typename... Arguments>
Signature SignatureOf(Returned (*)(Arguments..., ...)) {
  return {TypeOf<Returned>(), {TypeOf<Arguments>()..., "number"}};
}

/// "(const char* name, uint32_t slot)" as {"name", "slot"}.
std::vector<std::string> NamesOf(const std::string& arguments) {
  std::vector<std::string> names;
  std::string word;
  for (const char c : arguments) {
    if (std::isalnum(c) || c == '_') {
      word += c;
      continue;
    }
    if ((c == ',' || c == ')') && !word.empty()) names.push_back(word);
    word.clear();
  }
  return names;
}

std::vector<std::string> WordsOf(const std::string& words) {
  std::string list = "(";
  for (const char c : words) list += c == ' ' ? ',' : c;
  return NamesOf(list + ')');
}

/// A function of an interface.
void Function(const char* name, const Signature& signature, const std::vector<std::string>& names,
              const char* what) {
  if (names.size() != signature.arguments.size()) {
    std::fprintf(stderr, "functions: %s has %zu arguments, and %zu names\n", name,
                 signature.arguments.size(), names.size());
    std::exit(1);
  }
  Comment("  ", what);
  std::printf("  readonly %s: (", name);
  for (size_t i = 0; i < names.size(); ++i) {
    std::printf("%s%s: %s", i > 0 ? ", " : "", Camel(names[i]).c_str(), signature.arguments[i]);
  }
  std::printf(") => %s;\n", signature.result);
}

// Only their types are asked for: nothing defines them in this program.
template <typename Type>
constexpr Type* kNone = nullptr;

}  // namespace

void PrintExports() {
  std::printf(
      "/** The exports of the module. Addresses and sizes are numbers, which come back signed: "
      "take them `>>> 0`. */\nexport interface ModuleExports {\n");
#define GLASSWAL_PRINT(result, name, arguments, what) \
  Function(#name, SignatureOf(kNone<decltype(wasm::name)>), NamesOf(#arguments), what);
  GLASSWAL_EXPORTS(GLASSWAL_PRINT)
#undef GLASSWAL_PRINT
#define GLASSWAL_PRINT(name, names) \
  Function(#name, SignatureOf(kNone<decltype(name)>), WordsOf(names), "");
  GLASSWAL_SQLITE_EXPORTS(GLASSWAL_PRINT)
#undef GLASSWAL_PRINT
  std::printf(
      "}\n\n/** What the module imports. Addresses and sizes come signed: take them `>>> 0`. "
      "*/\nexport interface ModuleImports {\n");
#define GLASSWAL_PRINT(result, name, arguments, what) \
  Function(#name, SignatureOf(kNone<decltype(::name)>), NamesOf(#arguments), what);
  GLASSWAL_IMPORTS(GLASSWAL_PRINT)
#undef GLASSWAL_PRINT
  std::printf("}\n");
}

void PrintExportList() {
#define GLASSWAL_PRINT(result, name, arguments, what) std::printf("--export=" #name "\n");
  GLASSWAL_EXPORTS(GLASSWAL_PRINT)
#undef GLASSWAL_PRINT
#define GLASSWAL_PRINT(name, names) std::printf("--export=" #name "\n");
  GLASSWAL_SQLITE_EXPORTS(GLASSWAL_PRINT)
#undef GLASSWAL_PRINT
}

}  // namespace glasswal::generate
