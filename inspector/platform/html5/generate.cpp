// Prints what JavaScript must know of the inspector's module, from the tables of the C++ headers:
// for `types` wasm/ts/generated/inspector.ts, for `library` the imports of host.h as Emscripten's
// linker takes them, for `exports` the names that it is to export. It is built by the same compiler as the module, so the offsets are the
// module's.
#include <cctype>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "app/inspector.h"
#include "glasswal/capture.h"
#include "platform/html5/exports.h"
#include "platform/html5/host.h"
#include "platform/platform.h"
#include "view/accessible.h"

namespace glasswal::inspector {
namespace {

/// size_bytes is sizeBytes in JavaScript.
std::string CamelCase(std::string_view name) {
  std::string camel;
  for (size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '_' && i + 1 < name.size()) {
      camel += static_cast<char>(std::toupper(name[++i]));
    } else {
      camel += name[i];
    }
  }
  return camel;
}

struct Argument {
  std::string type;
  std::string name;  // As JavaScript has it.
};

/// A function of a table, its arguments as the table has them: "(float x, float y)".
struct Function {
  Function(std::string result_type, std::string function_name, std::string_view list,
           const char* said)
      : result(std::move(result_type)), name(std::move(function_name)), sentence(said) {
    list = list.substr(1, list.size() - 2);
    while (!list.empty()) {
      const std::string_view one = list.substr(0, list.find(','));
      const size_t space = one.rfind(' ');
      const size_t begin = one.find_first_not_of(' ');
      arguments.push_back(
          {std::string(one.substr(begin, space - begin)), CamelCase(one.substr(space + 1))});
      list.remove_prefix(one.size() + (one.size() < list.size() ? 1 : 0));
    }
  }

  std::string result;
  std::string name;
  std::string sentence;
  std::vector<Argument> arguments;
};

bool IsAddress(const std::string& type) { return type.back() == '*'; }

/// Its type in TypeScript.
const char* TypeOf(const std::string& type) {
  return type == "void" ? "void" : IsAddress(type) ? "Address" : "number";
}

#define GLASSWAL_FUNCTION(result, name, arguments, sentence) {#result, #name, #arguments, sentence},
std::vector<Function> Exports() { return {GLASSWAL_INSPECTOR_EXPORTS(GLASSWAL_FUNCTION)}; }
std::vector<Function> Imports() { return {GLASSWAL_INSPECTOR_IMPORTS(GLASSWAL_FUNCTION)}; }
#undef GLASSWAL_FUNCTION

void PrintMethod(const Function& function, const std::string& name) {
  std::printf("  /** %s */\n  %s(", function.sentence.c_str(), name.c_str());
  const char* separator = "";
  for (const Argument& argument : function.arguments) {
    std::printf("%s%s: %s", separator, argument.name.c_str(), TypeOf(argument.type));
    separator = ", ";
  }
  std::printf("): %s;\n", TypeOf(function.result));
}

void PrintFunctions() {
  std::puts("/** Where something lies in the module's memory. */\nexport type Address = number;");
  std::puts(
      "\n/** What the module exports. Addresses and sizes come back signed: take them `>>> 0`. */\n"
      "export interface InspectorExports {");
  for (const Function& function : Exports()) {
    PrintMethod(function, "_inspector_" + function.name);
  }
  std::puts("}\n\n/** What the module asks of the page. */\nexport interface InspectorHost {");
  for (const Function& function : Imports()) PrintMethod(function, CamelCase(function.name));
  std::puts("}");
}

void PrintCosts() {
  std::puts(
      "\n/** What the inspector itself has cost so far. */\nexport interface InspectorCost {");
#define GLASSWAL_INSPECTOR_COST(type, name, sentence) \
  std::printf("  /** %s */\n  readonly %s: number;\n", sentence, CamelCase(#name).c_str());
  GLASSWAL_INSPECTOR_COSTS(GLASSWAL_INSPECTOR_COST)
#undef GLASSWAL_INSPECTOR_COST
  std::puts(
      "}\n\n/** The costs at the places that _inspector_cost() knows them by. */\n"
      "export const inspectorCosts = [");
#define GLASSWAL_INSPECTOR_COST(type, name, sentence) \
  std::printf("  '%s',\n", CamelCase(#name).c_str());
  GLASSWAL_INSPECTOR_COSTS(GLASSWAL_INSPECTOR_COST)
#undef GLASSWAL_INSPECTOR_COST
  std::puts("] as const satisfies readonly (keyof InspectorCost)[];");
}

void PrintMirror() {
  std::puts("\n/** The roles of the mirror's items, as ARIA has them. */\nexport const roles = [");
#define GLASSWAL_ROLE(role, name) std::puts("  '" name "',");
  GLASSWAL_ROLES(GLASSWAL_ROLE)
#undef GLASSWAL_ROLE
  std::puts("] as const;\nexport type Role = (typeof roles)[number];");
  std::printf(
      "\n/** The bits of an item's state. */\nexport const itemState = { selected: %u, disabled: "
      "%u, focused: %u, expanded: %u } as const;\n",
      AccessibleItem::kSelected, AccessibleItem::kDisabled, AccessibleItem::kFocused,
      AccessibleItem::kExpanded);
  std::puts(
      "\n/** Where the fields of a mirrored item are, and how long it is, in words of 32 bits. */\n"
      "export const mirroredItem = {");
#define GLASSWAL_FIELD(name) \
  std::printf("  %s: %zu,\n", CamelCase(#name).c_str(), offsetof(MirroredItem, name) / 4);
  GLASSWAL_FIELD(id)
  GLASSWAL_FIELD(parent)
  GLASSWAL_FIELD(role)
  GLASSWAL_FIELD(state)
  GLASSWAL_FIELD(x)
  GLASSWAL_FIELD(y)
  GLASSWAL_FIELD(width)
  GLASSWAL_FIELD(height)
  GLASSWAL_FIELD(name)
  GLASSWAL_FIELD(name_bytes)
  GLASSWAL_FIELD(value)
  GLASSWAL_FIELD(value_bytes)
  GLASSWAL_FIELD(texts)
#undef GLASSWAL_FIELD
  std::printf("  words: %zu,\n} as const;\n", sizeof(MirroredItem) / 4);
}

void PrintInput() {
  std::puts(
      "\n/** What CSS calls the shapes of the pointer, at the places that the module knows them "
      "by. "
      "*/\nexport const cursors = [");
#define GLASSWAL_CURSOR(cursor, name) std::puts("  '" name "',");
  GLASSWAL_CURSORS(GLASSWAL_CURSOR)
#undef GLASSWAL_CURSOR
  std::printf(
      "] as const;\n\n/** The bits of a key event's modifiers. */\nexport const modifiers = { "
      "shift: %u, control: %u, alt: %u, meta: %u } as const;\n",
      kModifierShift, kModifierControl, kModifierAlt, kModifierMeta);
  std::printf("\n/** How each capture begins. */\nexport const captureBeginning = '%s';\n",
              std::string(kCaptureBeginning).c_str());
}

void PrintExports() {
  const char* separator = "[";
  for (const Function& function : Exports()) {
    std::printf("%s\"_inspector_%s\"", separator, function.name.c_str());
    separator = ", ";
  }
  std::puts("]");
}

void PrintLibrary() {
  std::puts("mergeInto(LibraryManager.library, {");
  for (const Function& function : Imports()) {
    std::string taken;
    std::string passed;
    for (const Argument& argument : function.arguments) {
      const std::string separator = taken.empty() ? "" : ", ";
      taken += separator + argument.name;
      const bool is_unsigned = argument.type == "uint32_t" || IsAddress(argument.type);
      passed += separator + argument.name + (is_unsigned ? " >>> 0" : "");
    }
    std::printf("  inspector_host_%s: function (%s) {\n    return Module['host'].%s(%s);\n  },\n",
                function.name.c_str(), taken.c_str(), CamelCase(function.name).c_str(),
                passed.c_str());
  }
  std::puts("});");
}

}  // namespace
}  // namespace glasswal::inspector

int main(int count, char** values) {
  using namespace glasswal::inspector;
  const std::string_view what = count == 2 ? values[1] : "";
  if (what == "exports") {
    PrintExports();
  } else if (what == "library") {
    PrintLibrary();
  } else if (what == "types") {
    std::puts(
        "// Printed by inspector/platform/html5/generate.cpp from the C++ headers; not kept.");
    PrintFunctions();
    PrintCosts();
    PrintMirror();
    PrintInput();
  } else {
    std::fputs("usage: generate types|library|exports\n", stderr);
    return 2;
  }
  return 0;
}
