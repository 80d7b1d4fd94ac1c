#!/usr/bin/env python3
"""Checks that every test named in tests/failures.md exists.

  failures.py ROOT    prints one line for each that does not, exit 1 when there is one

Tests are written there as `Suite.Name`, or `folder/file` for those that are no C++ tests. Each row of
the table names a test or says with which later work it comes ("with ...").
"""
import re
import sys
from pathlib import Path

TEST = re.compile(r"\bT(?:EST|EST_F|EST_P|YPED_TEST_P|YPED_TEST)\(\s*(\w+)\s*,\s*(\w+)\s*\)")
NAMED = re.compile(r"`([^`]+)`")


def tests(root):
    found = set()
    for folder in ("tests",):
        for file in (root / folder).rglob("*"):
            if file.suffix in (".cc", ".h"):
                found.update(f"{suite}.{name}" for suite, name in TEST.findall(file.read_text()))
    return found


def check(root):
    table = root / "tests/failures.md"
    known = tests(root)
    for number, line in enumerate(table.read_text().splitlines(), 1):
        if not line.startswith("|") or line.startswith("|---") or line.startswith("| failure"):
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        named = NAMED.findall(cells[-1])
        if not named and not cells[-1].startswith("with "):
            yield f"tests/failures.md:{number}: names neither a test nor the work that it comes with"
        for name in named:
            exists = (root / name).exists() if "/" in name else name in known
            if not exists:
                yield f"tests/failures.md:{number}: there is no test {name}"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    breaches = list(check(Path(sys.argv[1])))
    print("\n".join(breaches), end="\n" if breaches else "")
    sys.exit(1 if breaches else 0)


if __name__ == "__main__":
    main()
