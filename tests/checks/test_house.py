"""scripts/checks/house.py refuses what breaks the rules of the house, and nothing else."""
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ.get("TRAYLINE_SOURCE", Path(__file__).resolve().parents[2]))
HOUSE = SOURCE / "scripts/checks/house.py"


class House(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = Path(self.folder.name)
        self.module("agent/base", "base", 0, "result.h")
        self.module("agent/ports", "ports", 4, "clock.h")
        self.module("agent/journal", "journal", 5, "journal.h")
        self.module("agent/engine", "engine", 5, "engine.h")
        self.module("sync/uplink", "uplink", 6, "uplink.h")

    def tearDown(self):
        self.folder.cleanup()

    def module(self, folder, name, floor, header):
        self.write(f"{folder}/CMakeLists.txt", f"trayline_module(NAME {name} FLOOR {floor}\n SOURCES a.cc)")
        self.write(f"{folder}/{header}", "")

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def check(self):
        run = subprocess.run(
            [sys.executable, HOUSE, self.root], capture_output=True, text=True, check=False
        )
        return run.returncode, run.stdout

    def refuses(self, path, text, *words):
        self.write(path, text)
        code, out = self.check()
        self.assertEqual(code, 1, out)
        self.assertEqual(len(out.splitlines()), 1, out)
        for word in words:
            self.assertIn(word, out)

    def accepts(self, path, text):
        self.write(path, text)
        self.assertEqual(self.check(), (0, ""))

    def test_an_include_downwards_is_fine(self):
        self.accepts("agent/journal/a.cc", '#include "agent/ports/clock.h"\n#include <vector>\n')

    def test_an_include_upwards_is_refused(self):
        self.refuses(
            "agent/base/a.cc", '#include "agent/ports/clock.h"\n', "agent/base/a.cc:1", "floor"
        )

    def test_neighbours_on_one_floor_are_strangers(self):
        self.refuses("agent/engine/a.cc", '#include "agent/journal/journal.h"\n', "only lower floors")

    def test_the_agent_knows_nothing_of_sync(self):
        self.refuses("agent/journal/a.cc", '#include "sync/uplink/uplink.h"\n', "wing")

    def test_steady_clock_outside_the_platform_is_refused(self):
        self.refuses(
            "agent/engine/a.cc",
            "void F() {\n  auto t = std::chrono::steady_clock::now();\n}\n",
            "agent/engine/a.cc:2",
            "ban",
            "clock.h",
        )

    def test_steady_clock_inside_the_platform_is_fine(self):
        self.module("agent/platform", "platform", 5, "p.h")
        self.accepts("agent/platform/a.cc", "auto t = std::chrono::steady_clock::now();\n")

    def test_the_other_bans(self):
        for code in (
            "std::chrono::system_clock::now();",
            "std::random_device device;",
            "std::this_thread::sleep_for(1s);",
            "std::thread worker(F);",
            "usleep(5);",
            "time(nullptr);",
        ):
            with self.subTest(code):
                self.refuses("agent/engine/a.cc", code + "\n", "ban")

    def test_a_ban_in_a_comment_or_a_text_is_nothing(self):
        self.accepts("agent/engine/a.cc", '// steady_clock::now is banned\nauto s = "usleep(1)";\n')

    def test_a_foreign_header_away_from_its_owner_is_refused(self):
        self.refuses("agent/journal/a.cc", "#include <sqlite3.h>\n", "owner", "agent/sqlite")
        self.refuses("agent/journal/a.cc", "#include <mqtt/async_client.h>\n", "sync/mqtt")

    def test_a_long_file_is_refused(self):
        self.refuses("agent/engine/a.cc", "\n" * 401, "size")

    def test_using_namespace_is_refused(self):
        self.refuses("agent/engine/a.cc", "using namespace std;\n", "using")


if __name__ == "__main__":
    unittest.main()
