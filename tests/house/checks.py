"""The house rules that a program can check.

Each check takes the root of a tree and returns its violations, one sentence each; none means that the rule holds. The
checks read text only: they need neither a build nor anything beyond Python's standard library.
"""

import json
import os
import re

# A folder of vfs/ includes only the folders before it, and itself. c is the last: it hands out what all of them do.
LAYERS = ["include", "amalgamation", "port", "shm", "trace", "lock", "store", "recovery", "diag", "sqlite", "log", "c"]
# A folder of inspector/ likewise. The command line stands beside the window, and sees nothing of it.
INSPECTOR_LAYERS = ["source", "model", "view", "app", "platform"]
INSPECTOR_SEES = {folder: INSPECTOR_LAYERS[:i + 1] for i, folder in enumerate(INSPECTOR_LAYERS)} | {"cli": ["source", "model", "cli"]}
# Files of other folders that it may include as well: the interface of a platform; files, and what they or a name stand for.
INSPECTOR_ALSO_SEES = {"app": ["platform/platform.h"], "cli": ["platform/files.h", "platform/open_target.h"]}
# What inspector/ sees of vfs/port: to map a region; to make text fit for a terminal.
INSPECTOR_SEES_PORT = {"source": ["port/memory.h"], "cli": ["port/printable.h"]}
TOP_LEVEL_FOLDERS = {"vfs", "inspector", "wasm", "web-ui", "tests", "samples", ".ci"}
NOT_SOURCE = {".git", "build", "node_modules", "dist", "generated", "__pycache__", ".cache"}
CPP = (".cpp", ".h", ".hpp", ".cc", ".c")
ENGINE = ("sqlite3.h", "sqlite3ext.h")
GENERATED = "generated/"  # Headers that the build makes.
CODE = CPP + (".ts", ".mts", ".js", ".mjs", ".py", ".sh")
MOST_LINES = 450

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
PLATFORM = re.compile(
    r"^\s*#\s*(?:el)?if.*\b(__linux__|__EMSCRIPTEN__|_WIN32|__APPLE__|__wasm__|__wasm32__|__unix__)\b",
    re.MULTILINE)
MACHINE_PATH = re.compile(r"(?<![\w.\-}])/(?:home|root|work|Users)/\w")


def files(root):
    """The paths of the project's own files, relative to the root and with '/' between the parts."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if f not in NOT_SOURCE)
        for name in sorted(set(names) - NOT_SOURCE):
            found.append(os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/"))
    return found


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def under(path, *folders):
    return any(path.startswith(folder + "/") for folder in folders)


def cpp_files(root, *folders):
    return [f for f in files(root) if f.endswith(CPP) and (not folders or under(f, *folders))]


def includes(root, path):
    """Yields (quoted, name) for each include directive of the file."""
    for bracket, name in INCLUDE.findall(read(root, path)):
        yield bracket == '"', name


def layers(root):
    """Within vfs/ a folder includes only the folders listed before it, and itself."""
    bad = []
    for path in cpp_files(root, "vfs"):
        folder = path.split("/")[1]
        if folder not in LAYERS:
            bad.append(f"{path} is in none of the folders of vfs/ ({', '.join(LAYERS)})")
            continue
        for quoted, name in includes(root, path):
            if not quoted or name in ENGINE or name.startswith(GENERATED):
                continue
            seen = "include" if name.startswith("glasswal/") else name.split("/")[0]
            if "/" not in name or seen not in LAYERS:
                bad.append(f'{path} includes "{name}", which names no folder of vfs/')
            elif LAYERS.index(seen) > LAYERS.index(folder):
                bad.append(f'{path} includes "{name}", but {folder} comes before {seen}')
    return bad


def public_headers_show_no_inside(root):
    """The headers of vfs/include name nothing of the folders behind them: what they declare can be used without those."""
    inside = "|".join(LAYERS[1:])
    names = re.compile(rf"(?<![\w:])(?:namespace\s+)?(?:glasswal::)?({inside})(?:::|\s*\{{)")
    bad = []
    for path in cpp_files(root, "vfs/include"):
        code = re.sub(r"//.*", "", read(root, path))
        bad += [f"{path} names {name} of the inside" for name in sorted(set(names.findall(code)))]
    return bad


def quoted_includes_exist(root):
    """What vfs/ includes in quotes is a file of vfs/."""
    bad = []
    for path in cpp_files(root, "vfs"):
        for quoted, name in includes(root, path):
            at = ["vfs/include/" + name, "vfs/" + name]
            # The engine's headers come from outside; only_sqlite_includes_sqlite says who may see them.
            if quoted and name not in ENGINE and not name.startswith(GENERATED) and not any(os.path.exists(os.path.join(root, p)) for p in at):
                bad.append(f'{path} includes "{name}", which does not exist')
    return bad


def only_sqlite_includes_sqlite(root):
    """Of vfs/, only vfs/sqlite includes SQLite's headers."""
    return [f"{path} includes {name}" for path in cpp_files(root, "vfs") if not under(path, "vfs/sqlite")
            for _, name in includes(root, path) if name in ENGINE]


def only_log_includes_spdlog(root):
    """Of vfs/, only vfs/log includes spdlog or fmt."""
    return [f"{path} includes {name}" for path in cpp_files(root, "vfs") if not under(path, "vfs/log")
            for _, name in includes(root, path) if name.startswith(("spdlog/", "fmt/"))]


def platform_only_in_port(root):
    """Only vfs/port and inspector/platform ask which platform they are compiled for."""
    return [f"{path} asks for {name}" for path in cpp_files(root)
            if not under(path, "vfs/port", "inspector/platform")
            for name in PLATFORM.findall(read(root, path))]


def inspector_sees_little_of_vfs(root):
    """The inspector sees of vfs/ only include/, shm/ and diag/; of port/ what a table says."""
    hidden = [f for f in LAYERS if f not in ("include", "shm", "diag")]
    return [f'{path} includes "{name}"' for path in cpp_files(root, "inspector")
            for quoted, name in includes(root, path) if quoted and name.split("/")[0] in hidden
            and os.path.exists(os.path.join(root, "vfs", name))
            and name not in INSPECTOR_SEES_PORT.get(path.split("/")[1], [])]


def inspector_layers(root):
    """Within inspector/ a folder includes only what the table says; a folder that it does not know is none of the house."""
    bad = []
    for path in cpp_files(root, "inspector"):
        folder = path.split("/")[1]
        if path.count("/") > 1 and folder not in INSPECTOR_SEES:
            bad.append(f"{path} is in none of the folders of inspector/ ({', '.join(INSPECTOR_SEES)})")
        for quoted, name in includes(root, path):
            seen = name.split("/")[0]
            if not quoted or folder not in INSPECTOR_SEES or seen not in INSPECTOR_SEES or name in INSPECTOR_ALSO_SEES.get(folder, []):
                continue
            if seen not in INSPECTOR_SEES[folder]:
                bad.append(f'{path} includes "{name}", but {folder} does not see {seen}')
    return bad


def only_view_and_later_include_imgui(root):
    """inspector/source and inspector/model know nothing of Dear ImGui."""
    return [f"{path} includes {name}" for path in cpp_files(root, "inspector/source", "inspector/model")
            for _, name in includes(root, path) if name.startswith(("imgui", "backends/imgui"))]


def inspector_model_and_view_are_portable(root):
    """inspector/model and inspector/view include no header of a platform."""
    platform = re.compile(r"^(platform/|emscripten|GLFW/|GL/|GLES\d?/|unistd\.h|sys/|windows\.h|pthread\.h)")
    return [f"{path} includes {name}" for path in cpp_files(root, "inspector/model", "inspector/view")
            for _, name in includes(root, path) if platform.match(name)]


def no_machine_paths(root):
    """No file names a folder that only one machine has."""
    bad = []
    for path in files(root):
        for number, line in enumerate(read(root, path).splitlines(), 1):
            if MACHINE_PATH.search(line):
                bad.append(f"{path}:{number} names a folder of one machine: {line.strip()[:80]}")
    return bad


def no_long_files(root):
    """No source file is longer than 450 lines: that is the place to ask whether it holds two nouns."""
    counted = ((path, len(read(root, path).splitlines())) for path in files(root)
               if path.endswith(CODE) or path == "dev")
    return [f"{path} has {lines} lines" for path, lines in counted if lines > MOST_LINES]


def top_level_folders(root):
    """The top level has the folders of the house and no others."""
    found = {path.split("/")[0] for path in files(root) if "/" in path}
    return [f"{folder}/ is no folder of the house" for folder in sorted(found - TOP_LEVEL_FOLDERS)]


def readme_commands_exist(root):
    """Each `./dev ...` command that the README shows is one that dev has."""
    for path in ("README.md", "dev"):
        if not os.path.exists(os.path.join(root, path)):
            return [f"there is no {path}"]
    known = set(re.findall(r"^cmd_(\w+)\(\)", read(root, "dev"), re.MULTILINE))
    shown = re.findall(r"(?<![\w/.])\./dev +([a-z]\w*)", read(root, "README.md"))
    if not shown:
        return ["README.md shows no ./dev command"]
    return [f"README.md shows ./dev {name}, which dev does not have" for name in sorted(set(shown) - known)]


def sources_are_built(root):
    """Each .cpp file of vfs/, inspector/ and tests/ is named in a file of CMake's, or in a folder that one takes whole."""
    named, folders = set(), set()
    for path in files(root):
        if os.path.basename(path) == "CMakeLists.txt" or path.endswith(".cmake"):
            text = re.sub(r"#.*", "", read(root, path))
            named |= {os.path.normpath(os.path.join(os.path.dirname(path), name)).replace(os.sep, "/")
                      for name in re.findall(r"[\w./-]+\.cpp\b", text)}
            # file(GLOB ... CONFIGURE_DEPENDS ... folder/*.cpp), which is looked at anew at each build.
            for glob in re.findall(r"file\(GLOB [^)]*CONFIGURE_DEPENDS[^)]*?([\w./-]+)/\*\.cpp", text):
                folders.add(os.path.normpath(os.path.join(os.path.dirname(path), glob)).replace(os.sep, "/"))
    return [f"{path} is in no CMakeLists.txt, so nothing compiles it" for path in cpp_files(root, "vfs", "inspector", "tests")
            if path.endswith(".cpp") and path not in named and os.path.dirname(path) not in folders]


def suites_are_run(root):
    """Each suite of the table tests/suites.txt is one that tests/CMakeLists.txt declares."""
    path = os.path.join(root, "tests/suites.txt")
    if not os.path.exists(path):
        return ["there is no tests/suites.txt"]
    rows = [line.split()[0] for line in read(root, "tests/suites.txt").splitlines() if line.strip() and line[0] != "#"]
    declared = set(re.findall(r"glasswal_(?:program_)?test\(NAME ([\w.]+)", read(root, "tests/CMakeLists.txt")))
    return [f"tests/suites.txt has {name}, which tests/CMakeLists.txt does not declare" for name in rows
            if name not in declared]


def packages_are_pinned(root):
    """Each package.json beside a lock file names exact versions; the lock file holds a hash, and no address, for each package."""
    bad = []
    for lock in [path for path in files(root) if os.path.basename(path) == "package-lock.json"]:
        path = lock.replace("package-lock.json", "package.json")
        package = json.loads(read(root, path))
        for group in ("dependencies", "devDependencies"):
            for name, version in package.get(group, {}).items():
                if not re.fullmatch(r"(npm:[@\w./-]+@)?\d+\.\d+\.\d+(-[\w.]+)?", version):
                    bad.append(f"{path}: {name} is not pinned: {version}")
        for name, entry in json.loads(read(root, lock))["packages"].items():
            if name and not entry.get("link") and not entry.get("integrity"):
                bad.append(f"{lock}: {name} has no hash")
            if "resolved" in entry:
                bad.append(f"{lock}: {name} holds an address")
    return bad


def one_version(root):
    """The version is said in wasm/package.json alone: CMake and TypeScript get it from there; what people read agrees with it."""
    version = json.loads(read(root, "wasm/package.json"))["version"]
    bad = [f"{path} says {version} itself" for path in files(root)
           if under(path, "vfs", "inspector", "wasm", "web-ui") or os.path.basename(path) in ("CMakeLists.txt", "dev")
           if path != "wasm/package.json" and re.search(rf"(?<![\d.]){re.escape(version)}(?![\d.])", read(root, path))]
    newest = re.search(r"^## (\S+)", read(root, "CHANGELOG.md"), re.MULTILINE)
    if newest is None or newest.group(1) != version:
        bad.append(f"CHANGELOG.md does not begin with {version}")
    for path in files(root):
        if under(path, "samples") and os.path.basename(path) == "package.json":
            wanted = json.loads(read(root, path)).get("dependencies", {}).get("glasswal", "*")
            if wanted not in ("*", f"^{version}"):
                bad.append(f"{path} wants glasswal {wanted}, and this is {version}")
    return bad


def misuse_has_a_code(root):
    """The package throws a TypeError only as MisuseError, which has a code; what a remote side threw is made again as it was."""
    return [f"{path} throws a TypeError: throw a MisuseError" for path in files(root)
            if under(path, "wasm/ts") and path != "wasm/ts/api/remote_messages.ts" and "new TypeError(" in read(root, path)]


def slots_are_told_once(root):
    """The number of slots is said in vfs/include/glasswal/limits.h: no other code has it, and texts agree with it."""
    path = "vfs/include/glasswal/limits.h"
    if not os.path.exists(os.path.join(root, path)):
        return []
    slots = int(re.search(r"kMaxSlots = (\d+);", read(root, path)).group(1))
    numbers = re.compile(rf"(?<![\w.])(?:{slots}|{slots + 1})u?(?![\w.])")
    bad = []
    for file in cpp_files(root, "vfs", "inspector", "wasm/module", "wasm/generate"):
        for number, line in enumerate(re.sub(r"//.*", "", read(root, file)).splitlines(), 1):
            if file != path and numbers.search(line):
                bad.append(f"{file}:{number} says the number of slots, or the next one, itself: {line.strip()}")
    texts = {"README.md": r"(\d+) clients a region, (\d+) connections a database",
             "vfs/LAYOUT.md": r"^ +(\d+) +1,024 [\s\S]*, (\d+)\s+connections, and",
             "vfs/LOCKING.md": r"^ *bit \d+ +(\d+) +\d+ \.\.",
             "vfs/lock/lock_word.h": r"^// +bit \d+ +(\d+) +\d+ \.\."}
    for file, words in texts.items():
        for found in re.finditer(words, read(root, file) if os.path.exists(os.path.join(root, file)) else "", re.MULTILINE):
            if set(found.groups()) != {str(slots)}:
                bad.append(f"{file} says {' and '.join(found.groups())} where there are {slots} slots")
    return bad


ALL = [layers, public_headers_show_no_inside, quoted_includes_exist, only_sqlite_includes_sqlite,
       only_log_includes_spdlog, platform_only_in_port,
       inspector_sees_little_of_vfs, inspector_layers, only_view_and_later_include_imgui,
       inspector_model_and_view_are_portable, no_machine_paths, no_long_files,
       top_level_folders, readme_commands_exist, sources_are_built, suites_are_run,
       packages_are_pinned, one_version, misuse_has_a_code, slots_are_told_once]
