#!/usr/bin/env python3
"""Runs the test programs that a build has listed (tests/suites.cmake writes the list), two or more at a time.

usage: run.py LIST [--filter RE] [--jobs N] [--limit-scale N] [--times FILE] [--sums FILE]

Prints how far it is, each failure with its output, and last `N passed, N failed, N skipped`. The file of times remembers how
long each case took: the longest begin first the next time, so that none is left over at the end. The file of sums has a
line `seconds, name` for each suite.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import re
import sys
import threading

sys.dont_write_bytecode = True

import counted_time  # noqa: E402  (the line above must come first, or running the tests would leave files in the tree)
import gtest_program  # noqa: E402
import plain_program  # noqa: E402
import program_process  # noqa: E402

MOST_OUTPUT = 20_000  # characters of one failure: enough for a sanitizer's report
SHARED = 25  # cases in one process, of programs whose cases leave nothing behind


class Suite:
    """One test program, as the list has it: name, program, seconds for a case, and how its cases share processes."""

    def __init__(self, line):
        self.name, program, limit_s, self.process = line.rstrip("\n").split("\t")
        self.quiet = self.process == "quiet"
        self._program = (plain_program.PlainProgram if self.process == "program" else gtest_program.GtestProgram)(program)
        self._limit_s = float(limit_s)

    def batches(self, wanted):
        """The cases that match, in the groups that share a process."""
        cases = [case for case in self._program.list_cases() if wanted(f"{self.name}.{case}")]
        size = SHARED if self.process == "shared" else 1
        return [(self, cases[at:at + size]) for at in range(0, len(cases), size)]

    def run(self, cases, limit_scale, clock):
        return self._program.run(cases, self._limit_s * limit_scale, clock)


class Report:
    """The sums, and what is printed while cases finish. Any thread may add to it."""

    def __init__(self, total):
        self._lock = threading.Lock()
        self._total = total
        self.outcomes = []

    def add(self, suite, outcomes):
        with self._lock:
            for outcome in outcomes:
                self.outcomes.append((suite, outcome))
                print(f"{len(self.outcomes)}/{self._total} Test {suite.name}.{outcome.name} {outcome.status} "
                      f"{outcome.took_s:.2f} s", flush=True)

    def count(self, status):
        return sum(outcome.status == status for _, outcome in self.outcomes)

    def took(self):
        """How long each case took, by its full name."""
        return {f"{suite.name}.{outcome.name}": round(outcome.took_s, 3) for suite, outcome in self.outcomes}

    def sums(self):
        """How long the cases of each suite took together, by its name."""
        sums = collections.Counter()
        for suite, outcome in self.outcomes:
            sums[suite.name] += outcome.took_s
        return sums

    def print_failures(self):
        for suite, outcome in self.outcomes:
            if outcome.status != program_process.PASSED:
                print(f"{outcome.status.upper()} {suite.name}.{outcome.name}")
            if outcome.status == program_process.FAILED:
                print(outcome.output.strip()[-MOST_OUTPUT:])


def known_times(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def run_batches(batches, jobs, limit_scale, report):
    clock = counted_time.CountedTime()

    def run_one(batch):
        suite, cases = batch
        report.add(suite, suite.run(cases, limit_scale, clock))

    for together, at_once in ((False, jobs), (True, 1)):
        with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
            for done in [pool.submit(run_one, batch) for batch in batches if batch[0].quiet == together]:
                done.result()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("list")
    parser.add_argument("--filter", default="")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--limit-scale", type=float, default=1)
    parser.add_argument("--times", default="")
    parser.add_argument("--sums", default="")
    args = parser.parse_args()

    wanted = re.compile(args.filter).search
    with open(args.list, encoding="utf-8") as file:
        suites = [Suite(line) for line in file if line.strip()]
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        batches = [batch for found in pool.map(lambda suite: suite.batches(wanted), suites) for batch in found]

    times = known_times(args.times)
    # A case that nobody has timed yet may be a long one.
    batches.sort(key=lambda batch: -sum(times.get(f"{batch[0].name}.{case}", 5.0) for case in batch[1]))
    report = Report(sum(len(cases) for _, cases in batches))
    run_batches(batches, args.jobs, args.limit_scale, report)

    if args.times:
        with open(args.times, "w", encoding="utf-8") as file:
            json.dump({**times, **report.took()}, file, indent=0, sort_keys=True)
    if args.sums:
        configuration = os.path.basename(os.path.dirname(os.path.abspath(args.list)))
        with open(args.sums, "w", encoding="utf-8") as file:
            file.writelines(f"{took_s:.1f}\t{name} ({configuration})\n" for name, took_s in report.sums().items())
    report.print_failures()
    print(f"{report.count('passed')} passed, {report.count('failed')} failed, {report.count('skipped')} skipped")
    return 1 if report.count("failed") else 0


if __name__ == "__main__":
    sys.exit(main())
