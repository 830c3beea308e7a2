#!/usr/bin/env python3
"""What the suites went through of vfs/, from what gcov has counted in build/coverage.

Prints a table by folder, and the files with the most branches that nothing took. Those branches, with their lines, are
written to build/coverage/uncovered.txt.

Not counted: code of other headers that was inlined (only lines of vfs/ are looked at), edges that an exception would take,
and assertions, whose other edge is a mistake in the code. A line that is compiled several times, as a part of several
libraries or for several types, counts once; a branch of it was taken if any of them took it.
"""

import collections
import concurrent.futures
import json
import os
import re
import subprocess
import sys

BUILD = "build/coverage"
ASSERTION = re.compile(r"GLASSWAL_ASSERT\(")
WORST = 10


def reports(counted):
    """What gcov says of one file of counts."""
    done = subprocess.run(["gcov", "--json-format", "--stdout", "--branch-probabilities", counted], check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=os.path.dirname(counted), text=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.strip()]


def collect():
    """{file: {line: (times, [times of each branch])}} of vfs/."""
    counted = [os.path.abspath(os.path.join(folder, name)) for folder, _, names in os.walk(f"{BUILD}/vfs")
               for name in names if name.endswith(".gcda")]
    lines = collections.defaultdict(dict)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for report in (one for found in pool.map(reports, counted) for one in found):
            for file in report["files"]:
                name = os.path.relpath(os.path.join(report["current_working_directory"], file["file"]))
                if not name.startswith("vfs/"):
                    continue
                for line in file["lines"]:
                    branches = [branch["count"] for branch in line["branches"] if not branch["throw"]]
                    times, known = lines[name].get(line["line_number"], (0, []))
                    if len(known) == len(branches):
                        branches = [a + b for a, b in zip(known, branches)]
                    elif sum(map(bool, known)) * len(branches) > sum(map(bool, branches)) * len(known):
                        branches = known
                    lines[name][line["line_number"]] = (times + line["count"], branches)
    return lines


def assertions_of(source):
    """The numbers of the lines that an assertion spans."""
    found, depth = set(), 0
    for number, line in enumerate(source, 1):
        if depth or ASSERTION.search(line):
            found.add(number)
            text = line if depth else line[ASSERTION.search(line).start():]
            depth += text.count("(") - text.count(")")
    return found


def main():
    table = collections.defaultdict(lambda: [0, 0, 0, 0])
    missing = []
    for name, lines in sorted(collect().items()):
        with open(name, encoding="utf-8") as file:
            source = file.read().splitlines()
        skipped = assertions_of(source)
        for number, (times, branches) in sorted(lines.items()):
            if number in skipped:
                continue
            for row in (table[name.split("/")[1]], table["all"]):
                row[0] += times > 0
                row[1] += 1
                row[2] += sum(map(bool, branches))
                row[3] += len(branches)
            untaken = len(branches) - sum(map(bool, branches))
            if untaken:
                missing.append((name, number, untaken, len(branches), source[number - 1].strip()))
    if not table["all"][3]:
        print("nothing was counted", file=sys.stderr)
        return 1

    with open(f"{BUILD}/uncovered.txt", "w", encoding="utf-8") as file:
        for name, number, untaken, count, line in missing:
            file.write(f"{name}:{number}: {untaken} of {count}: {line}\n")
    print(f"{'vfs/':12}{'lines':>16}{'':>7}{'branches':>16}")
    for folder, (lines, all_lines, branches, all_branches) in sorted(table.items(), key=lambda row: (row[0] == "all", row[0])):
        print(f"{folder:12}{lines:>8} of {all_lines:<5}{100 * lines / max(all_lines, 1):>6.1f} %"
              f"{branches:>8} of {all_branches:<5}{100 * branches / max(all_branches, 1):>6.1f} %")
    worst = collections.Counter()
    for name, _, untaken, _, _ in missing:
        worst[name] += untaken
    print("most branches that nothing took: " + ", ".join(f"{name} {count}" for name, count in worst.most_common(WORST)))
    print(f"each of them: {BUILD}/uncovered.txt")
    return 0


if __name__ == "__main__":
    sys.exit(main())
