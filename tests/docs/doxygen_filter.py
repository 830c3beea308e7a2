#!/usr/bin/env python3
"""doxygen_filter.py HEADER: a public header as Doxygen wants to read it; the line numbers stay.

The headers are written for people who read them. Doxygen knows only comments that are marked as its own, so these are
marked here: the one at the top of the file, those at the end of a line, and what need not be written twice: events and
options are described in their tables.
"""

import os
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


# A row of a table: its enumerator, the rest, and the comment behind it.
ROW = re.compile(r'\b[XD]\((k\w+),((?:[^()"]|"[^"]*"|\([^()]*\))*)\)(?: */\* (.*?) \*/)?')
ENUMERATORS = re.compile(r"#define (GLASSWAL_\w+)\((\w+)[^)]*\) \2,")


def describe(table, told, comment):
    """What a row says of its enumerator."""
    strings = re.findall(r'"([^"]*)"', told)
    if table == "GLASSWAL_EVENTS":
        return f"`{strings[0]}`; carries {', '.join(filter(None, strings[1:])) or 'nothing'}."
    if table == "GLASSWAL_OPTIONS":
        uri, javascript, sentence = strings[0], strings[1], strings[-1]
        where = f"`{uri}` in a URI" if uri else "not in a URI"
        return f"{sentence} `{told.split(',')[0].strip()}`; in JavaScript `{javascript}`, {where}."
    return comment or strings[-1]


def tables_of(text):
    """{macro: its rows}. A macro that hands its rows on has those of the other."""
    text = re.sub(r"\s*\\\n\s*", " ", text)
    tables = {}
    for name, body in re.findall(r"^#define (GLASSWAL_\w+)\([\w, ]+\) (.*)$", text, re.MULTILINE):
        # A sentence may go on in a second string.
        rows = ROW.findall(body.replace('" "', ""))
        other = re.match(r"(GLASSWAL_\w+)\(", body)
        tables[name] = rows or (tables.get(other[1], []) if other else [])
    return tables


def mark_tables(lines, text):
    """Enumerators that come from a table are described by what the table says of each."""
    tables = tables_of(text)
    made = None
    for number, line in enumerate(lines):
        begins = ENUMERATORS.match(line)
        if begins:
            made = begins[1]
            lines[number] = ""
        elif made and line == f"#undef {made}":
            lines[number] = ""
            made = None
        elif made and (found := re.fullmatch(rf"\s*(GLASSWAL_\w+)\({made}\)", line)):
            table = found[1]
            lines[number] = " ".join(f"{kind}, /**< {describe(table, told, comment)} */" for kind, told, comment in tables[table])


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        lines = file.read().splitlines()
    mark_head(lines)
    mark_trailing(lines)
    text = "\n".join(lines)
    # The enums of options are beside their tables or one header above.
    names = os.path.join(os.path.dirname(sys.argv[1]), "option_names.h")
    if sys.argv[1].endswith("/options.h"):
        with open(names, encoding="utf-8") as file:
            text = file.read()
    mark_tables(lines, text)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
