#!/usr/bin/env python3
"""Runs ./dev on a system that has no apt, and nothing else that it wants: it must say at once what to install.

`At once` is: one list with all that the command will need, before anything has been done. The last line is
`N passed, N failed`.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
# All that the shell itself needs; everything else is missing.
PROGRAMS = ["awk", "bash", "dirname", "sort"]

# (arguments, packages that must be in the list, packages that must not)
COMMANDS = [
    (["setup"], ["g++", "libgtest-dev", "libglfw3-dev", "libcli11-dev", "libncurses-dev"], ["emscripten", "chromium"]),
    (["demo", "native"], ["cmake"], ["emscripten", "chromium"]),
    (["demo"], ["cmake", "emscripten"], ["chromium"]),
    (["demo", "--shot", "picture.png"], ["emscripten", "chromium"], ["webkit2gtk-driver"]),
    (["inspect"], ["libglfw3-dev"], ["emscripten"]),
    (["bench"], ["g++"], ["emscripten", "valgrind"]),
    (["bench", "--against", "HEAD"], ["g++"], ["emscripten", "valgrind"]),
    (["bench", "instructions"], ["g++", "valgrind"], ["emscripten"]),
    (["bench", "web"], ["emscripten", "firefox-esr"], ["webkit2gtk-driver"]),
    (["docs"], ["doxygen", "emscripten"], ["chromium"]),
    (["check"], ["clang-14", "clang-format-14", "clang-tidy-14"], ["chromium"]),
    (["test", "--only", "native"], ["g++"], ["clang-14", "emscripten", "valgrind"]),
    (["test", "--only", "tsan"], ["libclang-rt-14-dev"], ["emscripten"]),
    (["test", "--only", "asan", "--only", "wasm"], ["libclang-rt-14-dev", "googletest", "emscripten"], ["chromium"]),
    (["test"], ["g++", "npm", "clang-14", "googletest", "emscripten", "webkit2gtk-driver", "doxygen", "xvfb"], []),
]


def run(arguments, at, path, **variables):
    """What ./dev of the folder says, and its exit code."""
    done = subprocess.run([os.path.join(path, "bash"), "dev", *arguments], cwd=at, text=True, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={"PATH": path, **variables})
    return done.stdout, done.returncode


def complaints(arguments, wanted, unwanted, at, path):
    """What is wrong with the answer to one command."""
    said, code = run(arguments, at, path)
    lists = re.findall(r"^dev: please install: (.*)$", said, re.MULTILINE)
    if len(lists) != 1 or not said.startswith("dev: please install:"):
        return [f"it did not begin with one list: {said.strip()}"]
    packages = lists[0].split()
    wrong = [f"{name} is missing in: {lists[0]}" for name in wanted if name not in packages]
    wrong += [f"{name} is not needed, and in: {lists[0]}" for name in unwanted if name in packages]
    wrong += [f"{name} is there twice" for name in sorted(set(packages)) if packages.count(name) > 1]
    if code == 0:
        wrong.append("its exit code is 0")
    made = sorted(set(os.listdir(at)) - {"dev", "tests"})
    return wrong + [f"it made {name}" for name in made]


def every_package(at):
    """All that any of the scripts asks for."""
    names = set()
    for folder, file in [(at, "dev")] + [(os.path.join(at, "tests/tools"), n) for n in os.listdir(at + "/tests/tools")]:
        if file == "dev" or file.endswith(".sh"):
            with open(os.path.join(folder, file), encoding="utf-8") as text:
                for call in re.findall(r"^ *need_packages ((?:[a-z0-9+.: -]|[A-Z]|\\\n)+)", text.read(), re.MULTILINE):
                    names |= {word.split(":")[0] for word in re.findall(r"[\w+.:-]+", call)}
    return names


def tests(at, path):
    """Yields (name, complaints) for each test; no complaint is a pass."""
    for arguments, wanted, unwanted in COMMANDS:
        yield "dev " + " ".join(arguments), complaints(arguments, wanted, unwanted, at, path)
    everything = set()
    for arguments in (["test"], ["check"], ["bench", "web"], ["docs"], ["coverage"]):
        everything |= set(re.findall(r"[^ :]+", run(arguments, at, path)[0].split("please install:")[-1].split("\n")[0]))
    yield "each package is in some list", [f"{name} is in none" for name in sorted(every_package(at) - everything)]
    said, _ = run(["setup"], at, path, GLASSWAL_PACKAGES="installed")
    yield "who has the packages under other names goes on", ["it did not"] if "please install" in said else []


def main():
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        at, path = os.path.join(folder, "tree"), os.path.join(folder, "bin")
        os.makedirs(at)
        os.makedirs(path)
        shutil.copy(os.path.join(ROOT, "dev"), at)
        shutil.copytree(os.path.join(ROOT, "tests/tools"), os.path.join(at, "tests/tools"))
        for name in PROGRAMS:
            os.symlink(shutil.which(name), os.path.join(path, name))
        for name, wrong in tests(at, path):
            passed, failed = passed + (not wrong), failed + bool(wrong)
            print(f"{'FAILED' if wrong else 'ok    '} {name}")
            print("".join(f"    {complaint}\n" for complaint in wrong), end="")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
