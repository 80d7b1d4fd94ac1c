#!/usr/bin/env python3
"""Checks that every port is proved: one suite, passed by at least two implementations.

  ports.py ROOT    prints one line for each breach (file: class: what), exit 1 when there is one

A port is an abstract class in a header of agent, sync or firmware. Its suite is a header
tests/ports/**/*_suite.h that names it and declares a suite of tests; its implementations are the
parameters with which the .cc files of tests/ports instantiate that suite. tests/ports/README.md must
name the port. INTERNAL lists abstract classes that are no ports, with the reason.
"""
import re
import sys
from pathlib import Path

INTERNAL = {
    "StreamWriter": "handed out by the HTTP server, implemented by nobody else",
}
CLASS = re.compile(r"^class\s+(?:\w+\(\"[^\"]*\"\)\s+)?(\w+)[^;{]*\{(.*?)^\};", re.S | re.M)
PURE = re.compile(r"\bvirtual\b[^;{]*=\s*0\s*;")
SUITE = re.compile(r"TYPED_TEST_SUITE_P\((\w+)\)|class\s+(\w+)\s*:\s*public\s+(?:::)?testing::TestWithParam")
USE = re.compile(r"INSTANTIATE_(?:TYPED_)?TEST_SUITE_P\(\s*\w+\s*,\s*(\w+)\s*,(.*?)\);", re.S)
TYPES = re.compile(r"using\s+(\w+)\s*=\s*(?:::)?testing::Types<([^;]*)>;", re.S)


def ports(root):
    """Name -> header of every abstract class of the product."""
    found = {}
    for wing in ("agent", "sync", "firmware"):
        for header in sorted((root / wing).rglob("*.h")):
            if "node_modules" in header.parts:
                continue
            for name, body in CLASS.findall(header.read_text()):
                if PURE.search(body) and name not in INTERNAL:
                    found[name] = header.relative_to(root).as_posix()
    return found


def suites(root):
    """Name of a suite of tests -> text of the header that declares it."""
    found = {}
    for header in sorted((root / "tests/ports").rglob("*_suite.h")):
        text = header.read_text()
        for typed, with_parameter in SUITE.findall(text):
            found[typed or with_parameter] = text
    return found


def implementations(root):
    """Name of a suite of tests -> how many implementations run it."""
    counts = {}
    for source in sorted((root / "tests/ports").rglob("*.cc")):
        text = source.read_text()
        lists = {name: len(types.split(",")) for name, types in TYPES.findall(text)}
        for suite, parameter in USE.findall(text):
            counts[suite] = counts.get(suite, 0) + lists.get(parameter.strip(), 1)
    return counts


def check(root):
    declared, counts = suites(root), implementations(root)
    readme = root / "tests/ports/README.md"
    table = readme.read_text() if readme.exists() else ""
    for name, header in sorted(ports(root).items()):
        word = re.compile(rf"\b{name}\b")
        mine = [suite for suite, text in declared.items() if word.search(text)]
        if not mine:
            yield f"{header}: {name}: no suite in tests/ports names it"
        elif max(counts.get(suite, 0) for suite in mine) < 2:
            yield f"{header}: {name}: {mine[0]} is passed by fewer than two implementations"
        if not re.search(rf"`{name}`", table):
            yield f"{header}: {name}: is not in tests/ports/README.md"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    breaches = list(check(Path(sys.argv[1])))
    print("\n".join(breaches), end="\n" if breaches else "")
    sys.exit(1 if breaches else 0)


if __name__ == "__main__":
    main()
