"""A GoogleTest program, many cases of which can run in one process.

A case that crashes or hangs is a failure of its own and takes no other with it: the rest goes on in a new process. A
process that ends badly after its last case (a leak that a sanitizer reports at the end) is a failure, too.

Thread-safety: any number of threads may run cases of one program.
"""

import re
import subprocess

from program_process import FAILED, PASSED, SKIPPED, Outcome, ProgramProcess

# Not only at the start of a line: a case may have printed something without an end of line.
_MARK = re.compile(r"\[ *(RUN|OK|FAILED|SKIPPED) *\] ([^ ,\n]+)")
_STATUS = {"OK": PASSED, "FAILED": FAILED, "SKIPPED": SKIPPED}


class GtestProgram:
    """The program at `path`. Names of cases are GoogleTest's: Suite.Case."""

    def __init__(self, path):
        self._path = path

    def list_cases(self):
        listed = subprocess.run([self._path, "--gtest_list_tests"], stdin=subprocess.DEVNULL, capture_output=True,
                                text=True, check=False)
        if listed.returncode != 0:
            raise RuntimeError(f"{self._path} does not list its cases ({listed.returncode}):\n{listed.stderr}")
        cases, suite = [], ""
        for line in listed.stdout.splitlines():
            name = line.split("#")[0].rstrip()
            if name.startswith("  "):
                cases.append(suite + name.strip())
            elif name.endswith("."):
                suite = name
        return cases

    def run(self, cases, limit_s, clock):
        """Returns an Outcome for each of the cases, and one for each process that ended badly after its last."""
        outcomes, left = [], list(cases)
        while left:
            process = _GtestProcess(self._path, left, limit_s, clock)
            process.run_cases()
            outcomes += process.outcomes
            finished = {outcome.name for outcome in process.outcomes}
            still = [case for case in left if case not in finished]
            if len(still) == len(left):
                return outcomes + [Outcome(case, FAILED, 0.0, "Its program did not run it.\n") for case in still]
            left = still
        return outcomes


class _GtestProcess(ProgramProcess):
    def __init__(self, path, cases, limit_s, clock):
        super().__init__([path, "--gtest_color=no", "--gtest_filter=" + ":".join(cases)], limit_s, clock)

    def take(self, line):
        found = _MARK.search(line)
        mark, name = found.groups() if found else (None, None)
        if mark == "RUN":
            self.begin(name)
        elif mark and name == self.current:
            self.finish(_STATUS[mark])
        else:
            super().take(line)

    def run_cases(self):
        """Runs the process; a bad end is that of the case that it came in, or a failure of its own."""
        ending = self.run()
        reported = any(outcome.status == FAILED for outcome in self.outcomes)
        if self.current is None:
            if not ending or (reported and ending == "its process ended with 1"):
                return
            self.current = "(the end of the process)"
        self.lines.append(f"Failed: {ending or 'its process ended'}.\n")
        self.finish(FAILED)
