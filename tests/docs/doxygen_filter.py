#!/usr/bin/env python3
"""doxygen_filter.py HEADER: a public header as Doxygen wants to read it; the line numbers stay.

The headers are written for people who read them. Doxygen knows only comments that are marked as its own, so these are
marked here: the one at the top of the file, those at the end of a line, and what need not be written twice: events and
options are described in their tables.
"""

import re
import sys

TRAILING = re.compile(r"^(\s*[^\s/].*?[;,{)\w=])(\s+)// (.*)$")
CONTINUED = re.compile(r"^(\s*)// (.*)$")


def mark_head(lines):
    """The comment that a file opens with describes the file. Its examples are indented, between two empty lines."""
    head = next(number for number, line in enumerate(lines) if not line.startswith("//"))
    example = False
    for number in range(head):
        text = lines[number][2:]
        if not text and example != (number + 1 < head and lines[number + 1].startswith("//   ")):
            example = not example
            text = " @code{.cpp}" if example else " @endcode"
        lines[number] = "///" + (f" @purpose{text}" if number == 0 else text)


def mark_trailing(lines):
    """`int a;  // What it is.` describes `a`, and so do the lines below it whose comment begins in the same column."""
    column = None
    for number, line in enumerate(lines):
        found = TRAILING.match(line)
        if found and "///" not in line:
            column = len(found[1]) + len(found[2])
            lines[number] = f"{found[1]}{found[2]}///< {found[3]}"
            continue
        more = CONTINUED.match(line)
        if more and len(more[1]) == column:
            lines[number] = f"{more[1]}///< {more[2]}"
        else:
            column = None


def describe_event(name, *names):
    carried = ", ".join(filter(None, names)) or "nothing"
    return f"`{name}`; carries {carried}."


def describe_option(cpp, uri, javascript):
    return f"`{cpp}`, `{javascript}` in JavaScript, " + (f"`{uri}` in a URI." if uri else "not in a URI.")


def mark_table(lines, describe):
    """Enumerators that come from a table are described by what the table says of each."""
    rows = re.findall(r"X\((k\w+), ([^)]*)\)", re.sub(r"\s*\\\n\s*", " ", "\n".join(lines)))
    texts = [(kind, describe(*re.findall(r'"([^"]*)"', told))) for kind, told in rows]
    kinds = [f"{kind}, /**< {text} */" for kind, text in texts]
    for number, line in enumerate(lines):
        if re.fullmatch(r"\s*GLASSWAL_\w+S\(GLASSWAL_\w+_ENUM\)", line):
            lines[number] = " ".join(kinds)
        elif re.search(r"GLASSWAL_\w+_ENUM", line):
            lines[number] = ""


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        lines = file.read().splitlines()
    mark_head(lines)
    mark_trailing(lines)
    if sys.argv[1].endswith("/event.h"):
        mark_table(lines, describe_event)
    if sys.argv[1].endswith("/option_names.h"):
        mark_table(lines, describe_option)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
