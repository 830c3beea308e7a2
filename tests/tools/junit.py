#!/usr/bin/env python3
"""Reads a JUnit file that ctest wrote: prints each failure with its output, then `N passed, N failed, N skipped`."""

import sys
import xml.etree.ElementTree as tree

MOST_OUTPUT = 20_000  # characters of one failure: enough for a sanitizer's report


def main(path):
    passed = failed = skipped = 0
    for case in tree.parse(path).getroot().iter("testcase"):
        status = case.get("status")
        if status == "run":
            passed += 1
        elif status in ("notrun", "disabled"):
            skipped += 1
            print(f"SKIPPED {case.get('name')}")
        else:
            failed += 1
            failure = case.find("failure")
            why = failure.get("message", "") if failure is not None else ""
            print(f"FAILED {case.get('name')} {why}".rstrip())
            print((case.findtext("system-out") or "").strip()[-MOST_OUTPUT:])
    print(f"{passed} passed, {failed} failed, {skipped} skipped")


if __name__ == "__main__":
    main(sys.argv[1])
