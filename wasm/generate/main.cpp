// glasswal_facts NAME: prints a file of wasm/ts/generated, what TypeScript must know of the C++
// headers. It is built and run by the same compiler as the module, so the offsets and types are
// those of the module.
#include <cstdio>
#include <cstring>

#include "generate/print.h"

int main(int argc, char** argv) {
  using namespace glasswal::generate;
  const struct {
    const char* name;
    void (*print)();
    bool is_script;
  } parts[] = {
      {"codes", PrintCodes, true},     {"encoding", PrintEncoding, true},
      {"exports", PrintExports, true}, {"facts", PrintFacts, true},
      {"options", PrintOptions, true}, {"exports.rsp", PrintExportList, false},
  };
  for (const auto& part : parts) {
    if (argc != 2 || std::strcmp(argv[1], part.name) != 0) continue;
    if (part.is_script) {
      std::printf(
          "// Printed by wasm/generate from the C++ headers; not kept in the repository.\n");
    }
    part.print();
    return 0;
  }
  std::fprintf(stderr, "facts: name one file of wasm/ts/generated\n");
  return 1;
}
