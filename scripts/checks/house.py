#!/usr/bin/env python3
"""Checks the rules of the house that a compiler does not know.

  house.py ROOT    prints one line for each breach (file:line: rule: what), exit 1 when there is one

Rules:
  floor    a module includes only headers of lower floors, as trayline_module() declares them
  wing     arrows go firmware -> sync -> agent, never back
  owner    a foreign header only where it belongs (sqlite3.h, mqtt/, Poco/, nlohmann/, ...)
  ban      time, sleep, randomness and threads only at their owners
  size     files of at most 400 lines (450 for tests)
  using    no 'using namespace'
"""
import re
import sys
from pathlib import Path

WINGS = {"agent": 0, "sync": 1, "firmware": 2, "tests": 3}
DECLARATION = re.compile(r"trayline_module\(\s*NAME\s+(\S+)\s+FLOOR\s+(\d+)")
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')

# Foreign headers and the folders that may see them.
OWNERS = {
    r"sqlite3\.h": ["agent/sqlite"],
    r"mqtt/|MQTT": ["sync/mqtt"],
    r"Poco/": ["agent/http", "agent/platform", "sync/hq/main", "firmware/traylined", "firmware/cli"],
    r"nlohmann/": ["agent/event", "agent/api", "agent/http", "sync/wire", "sync/hq", "firmware/cli", "firmware/replay"],
    r"toml\+\+/": ["firmware/config"],
    r"zstd": ["sync/wire"],
    r"CLI/": ["firmware", "sync/hq/main"],
}
# Tests may use what they test against.
OWNER_FREE = ("tests/",)

# What only its owner may call; the owners are the platform, the mains, and the tools of the tests
# that run real processes.
BANS = {
    r"system_clock\s*::\s*now": "the wall clock is a port (agent/ports/clock.h)",
    r"steady_clock\s*::\s*now": "monotonic time is a port (agent/ports/clock.h)",
    r"high_resolution_clock": "time is a port (agent/ports/clock.h)",
    r"\bclock_gettime\s*\(|\bgettimeofday\s*\(|\btime\s*\(\s*(nullptr|NULL|0)\s*\)": "time is a port (agent/ports/clock.h)",
    r"random_device|\bgetrandom\s*\(|\bs?rand\s*\(": "chance is a port (agent/ports/random.h)",
    r"sleep_for|sleep_until|\bu?sleep\s*\(|\bnanosleep\s*\(": "nobody sleeps; wait on a condition with a deadline",
    r"std::j?thread\b(?!::)|\bpthread_create\b|std::async\b": "threads are made in mains",
}
BAN_OWNERS = (
    "agent/platform/",
    "tests/unit/agent/platform/",
    "firmware/traylined/",
    "firmware/cli/",
    "sync/hq/main/",
    "tests/fault/",
    "tests/system/",
    "tests/prove/",
    "tests/bench/",
)
# Places that may make a thread (and nothing else of the bans).
THREAD_OWNERS = ("agent/http/", "tests/")

LINES_MAX = 400
TEST_LINES_MAX = 450


def modules(root):
    """Folder -> floor, from every CMakeLists.txt that declares a module."""
    floors = {}
    for cmake in root.rglob("CMakeLists.txt"):
        folder = cmake.parent.relative_to(root).as_posix()
        if folder.startswith("build"):
            continue
        declared = DECLARATION.findall(cmake.read_text())
        if declared:
            floors[folder] = max(int(floor) for _, floor in declared)
    return floors


def module_of(path, floors):
    """The deepest declared folder above path."""
    folder = path
    while "/" in folder:
        folder = folder.rsplit("/", 1)[0]
        if folder in floors:
            return folder
    return None


def code_of(line):
    """The line without its comment and without its texts."""
    line = re.sub(r'"(\\.|[^"\\])*"', '""', line)
    return line.split("//", 1)[0]


def check_include(path, number, quote, target, floors):
    for pattern, owners in OWNERS.items():
        outside = not path.startswith(OWNER_FREE)
        if quote == "<" and outside and re.match(pattern, target):
            if not any(path.startswith(owner) for owner in owners):
                yield f"{path}:{number}: owner: <{target}> is for {', '.join(owners)} only"
    if quote == "<" or target.split("/")[0] not in WINGS:
        return
    mine, theirs = module_of(path, floors), module_of(target, floors)
    if mine is None or theirs is None or mine == theirs:
        return
    if WINGS[theirs.split("/")[0]] > WINGS[mine.split("/")[0]]:
        yield f"{path}:{number}: wing: {mine} may not include {target}; arrows go firmware -> sync -> agent"
    elif floors[theirs] >= floors[mine]:
        yield (
            f"{path}:{number}: floor: {mine} (floor {floors[mine]}) may not include {target} "
            f"(floor {floors[theirs]}); only lower floors"
        )


def check_bans(path, number, code):
    for pattern, why in BANS.items():
        if not re.search(pattern, code):
            continue
        if path.startswith(BAN_OWNERS):
            continue
        if why.startswith("threads") and path.startswith(THREAD_OWNERS):
            continue
        yield f"{path}:{number}: ban: {why}"


def check_file(path, text, floors):
    lines = text.splitlines()
    limit = TEST_LINES_MAX if path.startswith("tests/") else LINES_MAX
    if len(lines) > limit:
        yield f"{path}:{len(lines)}: size: {len(lines)} lines; {limit} at most"
    for number, line in enumerate(lines, 1):
        include = INCLUDE.match(line)
        if include:
            yield from check_include(path, number, include.group(1), include.group(2), floors)
            continue
        code = code_of(line)
        yield from check_bans(path, number, code)
        if re.search(r"\busing\s+namespace\b", code):
            yield f"{path}:{number}: using: no 'using namespace'"


def check(root):
    floors = modules(root)
    breaches = []
    for wing in WINGS:
        for file in sorted((root / wing).rglob("*")):
            if file.suffix not in (".h", ".cc") or "node_modules" in file.parts:
                continue
            path = file.relative_to(root).as_posix()
            breaches.extend(check_file(path, file.read_text(), floors))
    return breaches


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    breaches = check(Path(sys.argv[1]))
    print("\n".join(breaches), end="\n" if breaches else "")
    sys.exit(1 if breaches else 0)


if __name__ == "__main__":
    main()
