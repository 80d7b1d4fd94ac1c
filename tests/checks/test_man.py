"""Every option of the programs is in their man page, and every option there is one of theirs; the
same for the settings of the configuration. Programs are looked for in TRAYLINE_BIN; one that is not
built is skipped."""
import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

SOURCE = Path(os.environ.get("TRAYLINE_SOURCE", Path(__file__).resolve().parents[2]))
BIN = Path(os.environ.get("TRAYLINE_BIN", SOURCE / "build" / "dev" / "bin"))
MAN = SOURCE / "firmware" / "man"
PAGES = ["trayline.1", "traylined.8", "trayline.conf.5", "trayline-hq.8"]
SECTIONS = ["NAME", "DESCRIPTION", "ENVIRONMENT", "FILES", "EXIT STATUS", "EXAMPLES", "DIAGNOSTICS"]


def help_of(program, *command):
    run = subprocess.run(
        [BIN / program, *command, "--help"], capture_output=True, text=True, check=True, timeout=30
    )
    return run.stdout


def options_in_help(text):
    """The names at the beginning of help's lines: "-n,--lines UINT" gives -n and --lines."""
    found = set()
    for line in text.splitlines():
        names = re.match(r"\s+((?:-{1,2}[\w-]+)(?:,-{1,2}[\w-]+)*)(?=\s|:|$)", line)
        if names:
            found.update(names.group(1).split(","))
    return found


def commands_in_help(text):
    lines = text.split("Subcommands:", 1)[1].splitlines() if "Subcommands:" in text else []
    return [m.group(1) for m in (re.match(r"  ([a-z]+) ", line) for line in lines) if m]


def options_in_item(line):
    """".It Fl n , Fl -lines Ar COUNT" gives -n and --lines."""
    return {"-" + name for name in re.findall(r"\bFl (-?[\w-]+)", line)}


def options_in_page(name):
    """Options by subsection ("" before the first): only items of lists, which describe them."""
    found, section = {}, ""
    for line in (MAN / name).read_text().splitlines():
        if line.startswith((".Ss ", ".Sh ")):
            section = line[4:] if line.startswith(".Ss ") else ""
        elif line.startswith(".It "):
            found.setdefault(section, set()).update(options_in_item(line))
    return found


class Programs(unittest.TestCase):
    def need(self, program):
        if not (BIN / program).exists():
            self.skipTest(f"{BIN / program} is not built")

    def same(self, page, in_page, in_help, what):
        self.assertEqual(in_help - in_page, set(), f"{page} does not describe options of {what}")
        self.assertEqual(in_page - in_help, set(), f"{page} describes what {what} does not have")

    def test_trayline(self):
        self.need("trayline")
        page = options_in_page("trayline.1")
        main = help_of("trayline")
        self.same("trayline.1", page[""], options_in_help(main), "trayline")
        commands = commands_in_help(main)
        self.assertGreaterEqual(len(commands), 7)
        for command in commands:
            theirs = options_in_help(help_of("trayline", command)) - {"-h", "--help"}
            self.same("trayline.1", page.get(command, set()), theirs, f"trayline {command}")

    def whole(self, program, page):
        self.need(program)
        in_page = set().union(*options_in_page(page).values())
        self.same(page, in_page, options_in_help(help_of(program)), program)

    def test_traylined(self):
        self.whole("traylined", "traylined.8")

    def test_trayline_hq(self):
        self.whole("trayline-hq", "trayline-hq.8")


class Pages(unittest.TestCase):
    def test_every_page_has_what_a_person_at_night_looks_for(self):
        for page in PAGES:
            text = (MAN / page).read_text()
            for section in SECTIONS:
                self.assertRegex(text, rf"(?m)^\.Sh {section}$", page)

    def test_man_finds_nothing_to_warn_about(self):
        if not shutil.which("man"):
            self.skipTest("man is not installed")
        for page in PAGES:
            run = subprocess.run(
                ["man", "--warnings", "-l", MAN / page],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
                env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "100"},
            )
            self.assertEqual((run.returncode, run.stderr), (0, ""), page)

    def test_every_setting_is_described_with_its_default(self):
        shipped = (SOURCE / "firmware" / "config" / "trayline.conf").read_text()
        settings = dict(re.findall(r"(?m)^#(\w+) = (.*)$", shipped))
        settings["allowed_origins"] = "[]"  # the file shows an example
        page = (MAN / "trayline.conf.5").read_text().replace(r"\(dq", '"')
        described = dict(re.findall(r"(?m)^\.It Li (\w+) = (.*)$", page))
        self.assertGreater(len(settings), 20)
        self.assertEqual(settings, described)


if __name__ == "__main__":
    unittest.main()
