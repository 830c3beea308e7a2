#!/usr/bin/env python3
"""Runs the house rules on this tree, and proves on made-up trees that each of them can fail.

Each rule is a test, and so is each breach that it must find. The last line is `N passed, N failed`.
"""

import os
import sys
import tempfile

sys.dont_write_bytecode = True

import checks  # noqa: E402  (the line above must come first, or running the tests would leave files in the tree)
import imports  # noqa: E402

RULES = checks.ALL + imports.ALL

# A small tree in which every rule holds.
GOOD = {
    "CMakeLists.txt": "add_subdirectory(vfs)\n",
    "README.md": "Run `./dev test`. 62 clients a region, 62 connections a database.\n",
    "dev": "cmd_test() {\n  true\n}\n",
    "package.json": '{"devDependencies": {"engine": "1.2.3"}}',
    "package-lock.json": '{"packages": {"": {}, "node_modules/engine": {"integrity": "sha512-x"}}}',
    "CHANGELOG.md": "# Changes\n\n## 1.2.3 (unreleased)\n",
    "wasm/package.json": '{"version": "1.2.3", "exports": {".": {"default": "./dist/index.js"}, "./*.wasm": "./dist/*.wasm"}}',
    "wasm/ts/index.ts": "export { Database } from './api/database.js';\n",
    "wasm/ts/unseen.ts": "/* See './index.js'. */\n",
    "wasm/ts/given/errors.ts": "import { codes } from '../generated/facts.js';\n",
    "wasm/ts/api/statement.ts": "import { Failure } from '../given/errors.js';\n",
    "wasm/ts/api/database.ts": "import { Statement } from './statement.js';\nimport { importUnseen } from '../unseen.js';\n",
    "wasm/module/inside.h": '#include "shm/region.h"\n',
    "wasm/module/rows.h": '#include "glasswal/runtime.h"\n#include "module/inside.h"\n',
    "web-ui/demo/main.ts": "import { join } from '/glasswal/index.js';\nimport { make } from './dom.js';\n",
    "web-ui/demo/dom.ts": "",
    "samples/app/package.json": '{"dependencies": {"glasswal": "^1.2.3"}}',
    "tests/consumers/package.json": '{"devDependencies": {"old": "npm:engine@1.0.0"}}',
    "tests/consumers/package-lock.json": '{"packages": {"node_modules/old": {"integrity": "sha512-x"}}}',
    "vfs/CMakeLists.txt": "set(shm_sources shm/region.cpp)\nset(sqlite_sources sqlite/vfs.cpp)\nset(l log/sink.cpp)\n",
    "vfs/include/glasswal/runtime.h": "#include <cstdint>\n",
    "vfs/port/futex.h": "#ifdef __linux__\n#endif\n",
    "vfs/shm/region.h": "",
    "vfs/shm/region.cpp": '#include "shm/region.h"\n#include "glasswal/runtime.h"\n#include "port/futex.h"\n',
    "vfs/sqlite/vfs.cpp": '#include <sqlite3.h>\n#include "shm/region.h"\n',
    "vfs/log/sink.cpp": "#include <spdlog/spdlog.h>\n#include <fmt/core.h>\n",
    "inspector/CMakeLists.txt": "set(s source/mapped.cpp platform/web.cpp)\n",
    "inspector/model/state.h": '#include "shm/region.h"\n#include "source/source.h"\n',
    "inspector/source/mapped.cpp": '#include "port/memory.h"\n',
    "vfs/port/memory.h": "",
    "vfs/include/glasswal/limits.h": "constexpr int kMaxSlots = 62;\n",
    "inspector/view/panel.h": "#include <imgui.h>\n",
    "inspector/platform/web.cpp": "#ifdef __EMSCRIPTEN__\n#include <emscripten.h>\n#endif\n",
    "tests/CMakeLists.txt": "glasswal_test(NAME region SOURCES shm/region_test.cpp)\n",
    "tests/suites.txt": "# suite native\nregion test\n",
    "tests/shm/region_test.cpp": '#include "shm/region.h"\n',
}

# As BREACHES below, of the rules of wasm/ and web-ui/.
IMPORT_BREACHES = [
    (imports.ts_layers, {"wasm/ts/given/errors.ts": "import { Database } from '../api/x.js';\n", "wasm/ts/api/x.ts": ""},
     "given comes before api"),
    (imports.ts_layers, {"wasm/ts/given/errors.ts": "import type { Database } from '../api/x.js';\n", "wasm/ts/api/x.ts": ""},
     "given comes before api"),
    (imports.ts_layers, {"wasm/ts/given/errors.ts": "export {\n  x,\n} from '../api/x.js';\n", "wasm/ts/api/x.ts": ""},
     "given comes before api"),
    (imports.ts_layers, {"wasm/ts/given/errors.ts": "let x: import('../api/x.js').X;\n", "wasm/ts/api/x.ts": ""},
     "given comes before api"),
    (imports.ts_layers, {"wasm/ts/given/errors.ts": "const x = await import( '../api/x.js');\n", "wasm/ts/api/x.ts": ""},
     "given comes before api"),
    (imports.ts_layers, {"wasm/ts/given/errors.ts": "declare module '../api/x.js' {}\n", "wasm/ts/api/x.ts": ""},
     "given comes before api"),
    (imports.ts_layers, {"wasm/ts/given/errors.ts": "import '../inspector_module.js';\n", "wasm/ts/inspector_module.d.ts": ""},
     "given comes before inspector"),
    (imports.ts_layers, {"wasm/ts/unseen.ts": "import './given/errors.js';\n"}, "generated comes before given"),
    (imports.ts_layers, {"wasm/ts/adapters/kysely.ts": "import '../index.js';\n"}, "a way in"),
    (imports.ts_layers, {"wasm/ts/util/misc.ts": ""}, "in none of the folders of wasm/ts"),
    (imports.ts_layers, {"wasm/ts/given/errors.ts": "import '../util/misc.js';\n"}, "in no folder of wasm/ts"),
    (imports.no_cycles, {"wasm/ts/api/statement.ts": "import type { Database } from './database.js';\n"},
     "wasm/ts/api/database.ts -> wasm/ts/api/statement.ts -> wasm/ts/api/database.ts"),
    (imports.no_cycles, {"wasm/ts/index.ts": "import './vite.js';\n", "wasm/ts/vite.ts": "import './index.js';\n"}, "a cycle"),
    (imports.no_cycles, {"web-ui/demo/dom.ts": "import type { Page } from './main.js';\n"}, "web-ui/demo/dom.ts"),
    (imports.no_cycles, {"wasm/module/rows.h": '#include "module/cells.h"\n', "wasm/module/cells.h": '#include "module/rows.h"\n'},
     "wasm/module/cells.h -> wasm/module/rows.h -> wasm/module/cells.h"),
    (imports.no_cycles, {"vfs/shm/region.h": '#include "shm/word.h"\n', "vfs/shm/word.h": '#include "shm/region.h"\n'}, "a cycle"),
    (imports.pages_use_the_public_package, {"web-ui/demo/main.ts": "import '/glasswal/api/database.js';\n"}, "no way into the package"),
    (imports.module_has_one_door, {"wasm/module/rows.h": '#include "shm/region.h"\n'}, "comes through wasm/module/inside.h"),
    (imports.pages_use_the_public_package, {"web-ui/demo/main.ts": "import '../../wasm/ts/index.js';\n"}, "no way into the package"),
]

# (rule, what changes in the good tree, words that the complaint must hold). Nothing but the one rule may object.
BREACHES = [
    (checks.layers, {"vfs/port/futex.h": '#include "shm/region.h"\n'}, "port comes before shm"),
    (checks.layers, {"vfs/include/glasswal/runtime.h": '#include "port/futex.h"\n'}, "include comes before port"),
    (checks.layers, {"vfs/shm/region.cpp": '  #  include "sqlite/x.h"\n', "vfs/sqlite/x.h": ""},
     "shm comes before sqlite"),
    (checks.layers, {"vfs/util/misc.h": ""}, "in none of the folders"),
    (checks.public_headers_show_no_inside,
     {"vfs/include/glasswal/runtime.h": "namespace glasswal {\nnamespace shm {\nclass Region;\n}\n}\n"}, "names shm"),
    (checks.public_headers_show_no_inside, {"vfs/include/glasswal/runtime.h": "port::Memory* memory();\n"}, "names port"),
    (checks.quoted_includes_exist, {"vfs/shm/region.cpp": '#include "shm/missing.h"\n'}, "does not exist"),
    (checks.only_sqlite_includes_sqlite, {"vfs/shm/region.cpp": "#include <sqlite3.h>\n"}, "includes sqlite3.h"),
    (checks.only_log_includes_spdlog, {"vfs/shm/region.cpp": "#include <fmt/core.h>\n"}, "includes fmt/core.h"),
    (checks.only_log_includes_spdlog, {"vfs/sqlite/vfs.cpp": "#include <spdlog/spdlog.h>\n"}, "spdlog/spdlog.h"),
    (checks.platform_only_in_port, {"vfs/shm/region.h": "#ifdef __linux__\n#endif\n"}, "asks for __linux__"),
    (checks.platform_only_in_port, {"vfs/shm/region.h": "#if defined(X) || defined(__EMSCRIPTEN__)\n#endif\n"},
     "asks for __EMSCRIPTEN__"),
    (checks.platform_only_in_port, {"inspector/view/panel.h": "#ifdef _WIN32\n#endif\n"}, "asks for _WIN32"),
    (checks.inspector_sees_little_of_vfs, {"inspector/model/state.h": '#include "port/futex.h"\n'}, "port/futex.h"),
    (checks.inspector_sees_little_of_vfs, {"inspector/source/mapped.cpp": '#include "port/futex.h"\n'}, "port/futex.h"),
    (checks.inspector_layers, {"inspector/model/state.h": '#include "view/panel.h"\n'}, "model does not see view"),
    (checks.inspector_layers, {"inspector/cli/top.h": '#include "model/state.h"\n#include "app/session.h"\n'}, "cli does not see app"),
    (checks.inspector_layers, {"inspector/view/panel.h": '#include "cli/output.h"\n'}, "view does not see cli"),
    (checks.inspector_layers, {"inspector/extra/misc.h": ""}, "in none of the folders of inspector/"),
    (checks.inspector_sees_little_of_vfs, {"inspector/cli/top.h": '#include "port/memory.h"\n'}, "port/memory.h"),
    (checks.only_view_and_later_include_imgui, {"inspector/model/state.h": '#include "imgui.h"\n'}, "imgui.h"),
    (checks.sources_are_built, {"inspector/model/lost.cpp": ""}, "nothing compiles it"),
    (checks.sources_are_built, {"inspector/view/panels/a/lost.cpp": "", "inspector/CMakeLists.txt":
     "set(s source/mapped.cpp platform/web.cpp)\nfile(GLOB p CONFIGURE_DEPENDS view/panels/*.cpp)\n"}, "a/lost.cpp is in no"),
    (checks.sources_are_built, {"inspector/view/panels/lost.cpp": "", "inspector/CMakeLists.txt":
     "set(s source/mapped.cpp platform/web.cpp)\nfile(GLOB p view/panels/*.cpp)\n"}, "nothing compiles it"),
    (checks.inspector_model_and_view_are_portable, {"inspector/view/panel.h": "#include <GLFW/glfw3.h>\n"},
     "GLFW/glfw3.h"),
    # Put together here, so that this file does not name such a folder itself.
    (checks.no_machine_paths, {"samples/run.sh": "cd /ho" + "me/someone/project\n"}, "folder of one machine"),
    (checks.no_machine_paths, {"README.md": "Run `./dev test` in /ro" + "ot/project.\n"}, "folder of one machine"),
    (checks.no_long_files, {"vfs/shm/region.h": "\n" * 451}, "has 451 lines"),
    (checks.no_long_files, {"wasm/ts/index.ts": "//\n" * 451}, "has 451 lines"),
    (checks.top_level_folders, {"tools/helper.txt": ""}, "tools/ is no folder"),
    (checks.readme_commands_exist, {"README.md": "Run `./dev tset`.\n"}, "./dev tset"),
    (checks.readme_commands_exist, {"README.md": "Nothing to run.\n"}, "shows no ./dev command"),
    (checks.sources_are_built, {"vfs/shm/forgotten.cpp": ""}, "vfs/shm/forgotten.cpp is in no CMakeLists.txt"),
    (checks.sources_are_built, {"tests/shm/more_region_test.cpp": ""}, "nothing compiles it"),
    (checks.sources_are_built, {"tests/CMakeLists.txt": "glasswal_test(NAME region)  # shm/region_test.cpp\n"}, "nothing compiles it"),
    (checks.suites_are_run, {"tests/suites.txt": "region test\nlock test\n"}, "has lock, which"),
    (checks.packages_are_pinned, {"package.json": '{"devDependencies": {"engine": "^1.2.3"}}'}, "not pinned"),
    (checks.packages_are_pinned, {"package-lock.json": '{"packages": {"node_modules/engine": {}}}'}, "has no hash"),
    (checks.packages_are_pinned,
     {"package-lock.json": '{"packages": {"node_modules/e": {"integrity": "x", "resolved": "y"}}}'}, "an address"),
    (checks.packages_are_pinned, {"tests/consumers/package.json": '{"devDependencies": {"old": "npm:engine@1"}}'}, "not pinned"),
    (checks.packages_are_pinned,
     {"tests/consumers/package-lock.json": '{"packages": {"node_modules/e": {"integrity": "x", "resolved": "y"}}}'}, "an address"),
    (checks.one_version, {"CHANGELOG.md": "## 1.2.2\n"}, "does not begin with 1.2.3"),
    (checks.one_version, {"wasm/ts/version.ts": "export const version = '1.2.3';\n"}, "says 1.2.3 itself"),
    (checks.one_version, {"samples/app/package.json": '{"dependencies": {"glasswal": "^1.2.2"}}'}, "wants glasswal ^1.2.2"),
    (checks.slots_are_told_once, {"vfs/shm/region.h": "constexpr int kCreationSlot = 62;\n"}, "kCreationSlot"),
    (checks.slots_are_told_once, {"vfs/shm/region.h": "int Owner(int slot) { return 63u << 16 | slot; }\n"}, "63u"),
    (checks.slots_are_told_once, {"vfs/include/glasswal/limits.h": "constexpr int kMaxSlots = 30;\n"}, "there are 30 slots"),
    (checks.misuse_has_a_code, {"wasm/ts/index.ts": "throw new TypeError('no');\n"}, "throw a MisuseError"),
]


def violations_in(tree):
    """What each rule says of a tree that is given as {path: text}."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in tree.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        return {check: check(root) for check in RULES}


def tests(root):
    """Yields (name, complaints) for each test; no complaint is a pass."""
    for check in RULES:
        yield f"this tree: {check.__doc__.splitlines()[0]}", check(root)
    for check, found in violations_in(GOOD).items():
        yield f"a good tree passes {check.__name__}", found
    for number, (check, change, words) in enumerate(BREACHES + IMPORT_BREACHES, 1):
        found = violations_in({**GOOD, **change})
        wrong = [f"{other.__name__} objects too: {found[other]}" for other in found if other != check and found[other]]
        if not any(words in complaint for complaint in found[check]):
            wrong.append(f"no complaint says '{words}': {found[check]}")
        yield f"breach {number} is found by {check.__name__}", wrong
    untried = {check.__name__ for check in RULES} - {check.__name__ for check, _, _ in BREACHES + IMPORT_BREACHES}
    yield "every rule was seen to fail", sorted(untried)


def main():
    root = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
    passed = failed = 0
    for name, complaints in tests(root):
        if complaints:
            failed += 1
            print(f"FAILED {name}")
            print("".join(f"    {complaint}\n" for complaint in complaints), end="")
        else:
            passed += 1
            print(f"ok     {name}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
