#!/usr/bin/env python3
"""Runs clang-tidy over the sources that the preset `tidy` has configured (build/tidy/compile_commands.json).

usage: tidy.py [--since COMMIT] [--most N] [FILE...]

With files, these; with --since, those that differ from the commit, or that are new, and those beside a header that does;
else all. Of more than N, the first N, which is said. What was looked at once and was clean is not looked at again before it, a header that it includes, or .clang-tidy
changes. The last line is `N passed, N failed`; a file is one of the two.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import shlex
import subprocess
import sys

TIDY = "clang-tidy-14"
COMPILER = "clang++-14"
FOLDERS = ("vfs/", "inspector/", "wasm/", "tests/", "samples/")
STAMPS = "build/tidy/clean"


def git(*arguments):
    return subprocess.run(["git", *arguments], check=True, text=True, stdout=subprocess.PIPE).stdout.splitlines()


def changed_since(commit):
    """The sources that differ, and for a header that does the sources of its name."""
    names = git("diff", "--name-only", "--diff-filter=d", commit) + git("ls-files", "--others", "--exclude-standard")
    return {name[:-2] + ".cpp" if name.endswith(".h") else name for name in names}


def commands():
    """{source: compiler arguments}, for the sources of the project."""
    with open("build/tidy/compile_commands.json", encoding="utf-8") as file:
        entries = json.load(file)
    found = {}
    for entry in entries:
        name = os.path.relpath(os.path.join(entry["directory"], entry["file"]))
        if name.startswith(FOLDERS) and name.endswith(".cpp"):
            words = shlex.split(entry["command"])
            # Without the compiler (and what launches it), the output and the source: what is left says how to read it.
            first = next(i for i, word in enumerate(words) if word.startswith("-"))
            found.setdefault(name, (entry["directory"], words[first:words.index("-o")]))
    return found


def stamp_of(name, directory, flags):
    """A name for all that the answer depends on: the text after the preprocessor, the flags and the configuration."""
    text = subprocess.run([COMPILER, *flags, "-E", os.path.abspath(name)], cwd=directory, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False).stdout
    with open(".clang-tidy", "rb") as file:
        return os.path.join(STAMPS, hashlib.sha256(b"\0".join([text, file.read(), *map(str.encode, flags)])).hexdigest())


def look_at(name, directory, flags):
    """What clang-tidy says of one source; nothing is a pass."""
    stamp = stamp_of(name, directory, flags)
    if os.path.exists(stamp):
        return ""
    done = subprocess.run([TIDY, "--quiet", os.path.abspath(name), "--", *flags], cwd=directory, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode == 0:
        open(stamp, "w", encoding="utf-8").close()
        return ""
    return (done.stdout or done.stderr).replace(os.getcwd() + os.sep, "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--since")
    parser.add_argument("--most", type=int)
    parser.add_argument("files", nargs="*")
    args = parser.parse_args()

    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    os.makedirs(STAMPS, exist_ok=True)
    todo = commands()
    if args.since or args.files:
        wanted = set(args.files) | (changed_since(args.since) if args.since else set())
        todo = {name: how for name, how in todo.items() if name in wanted}
    if args.most and len(todo) > args.most:
        print(f"{len(todo)} files differ: the first {args.most} of them are looked at, and all by ./dev check")
        todo = dict(sorted(todo.items())[:args.most])
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = {pool.submit(look_at, name, *how): name for name, how in sorted(todo.items())}
        for job in concurrent.futures.as_completed(jobs):
            said = job.result()
            passed, failed = passed + (not said), failed + bool(said)
            print(f"[{passed + failed}/{len(jobs)}] {jobs[job]}", flush=True)
            if said:
                print(f"FAILED {jobs[job]}\n" + "".join(f"    {line}\n" for line in said.splitlines()), end="", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
