#!/usr/bin/env python3
"""Counts the instructions of an operation with callgrind, and compares them with the table beside this file.

usage: instructions.py BENCH [--write]

BENCH is glasswal_bench of the preset `release`. A count does not depend on what else the machine does, so that a change of
2 % is seen, be it for the worse or for the better: then the table is to be written anew (--write) and committed, so that the
history tells what each change has cost. Where the compiler, the libc, valgrind or what the processor can do is another one
than the table's, nothing can be compared, and that is said. The last line is `N passed, N failed`.
"""

import argparse
import collections
import os
import re
import subprocess
import sys
import tempfile

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "instructions.txt")
MEASURED = "GlasswalBenchMeasured"  # The function that works.h declares.
ALLOWED = 0.02
LIMIT_S = 300
PLACES = {"anonymous": "glasswal", "memory": ":memory:"}
HEAD = """\
# Instructions of one operation (bulk insert, scan and group by: of one row) of the preset `release`, as callgrind counts them:
# in a region, and in a private `:memory:` of the same build. `./dev bench instructions --write` writes this table,
# and `./dev test` fails where a count is more than 2 % away from it.
"""

Counts = collections.namedtuple("Counts", "circumstances operations")  # {key: value}; {(work, place): instructions}


def collected(out, number):
    """What callgrind collected until it left the measured function for the nth time."""
    with open(f"{out}.{number}", encoding="utf-8") as file:
        return int(re.search(r"^totals: (\d+)$", file.read(), re.MULTILINE).group(1))


def count(bench):
    """Runs the bench under callgrind, which counts what the measured function does, and nothing beside it."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "callgrind")
        run = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "--collect-atstart=no",
             f"--toggle-collect={MEASURED}", f"--dump-after={MEASURED}", bench, "--count"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=LIMIT_S, check=False)
        if run.returncode != 0:
            sys.exit(f"{bench} --count failed under callgrind:\n{run.stderr[-2000:]}")
        circumstances, done = run.stdout.split("\n\n")
        version = subprocess.run(["valgrind", "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
        counts = Counts(dict(line.split(": ", 1) for line in circumstances.splitlines()), {})
        counts.circumstances["valgrind"] = version.removeprefix("valgrind-")
        for number, line in enumerate(done.splitlines(), 1):
            work, place, operations = line.split()
            counts.operations[work, place] = collected(out, number) / int(operations)
        return counts


def read_table():
    counts = Counts({}, {})
    with open(TABLE, encoding="utf-8") as file:
        for line in file:
            if ": " in line and not line.startswith("#"):
                key, value = line.rstrip("\n").split(": ", 1)
                counts.circumstances[key] = value
            elif re.match(r"\w", line):
                work, *numbers = line.split()
                counts.operations.update({(work, place): float(number) for place, number in zip(PLACES, numbers)})
    return counts


def write_table(counts):
    works = list(dict.fromkeys(work for work, _ in counts.operations))
    lines = [f"{key}: {value}" for key, value in counts.circumstances.items()]
    lines += ["", f"# {'work':<20}" + "".join(f"{name:>12}" for name in PLACES.values())]
    lines += [f"{work:<22}" + "".join(f"{counts.operations[work, place]:>12.1f}" for place in PLACES) for work in works]
    with open(TABLE, "w", encoding="utf-8") as file:
        file.write(HEAD + "\n".join(lines) + "\n")


def show(counts, table):
    """What was counted, beside the table."""
    print(f"{'instructions of one':<22}{'glasswal':>12}{'table':>12}{'':>9}{':memory:':>12}{'ratio':>8}")
    for work in dict.fromkeys(work for work, _ in counts.operations):
        ours, memory = (counts.operations[work, place] for place in PLACES)
        then = table.operations.get((work, "anonymous"))
        beside = f"{then:>12.1f}{(ours / then - 1) * 100:>+7.1f} %" if then else f"{'-':>12}{'':>9}"
        print(f"{work:<22}{ours:>12.1f}{beside}{memory:>12.1f}{ours / memory:>8.2f}")


def differences(counts, table):
    """A sentence for each count that the table does not allow."""
    for work, place in {**table.operations, **counts.operations}:
        now, then = counts.operations.get((work, place)), table.operations.get((work, place))
        what = f"{work} in {'a region' if place == 'anonymous' else ':memory:'}"
        if now is None or then is None:
            yield f"{what} is only in {'the table' if now is None else 'the bench'}"
        elif abs(now / then - 1) > ALLOWED:
            yield (f"{what} takes {now:.1f} instructions, {abs(now / then - 1) * 100:.1f} % "
                   f"{'more' if now > then else 'fewer'} than the {then:.1f} of the table")


def compare(counts, table):
    """Prints what differs; the exit code."""
    other = [f"{key}: {value} here, {table.circumstances.get(key, 'nothing')} in the table"
             for key, value in counts.circumstances.items() if table.circumstances.get(key) != value]
    if other:
        print("SKIPPED the counts of instructions: the table was made elsewhere\n    " + "\n    ".join(other))
        print("1 passed, 0 failed")
        return 0
    bad = list(differences(counts, table))
    for sentence in bad:
        print(f"FAILED {sentence}")
    if bad:
        print("    If that is meant, `./dev bench instructions --write` writes tests/bench/instructions.txt anew.")
    print(f"{len(counts.operations) - len(bad)} passed, {len(bad)} failed")
    return 1 if bad else 0


def main():
    parser = argparse.ArgumentParser(description="counts instructions")
    parser.add_argument("bench")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    counts = count(options.bench)
    if options.write:
        write_table(counts)
    table = read_table()
    show(counts, table)
    return compare(counts, table)


if __name__ == "__main__":
    sys.exit(main())
