"""The house rules of who imports whom in wasm/ and web-ui/: layers, cycles, doors.

As in checks.py each rule takes the root of a tree and returns its violations. An import of types alone counts like any other: it
is as much a thing to know.
"""

import json
import os
import re

from checks import cpp_files, files, includes, read, under

# A folder of wasm/ts imports only the folders before it, and itself. What is generated of the C++ sources lies below all.
TS_LAYERS = ["generated", "given", "port", "memory", "engine", "api", "life", "inspector", "adapters"]
# Files of wasm/ts that lie beside index.ts since the package has them there, and the layer that each belongs to. All others that
# lie there are ways in: they import what they like, and nobody imports them.
TS_APART = {"unseen.ts": "generated", "inspector_file.ts": "generated", "inspector_module.d.ts": "inspector"}
# What wasm/module sees of the inside of vfs/ it sees through this file.
MODULE_DOOR = "wasm/module/inside.h"
# Where files import each other by paths within the folder.
WITHOUT_CYCLES = ["wasm/ts", "wasm/module", "web-ui", "vfs", "inspector"]

COMMENT = re.compile(r"/\*.*?\*/|^\s*//[^\n]*", re.DOTALL | re.MULTILINE)
# import ... from 'x', export ... from 'x', import 'x', import('x') of a script or of a type, declare module 'x'.
IMPORT = re.compile(r"""(?:\bfrom|\bimport|\bimport\s*\(|\bdeclare\s+module)\s*(['"])([^'"\n]+)\1""")


def ts_imports(root, path):
    """What the file names as imported, in its own words, without repetition."""
    return sorted({name for _, name in IMPORT.findall(COMMENT.sub("", read(root, path)))})


def ts_files(root, folder):
    return [path for path in files(root) if under(path, folder) and path.endswith((".ts", ".mts"))]


def ts_target(known, path, name):
    """The file that a relative import leads to; what it says where there is none."""
    at = os.path.normpath(os.path.join(os.path.dirname(path), name)).replace(os.sep, "/")
    stem = re.sub(r"\.m?js$", "", at)
    return next((file for file in (stem + ".ts", stem + ".d.ts", stem + ".mts", at) if file in known), at)


def ts_layer(path):
    """The number of the layer of a file of wasm/ts: None for a folder that is none, the highest for a way in."""
    folder, _, rest = path[len("wasm/ts/"):].partition("/")
    if not rest:
        return TS_LAYERS.index(TS_APART[folder]) if folder in TS_APART else len(TS_LAYERS)
    return TS_LAYERS.index(folder) if folder in TS_LAYERS else None


def ts_layers(root):
    """Within wasm/ts a folder imports only the folders listed before it, and itself; nobody imports a way in."""
    bad = []
    known = set(ts_files(root, "wasm/ts"))
    for path in known:
        layer = ts_layer(path)
        if layer is None:
            bad.append(f"{path} is in none of the folders of wasm/ts ({', '.join(TS_LAYERS)})")
            continue
        for name in ts_imports(root, path):
            if not name.startswith("."):
                continue
            target = ts_target(known, path, name)
            seen = ts_layer(target) if under(target, "wasm/ts") else None
            if seen is None:
                bad.append(f"{path} imports '{name}', which is in no folder of wasm/ts")
            elif seen == len(TS_LAYERS) and "/" in path[len("wasm/ts/"):]:
                bad.append(f"{path} imports '{name}', which is a way in: it stands above all folders")
            elif seen > layer:
                bad.append(f"{path} imports '{name}', but {TS_LAYERS[layer]} comes before {TS_LAYERS[seen]}")
    return sorted(bad)


def cycle_in(graph):
    """The files of a cycle, from one of them back to it; none where there is no cycle."""
    done, way = set(), []

    def visit(path):
        if path in way:
            return way[way.index(path):] + [path]
        if path in done:
            return []
        way.append(path)
        found = next((cycle for to in sorted(graph[path]) if (cycle := visit(to))), [])
        way.pop()
        done.add(path)
        return found

    return next((cycle for path in sorted(graph) if (cycle := visit(path))), [])


def imports_among(root, folder):
    """For each source of the folder which others of it it imports or includes."""
    scripts = {path: ts_imports(root, path) for path in ts_files(root, folder)}
    sources = cpp_files(root, folder)
    graph = {path: {ts_target(scripts, path, name) for name in names if name.startswith(".")} & set(scripts)
             for path, names in scripts.items()}
    for path in sources:
        places = [os.path.dirname(path), folder, folder + "/include", os.path.dirname(folder)]
        graph[path] = {f"{place}/{name}".lstrip("/") for quoted, name in includes(root, path) if quoted for place in places} & set(sources)
    return graph


def no_cycles(root):
    """No files of wasm/ts, wasm/module, web-ui, vfs or inspector import each other in a circle, of types neither."""
    cycles = (cycle_in(imports_among(root, folder)) for folder in WITHOUT_CYCLES)
    return [f"a cycle: {' -> '.join(cycle)}" for cycle in cycles if cycle]


def pages_use_the_public_package(root):
    """web-ui imports of the package only what package.json exports, and beside that only itself."""
    path = os.path.join(root, "wasm/package.json")
    exports = json.loads(read(root, path)).get("exports", {}) if os.path.exists(path) else {}
    public = {entry["default"].replace("./dist/", "/glasswal/") for entry in exports.values() if isinstance(entry, dict)}
    bad = []
    pages = set(ts_files(root, "web-ui"))
    for path in sorted(pages):
        for name in ts_imports(root, path):
            if name not in public and not (name.startswith(".") and ts_target(pages, path, name) in pages):
                bad.append(f"{path} imports '{name}', which is no way into the package and no file of web-ui")
    return bad


def module_has_one_door(root):
    """Of wasm/module only inside.h includes headers of vfs that are not public."""
    return [f'{path} includes "{name}": what the module needs of the inside of vfs comes through {MODULE_DOOR}'
            for path in cpp_files(root, "wasm/module") if path != MODULE_DOOR
            for quoted, name in includes(root, path) if quoted and "/" in name and not name.startswith(("glasswal/", "module/"))]


ALL = [ts_layers, no_cycles, pages_use_the_public_package, module_has_one_door]
