"""A program that judges itself: one case, passed if it ends with 0."""

import shlex

from program_process import FAILED, PASSED, ProgramProcess


class PlainProgram:
    """See GtestProgram, whose shape this has. The command is a path and, as a shell would part them, arguments."""

    def __init__(self, command):
        self._command = shlex.split(command)

    def list_cases(self):
        return ["all"]

    def run(self, cases, limit_s, clock):
        process = ProgramProcess(self._command, limit_s, clock)
        ending = process.run()
        process.current = cases[0]
        process.lines.append(ending and f"Failed: {ending}.\n")
        process.finish(FAILED if ending else PASSED)
        return process.outcomes
