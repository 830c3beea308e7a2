#!/usr/bin/env python3
"""What ./dev test remembers of a stage that passed (tests/tools/passed.sh), in a tree of its own with stages of its own.

A stage must be run whenever anything is another than when it passed, and may be left out otherwise. The last line is
`N passed, N failed`.
"""

import os
import subprocess
import sys
import tempfile

TOOLS = os.path.dirname(os.path.abspath(__file__))
# Stages that say that they run: `web` passes three tests, `native` two, `broken` passes one and fails one.
SCRIPT = f"""
set -euo pipefail
. {TOOLS}/steps.sh
. {TOOLS}/stages.sh
. {TOOLS}/passed.sh
stage_web() {{ echo ran web; count_stage web 3 0; }}
stage_native() {{ echo ran native; export ASAN_OPTIONS=set_by_a_stage; count_stage native 2 0; }}
stage_broken() {{ echo ran broken; count_stage broken 1 1; }}
FILTER=$1 AGAIN=$2
SURROUNDINGS=$(surroundings)
for stage in native web broken; do run_stage "$stage" "$FILTER" "$AGAIN"; done
echo "$PASSED passed, $FAILED failed"
"""


def git(at, *arguments):
    subprocess.run(["git", *arguments], cwd=at, check=True, stdout=subprocess.DEVNULL)


def write(at, path, text):
    os.makedirs(os.path.dirname(os.path.join(at, path)), exist_ok=True)
    with open(os.path.join(at, path), "w", encoding="utf-8") as file:
        file.write(text)


def run(at, filter_re="", again="", **variables):
    """Which stages ran, and the last line."""
    done = subprocess.run(["bash", "-c", SCRIPT, "bash", filter_re, again], cwd=at, text=True, check=True, timeout=60,
                          stdout=subprocess.PIPE, env={**os.environ, **variables})
    lines = done.stdout.splitlines()
    return [line[4:] for line in lines if line.startswith("ran ")], lines[-1]


def tests(at):
    """Yields (name, got, wanted) for each test, in an order: each leaves the tree to the next."""
    everything, sums = ["native", "web", "broken"], "6 passed, 1 failed"
    write(at, ".gitignore", "/build/\n")
    write(at, "vfs/a.cpp", "1")
    write(at, "wasm/ts/a.ts", "1")
    git(at, "init", "-q")
    git(at, "add", ".")
    yield "the first time all run", run(at), (everything, sums)
    yield "what passed is not run again and still counts, what failed is", run(at), (["broken"], sums)
    yield "when asked for all run again", run(at, again="yes"), (everything, sums)
    yield "with a filter all run", run(at, filter_re="a"), (everything, sums)
    write(at, "wasm/ts/a.ts", "2")
    yield "a script of a page is nothing to native programs", run(at), (["web", "broken"], sums)
    write(at, "vfs/a.cpp", "2")
    yield "a changed source is something to all", run(at), (everything, sums)
    write(at, "vfs/new.cpp", "1")
    yield "so is one that git does not know yet", run(at), (everything, sums)
    os.remove(os.path.join(at, "vfs/a.cpp"))
    yield "and one that is gone", run(at), (everything, sums)
    write(at, "build/x", "1")
    yield "what is ignored is nothing to anybody", run(at), (["broken"], sums)
    yield "other settings are other tests", run(at, GLASSWAL_KILLS="7"), (everything, sums)
    write(at, "build/passed/web", "nonsense\n")
    yield "a record that is no record is none", run(at, GLASSWAL_KILLS="7"), (["web", "broken"], sums)
    os.rename(os.path.join(at, ".git"), os.path.join(at, "no-git"))
    yield "without git all run", run(at, GLASSWAL_KILLS="7"), (everything, sums)


def main():
    passed = failed = 0
    with tempfile.TemporaryDirectory() as at:
        for name, got, wanted in tests(at):
            passed, failed = passed + (got == wanted), failed + (got != wanted)
            print(f"{'ok    ' if got == wanted else 'FAILED'} {name}")
            if got != wanted:
                print(f"    it was {got}, not {wanted}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
