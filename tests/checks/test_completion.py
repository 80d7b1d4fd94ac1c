"""The completion of bash: it is sourced and asked, as bash would."""
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from test_man import BIN, commands_in_help, help_of, options_in_help

SOURCE = Path(os.environ.get("TRAYLINE_SOURCE", Path(__file__).resolve().parents[2]))
SCRIPT = SOURCE / "firmware" / "completion" / "trayline.bash"
ASK = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
"$(complete -p "$(basename "$1")" | sed 's/.*-F \\([^ ]*\\) .*/\\1/')"
printf '%s\\n' "${COMPREPLY[@]}"
"""
JOURNEYS = """#!/bin/bash
echo "$@" >>"${0%/*}/asked"
echo '{
  "journeys": [
    {
      "id": "1795000000-17",
      "ref": "x"
    },
    {
      "id": "1795000000-23",
      "ref": null
    }
  ]
}'
"""


def complete(*words, folder=None):
    run = subprocess.run(
        ["bash", "-c", ASK, "bash", SCRIPT, *words],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        timeout=30,
    )
    return set(run.stdout.split()), run.stderr


class Completion(unittest.TestCase):
    def expect(self, expected, *words, folder=None):
        found, complaints = complete(*words, folder=folder)
        self.assertEqual(found, set(expected))
        self.assertEqual(complaints, "")

    def test_commands(self):
        self.expect(["status", "tail", "journeys", "record", "export", "doctor", "replay"], "trayline", "")
        self.expect(["record", "replay"], "trayline", "re")
        self.expect(["record", "replay"], "trayline", "--config", "status", "re")

    def test_options_of_the_command_that_was_given(self):
        self.expect(["--lines"], "trayline", "tail", "--l")
        self.expect(["--from"], "trayline", "export", "--f")
        self.expect(["--follow"], "trayline", "--directory", "x", "tail", "--f")
        self.expect([], "trayline", "status", "--lines")

    def test_values(self):
        self.expect(["rees46"], "trayline", "replay", "--set", "r")
        self.expect(["warn"], "trayline-hq", "--log-level", "w")
        self.expect([], "trayline", "tail", "-n", "")

    def test_files_and_folders(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "orders.tsv").touch()
            Path(folder, "open").mkdir()
            self.expect(["orders.tsv", "open"], "trayline", "replay", "o", folder=folder)
            self.expect(["open"], "trayline", "replay", "--terminal", "o", folder=folder)
            self.expect(["orders.tsv", "open"], "traylined", "--config", "o", folder=folder)

    def test_open_journeys_are_asked_of_the_agent_that_is_meant(self):
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder, "trayline")
            program.write_text(JOURNEYS)
            program.chmod(0o755)
            self.expect(["1795000000-17", "1795000000-23"], str(program), "journeys", "")
            self.expect(["1795000000-23"], str(program), "--directory", "d", "journeys", "1795000000-2")
            asked = Path(folder, "asked").read_text().splitlines()
            self.assertEqual(asked[-1], "--directory d journeys --json")

    def test_an_agent_that_is_away_is_silence(self):
        self.expect([], "/nonexistent/trayline", "journeys", "1")

    def test_the_options_are_those_of_the_programs(self):
        """What is offered after "--" is what --help says, for each program that is built."""
        cases = []
        if (BIN / "trayline").exists():
            main = help_of("trayline")
            cases.append((("trayline",), main))
            for command in commands_in_help(main):
                cases.append((("trayline", command), help_of("trayline", command) + "\n  --config X\n  --directory X"))
        for program in ("traylined", "trayline-hq"):
            if (BIN / program).exists():
                cases.append(((program,), help_of(program)))
        for words, text in cases:
            long_names = {name for name in options_in_help(text) if re.match("--", name)}
            self.assertEqual(complete(*words, "--")[0], long_names, words)


if __name__ == "__main__":
    unittest.main()
