// What the parts of glasswal_facts share: each prints one file of wasm/ts/generated, and how names
// and comments are written there.
//
// Thread-safety: a program of one thread.
#ifndef GLASSWAL_WASM_GENERATE_PRINT_H_
#define GLASSWAL_WASM_GENERATE_PRINT_H_

#include <cctype>
#include <cstdint>
#include <cstdio>
#include <string>

namespace glasswal::generate {

void PrintCodes();
void PrintEncoding();
void PrintExports();
/// What the linker is told to export: a response file.
void PrintExportList();
void PrintFacts();
void PrintOptions();

/// `export const NAME = VALUE;`, which the bundler puts where it is used.
inline void Number(const std::string& name, uint64_t value) {
  std::printf("export const %s = %llu;\n", name.c_str(), static_cast<unsigned long long>(value));
}

/// A comment before what is printed next; none if there is nothing to say.
inline void Comment(const char* indent, const std::string& what) {
  if (!what.empty()) std::printf("%s/** %s */\n", indent, what.c_str());
}

/// kBadText or bad_text as BAD_TEXT.
inline std::string Upper(const std::string& name) {
  const bool is_constant = name.size() > 1 && name[0] == 'k' && std::isupper(name[1]);
  std::string upper;
  for (const char c : is_constant ? name.substr(1) : name) {
    if (std::isupper(c) && !upper.empty()) upper += '_';
    upper += static_cast<char>(std::toupper(c));
  }
  return upper;
}

/// bad_text as badText.
inline std::string Camel(const std::string& name) {
  std::string camel;
  for (size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '_') continue;
    const bool begins = i > 0 && name[i - 1] == '_';
    camel += begins ? static_cast<char>(std::toupper(name[i])) : name[i];
  }
  return camel;
}

}  // namespace glasswal::generate

#endif  // GLASSWAL_WASM_GENERATE_PRINT_H_
