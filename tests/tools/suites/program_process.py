"""A process of a test program: its output line by line, ended with all its children when something takes too long.

Thread-safety: a process belongs to the thread that runs it.
"""

import dataclasses
import os
import select
import signal
import subprocess
import time

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"

LOOK_S = 0.2


@dataclasses.dataclass
class Outcome:
    """What became of one case."""

    name: str
    status: str
    took_s: float
    output: str


class ProgramProcess:
    """Runs `command`; a subclass may read what it prints in take(line), and end the case that has run so far.

    The limit is for what begin() began: the whole process, unless a subclass begins something shorter.
    """

    def __init__(self, command, limit_s, clock):
        self.outcomes = []
        self._limit_s = limit_s
        self._clock = clock
        self._too_long = False
        self.begin(None)
        self._popen = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=subprocess.STDOUT, start_new_session=True)

    def begin(self, name):
        self.current = name
        self.lines = []
        self._began_s = time.monotonic()
        self._began_counted_s = self._clock.now_s()

    def finish(self, status):
        took_s = time.monotonic() - self._began_s
        self.outcomes.append(Outcome(self.current, status, took_s, "".join(self.lines)))
        self.begin(None)

    def take(self, line):
        self.lines.append(line)

    def run(self):
        """Returns how the process ended: "" for success, else in words."""
        pipe = self._popen.stdout.fileno()
        tail = b""
        while True:
            ended = self._popen.poll() is not None
            if ended:
                self._end_group()  # children that are still there would keep the pipe open
            if select.select([pipe], [], [], LOOK_S)[0]:
                bytes_read = os.read(pipe, 1 << 16)
                if not bytes_read:
                    break
                *lines, tail = (tail + bytes_read).split(b"\n")
                for line in lines:
                    self.take(line.decode(errors="replace") + "\n")
            elif ended:
                break
            if not ended and self._clock.now_s() - self._began_counted_s > self._limit_s:
                self._too_long = True
                self._end_group()
        self._popen.stdout.close()
        if tail:
            self.take(tail.decode(errors="replace") + "\n")
        return self._ending(self._popen.wait())

    def _ending(self, code):
        if self._too_long:
            return f"it took longer than {self._limit_s:.0f} counted seconds"
        if code < 0:
            return f"its process was ended by {signal.Signals(-code).name}"
        return f"its process ended with {code}" if code else ""

    def _end_group(self):
        try:
            os.killpg(self._popen.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
