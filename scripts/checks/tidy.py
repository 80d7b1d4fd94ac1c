#!/usr/bin/env python3
"""Runs clang-tidy over C++ files of ours and remembers what was clean.

  tidy.py BUILD_DIR JOBS FOLDER...

A file is looked at again when it, a header of ours, or .clang-tidy has changed: the stamp is a hash
of the file with all headers that it includes from this repository.
"""
import hashlib
import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

INCLUDE = re.compile(rb'^\s*#\s*include\s+"([^"]+)"', re.M)
OURS = ("agent/", "sync/", "firmware/", "tests/")


@lru_cache(maxsize=None)
def content(path):
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""


@lru_cache(maxsize=None)
def direct(path):
    return tuple(n.decode() for n in INCLUDE.findall(content(path)) if n.decode().startswith(OURS))


def stamp(path, extra):
    digest = hashlib.sha256(extra)
    seen, todo = set(), [path]
    while todo:
        current = todo.pop()
        if current in seen:
            continue
        seen.add(current)
        todo.extend(direct(current))
    for name in sorted(seen):
        digest.update(name.encode() + b"\0" + content(name))
    return digest.hexdigest()


def main():
    build, jobs, folders = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    root = Path.cwd()
    extra = content(".clang-tidy") + content("toolchains/TraylineFlags.cmake")
    clean = build / "tidy-clean"
    clean.mkdir(exist_ok=True)
    files = sorted(
        {
            Path(e["file"]).resolve().relative_to(root).as_posix()
            for e in json.load(open(build / "compile_commands.json"))
            if any(Path(e["file"]).resolve().is_relative_to(root / f) for f in folders)
        }
    )

    def run(path):
        mark = clean / stamp(path, extra)
        if mark.exists():
            return path, 0, ""
        result = subprocess.run(
            ["clang-tidy-14", "-p", str(build), "--quiet", path], capture_output=True, text=True
        )
        if result.returncode == 0:
            mark.touch()
        return path, result.returncode, result.stdout

    with ThreadPoolExecutor(jobs) as pool:
        results = list(pool.map(run, files))
    failed = [(path, text) for path, code, text in results if code != 0]
    for path, text in failed:
        print(text.strip() or f"{path}: clang-tidy failed")
    print(f"{len(files)} files, {len(failed)} with findings")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
