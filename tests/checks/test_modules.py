"""trayline_module() refuses a link that the house forbids, while configuring."""
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ.get("TRAYLINE_SOURCE", Path(__file__).resolve().parents[2]))
ROOT = """
cmake_minimum_required(VERSION 3.25)
project(small LANGUAGES CXX)
add_library(trayline_flags INTERFACE)
list(APPEND CMAKE_MODULE_PATH "{source}/toolchains")
include(TraylineModule)
{folders}
"""


class Modules(unittest.TestCase):
    def configure(self, *modules):
        """modules: (folder, name, floor, depends)"""
        folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        lines = []
        for path, name, floor, depends in modules:
            place = folder / path
            place.mkdir(parents=True)
            (place / "a.cc").write_text("")
            (place / "CMakeLists.txt").write_text(
                f"trayline_module(NAME {name} FLOOR {floor} SOURCES a.cc"
                + (f" DEPENDS {depends}" if depends else "")
                + ")"
            )
            lines.append(f"add_subdirectory({path})")
        (folder / "CMakeLists.txt").write_text(
            ROOT.format(source=SOURCE, folders="\n".join(lines))
        )
        run = subprocess.run(
            ["cmake", "-S", folder, "-B", folder / "build", "-Wno-dev"],
            capture_output=True,
            text=True,
            check=False,
        )
        return run.returncode, " ".join(run.stderr.split())

    def refused(self, modules, *words):
        code, text = self.configure(*modules)
        self.assertNotEqual(code, 0)
        for word in words:
            self.assertIn(word, text)

    def test_a_link_downwards_is_fine(self):
        code, text = self.configure(("agent/base", "base", 0, ""), ("agent/http", "http", 4, "base"))
        self.assertNotIn("trayline_module", text)
        self.assertEqual(code, 0, text)

    def test_a_link_upwards_is_refused(self):
        self.refused(
            [("agent/http", "http", 4, ""), ("agent/base", "base", 0, "http")],
            "floor 0 may not link 'http' on floor 4",
        )

    def test_a_link_to_a_neighbour_is_refused(self):
        self.refused(
            [("agent/journal", "journal", 5, ""), ("agent/engine", "engine", 5, "journal")],
            "only lower floors",
        )

    def test_a_link_into_a_later_wing_is_refused(self):
        self.refused(
            [("sync/wire", "wire", 4, ""), ("agent/api", "api", 6, "wire")],
            "arrows go firmware -> sync -> agent",
        )

    def test_an_unknown_module_is_refused(self):
        self.refused([("agent/api", "api", 6, "wrie")], "'wrie'")

    def test_a_folder_outside_the_wings_is_refused(self):
        self.refused([("extra/api", "api", 6, "")], "in no wing")


if __name__ == "__main__":
    unittest.main()
