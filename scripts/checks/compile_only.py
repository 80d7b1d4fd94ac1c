#!/usr/bin/env python3
"""Compiles files without making objects, for a compiler's warnings.

  compile_only.py COMPILE_COMMANDS JOBS FILES    FILES: newline-separated paths from the root
"""
import json
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def syntax_only(entry):
    words = shlex.split(entry["command"])
    if "ccache" in Path(words[0]).name:
        words = words[1:]
    kept, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word == "-o":
            skip = True
        elif word != "-c":
            kept.append(word)
    result = subprocess.run(
        kept + ["-fsyntax-only"], cwd=entry["directory"], capture_output=True, text=True
    )
    return result.returncode, result.stderr


def main():
    commands, jobs, files = sys.argv[1:4]
    wanted = {str(Path(name).resolve()) for name in files.split()}
    entries = [e for e in json.load(open(commands)) if str(Path(e["file"]).resolve()) in wanted]
    with ThreadPoolExecutor(int(jobs)) as pool:
        results = list(pool.map(syntax_only, entries))
    for code, text in results:
        if code != 0:
            print(text, file=sys.stderr)
    print(f"{len(entries)} files, {sum(1 for code, _ in results if code)} with complaints")
    sys.exit(any(code for code, _ in results))


if __name__ == "__main__":
    main()
