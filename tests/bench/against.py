#!/usr/bin/env python3
"""Two builds of the bench side by side: is this commit slower or faster than that one?

usage: against.py NOW THEN [--quick] [--work NAME]... [--place NAME]

NOW and THEN are two programs glasswal_bench. Each runs a work for some ten milliseconds, in turns, A B B A A B ..., so that
what else the machine does hits both alike; a ratio is one of such a pair. Both are started anew several times, for where a
program's memory lies changes its speed by some percent. The median of the ratios is told with its quartiles and with how
exactly it is known (99 %, since many works are looked at): what is smaller than that cannot be told from no difference.
"""

import argparse
import itertools
import math
import statistics
import subprocess
import sys

STARTS, PAIRS = 16, 6
QUICK_STARTS, QUICK_PAIRS = 6, 4
NORMAL = 2.58  # So many standard deviations hold 99 %.
MEDIAN_OF_QUARTILES = 0.93  # A median's standard deviation is so much of the distance of the quartiles, over the square root of n.
WANTED = 0.03  # A difference of this size is to be seen.


class Bench:
    """A running glasswal_bench that measures what it is asked for."""

    def __init__(self, program):
        self._program = program
        self._process = subprocess.Popen([program, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.works = list(iter(self._line, ""))

    def _line(self):
        line = self._process.stdout.readline()
        if not line:
            sys.exit(f"{self._program} has ended in the middle of the measurement; what it said is above")
        return line.strip()

    def measure(self, work, place):
        self._process.stdin.write(f"{work} {place}\n")
        self._process.stdin.flush()
        return float(self._line())

    def end(self):
        self._process.stdin.close()
        self._process.wait()


def measure(options, starts, pairs):
    """{work: [[(ns now, ns then) of each pair] of each start]}"""
    measured = {}
    for start in range(starts):
        benches = {which: Bench((options.now, options.then)[which]) for which in ([0, 1] if start % 2 == 0 else [1, 0])}
        for work in options.work or benches[0].works:
            # The first makes the database, and warms up.
            for bench in benches.values():
                bench.measure(work, options.place)
            taken = []
            for pair in range(pairs):
                order = [0, 1] if (start + pair) % 2 == 0 else [1, 0]
                took = {which: benches[which].measure(work, options.place) for which in order}
                taken.append((took[0], took[1]))
            measured.setdefault(work, []).append(taken)
        for bench in benches.values():
            bench.end()
        print(f"start {start + 1} of {starts}", flush=True)
    return measured


def known_within(ratios_of_starts):
    """Half of the range in which the true median is with a probability of 99 %: by the order of all ratios alone, or by how much
    the starts differ, if that is more. The latter by their quartiles, which some disturbed ones do not move."""
    ratios = sorted(ratio for start in ratios_of_starts for ratio in start)
    reach = NORMAL / 2 * math.sqrt(len(ratios))
    low = max(math.floor(len(ratios) / 2 - reach), 0)
    high = min(math.ceil(len(ratios) / 2 + reach), len(ratios) - 1)
    below, _, above = statistics.quantiles((statistics.median(start) for start in ratios_of_starts), n=4, method="inclusive")
    of_starts = NORMAL * MEDIAN_OF_QUARTILES * (above - below) / math.sqrt(len(ratios_of_starts))
    return max((ratios[high] - ratios[low]) / 2, of_starts)


def verdict(median, within):
    if abs(median - 1) > within:
        return f"{abs(median - 1) * 100:.1f} % {'slower' if median > 1 else 'faster'}"
    if within > WANTED:
        return f"not known: {WANTED * 100:.0f} % would not be seen"
    return "no difference"


def report(measured):
    print(f"\n{'time of an operation':<20}{'now, ns':>10}{'then, ns':>10}{'now/then':>10}{'quartiles':>16}{'known to':>10}")
    for work, starts in measured.items():
        ratios = [[now / then for now, then in pairs] for pairs in starts]
        now, then = (statistics.median(side) for side in zip(*itertools.chain(*starts)))
        low, median, high = statistics.quantiles(itertools.chain(*ratios), n=4, method="inclusive")
        within = known_within(ratios)
        print(f"{work:<20}{now:>10.1f}{then:>10.1f}{median:>10.3f}{f'{low:.3f} - {high:.3f}':>16}{within * 100:>8.1f} %"
              f"  {verdict(median, within)}")


def main():
    parser = argparse.ArgumentParser(description="compares two builds of the bench")
    parser.add_argument("now")
    parser.add_argument("then")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--work", action="append")
    parser.add_argument("--place", default="anonymous")
    options = parser.parse_args()
    report(measure(options, *((QUICK_STARTS, QUICK_PAIRS) if options.quick else (STARTS, PAIRS))))


if __name__ == "__main__":
    main()
