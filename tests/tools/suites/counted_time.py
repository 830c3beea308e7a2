"""Time as a limit should count it: seconds in which whoever could run had a core.

A test that hangs must be ended, one that waits behind other builds must not. While twice as many threads want to run as
there are cores, a second counts half.

Thread-safety: any thread may ask; one thread of its own samples the machine.
"""

import os
import threading
import time

SAMPLE_S = 0.2


def runnable():
    """How many threads of this machine are running or want to, besides the one that asks."""
    with open("/proc/loadavg", encoding="ascii") as file:
        return max(0, int(file.read().split()[3].split("/")[0]) - 1)


class CountedTime:
    """A clock of counted seconds. `sample` and `cores` are what it asks of the machine, for its own test."""

    def __init__(self, sample=runnable, cores=os.cpu_count()):
        self._sample = sample
        self._cores = cores
        self._counted_s = 0.0
        self._at = time.monotonic()
        threading.Thread(target=self._run, daemon=True).start()

    def now_s(self):
        return self._counted_s

    def step(self, elapsed_s):
        """Counts time that has passed, by what the machine looks like at its end."""
        self._counted_s += elapsed_s / max(1.0, self._sample() / self._cores)

    def _run(self):
        while True:
            time.sleep(SAMPLE_S)
            now = time.monotonic()
            self.step(now - self._at)
            self._at = now
