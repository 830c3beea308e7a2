#!/usr/bin/env python3
"""Shows that run.py's parts tell apart what they are there to tell apart: cases that pass, fail, crash, hang.

The program is a script that behaves as a GoogleTest program with one case of each kind. The last line is
`N passed, N failed`.
"""

import os
import stat
import sys
import tempfile

sys.dont_write_bytecode = True

import counted_time  # noqa: E402  (the line above must come first, or running the tests would leave files in the tree)
from gtest_program import GtestProgram  # noqa: E402
from plain_program import PlainProgram  # noqa: E402
from program_process import FAILED, PASSED, SKIPPED  # noqa: E402

PROGRAM = r'''#!/usr/bin/env python3
import os, signal, subprocess, sys, time

if "--gtest_list_tests" in sys.argv:
    print("Suite.\n  Good\n  Bad\n  Crash\n  Hang\n  Skipped\n  Chatty\n  Parent\n  Leaks\nIn/Pair.\n  Good/one  # GetParam() = 1")
    sys.exit(0)
exit_code = 0
for name in next(a for a in sys.argv if a.startswith("--gtest_filter=")).split("=")[1].split(":"):
    print(f"[ RUN      ] {name}", flush=True)
    mark = "      OK"
    if name.endswith("Bad"):
        print("expected something else")
        mark, exit_code = " FAILED ", 1
    elif name.endswith("Crash"):
        os.kill(os.getpid(), signal.SIGSEGV)
    elif name.endswith("Hang"):
        print("about to hang", flush=True)
        signal.pause()
    elif name.endswith("Skipped"):
        mark = " SKIPPED"
    elif name.endswith("Chatty"):
        print("no end of line ", end="")
    elif name.endswith("Parent"):
        subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    elif name.endswith("Leaks"):
        exit_code = 23
    print(f"[ {mark} ] {name} (0 ms)", flush=True)
sys.exit(exit_code)
'''


class ImpatientClock:
    """A clock that is later by a second each time it is asked."""

    def __init__(self):
        self._s = 0.0

    def now_s(self):
        self._s += 1.0
        return self._s


class StoppedClock:
    def now_s(self):
        return 0.0


def outcomes_of(path, *cases, clock=StoppedClock()):
    return [(outcome.name, outcome.status) for outcome in GtestProgram(path).run(list(cases), 10, clock)]


def output_of(path, case, clock=StoppedClock()):
    return GtestProgram(path).run([case], 10, clock)[0].output


def busy_machine(runnable, cores):
    clock = counted_time.CountedTime(lambda: runnable, cores)
    before_s = clock.now_s()
    clock.step(60.0)
    return round(clock.now_s() - before_s)


def tests(path):
    """Yields (what holds, what was found, what is right)."""
    all_cases = GtestProgram(path).list_cases()
    yield "all cases are listed", all_cases[0::8], ["Suite.Good", "In/Pair.Good/one"]
    yield "many cases share a process", outcomes_of(path, "Suite.Good", "In/Pair.Good/one", "Suite.Skipped"), [
        ("Suite.Good", PASSED), ("In/Pair.Good/one", PASSED), ("Suite.Skipped", SKIPPED)]
    yield "a failure is one", outcomes_of(path, "Suite.Bad", "Suite.Good"), [("Suite.Bad", FAILED), ("Suite.Good", PASSED)]
    yield "its words are kept", "expected something else" in output_of(path, "Suite.Bad"), True
    yield "a crash takes no other case with it", outcomes_of(path, "Suite.Good", "Suite.Crash", "Suite.Bad"), [
        ("Suite.Good", PASSED), ("Suite.Crash", FAILED), ("Suite.Bad", FAILED)]
    yield "a crash says its signal", "SIGSEGV" in output_of(path, "Suite.Crash"), True
    yield "a case that hangs is ended", outcomes_of(path, "Suite.Hang", "Suite.Good", clock=ImpatientClock()), [
        ("Suite.Hang", FAILED), ("Suite.Good", PASSED)]
    yield "what it said before is kept", "about to hang" in output_of(path, "Suite.Hang", ImpatientClock()), True
    yield "a line without an end hides no verdict", outcomes_of(path, "Suite.Chatty"), [("Suite.Chatty", PASSED)]
    yield "a child that is left behind holds nobody up", outcomes_of(path, "Suite.Parent"), [("Suite.Parent", PASSED)]
    yield "a bad end after the last case is a failure", outcomes_of(path, "Suite.Good", "Suite.Leaks"), [
        ("Suite.Good", PASSED), ("Suite.Leaks", PASSED), ("(the end of the process)", FAILED)]
    for program, status in (("/bin/true", PASSED), ("/bin/false", FAILED), ("/bin/sh -c 'exit 0'", PASSED)):
        outcome = PlainProgram(program).run(["all"], 10, StoppedClock())[0]
        yield f"{program} judges itself", (outcome.name, outcome.status), ("all", status)
    yield "a minute of an idle machine counts whole", busy_machine(1, 2), 60
    yield "a minute among six that want two cores counts a third", busy_machine(6, 2), 20


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "fake_test")
        with open(path, "w", encoding="utf-8") as file:
            file.write(PROGRAM)
        os.chmod(path, stat.S_IRWXU)
        failed = passed = 0
        for name, found, right in tests(path):
            if found == right:
                passed += 1
                print(f"ok     {name}")
            else:
                failed += 1
                print(f"FAILED {name}\n    found {found}\n    right {right}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
