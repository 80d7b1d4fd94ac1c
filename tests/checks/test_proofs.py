"""scripts/checks/ports.py and failures.py refuse what is not proved, and nothing else."""
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ.get("TRAYLINE_SOURCE", Path(__file__).resolve().parents[2]))

PORT = "class Door {\n public:\n  virtual ~Door() = default;\n  virtual Status Open() = 0;\n};\n"
SUITE = "TYPED_TEST_SUITE_P(DoorSuite);\nDoor& door();\n"
TWO = (
    "INSTANTIATE_TYPED_TEST_SUITE_P(Real, DoorSuite, RealEnv);\n"
    "INSTANTIATE_TYPED_TEST_SUITE_P(Fake, DoorSuite, FakeEnv);\n"
)


class Tree(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = Path(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def run_check(self, name):
        run = subprocess.run(
            [sys.executable, SOURCE / "scripts/checks" / name, self.root],
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(run.stderr, "")
        return run.returncode, run.stdout


class Ports(Tree):
    def setUp(self):
        super().setUp()
        self.write("agent/ports/door.h", PORT)
        self.write("tests/ports/README.md", "| `Door` |\n")
        self.write("tests/ports/door/door_suite.h", SUITE)
        self.write("tests/ports/door/door_test.cc", TWO)

    def refuses(self, *words):
        code, out = self.run_check("ports.py")
        self.assertEqual(code, 1, out)
        self.assertEqual(len(out.splitlines()), 1, out)
        for word in words:
            self.assertIn(word, out)

    def test_a_port_with_a_suite_and_two_implementations_is_fine(self):
        self.assertEqual(self.run_check("ports.py"), (0, ""))

    def test_two_implementations_in_one_list_of_types_are_two(self):
        self.write(
            "tests/ports/door/door_test.cc",
            "using Envs = ::testing::Types<RealEnv, FakeEnv>;\n"
            "INSTANTIATE_TYPED_TEST_SUITE_P(Each, DoorSuite, Envs);\n",
        )
        self.assertEqual(self.run_check("ports.py"), (0, ""))

    def test_a_port_without_a_suite_is_refused(self):
        self.write("tests/ports/door/door_suite.h", "")
        self.refuses("agent/ports/door.h", "Door", "no suite")

    def test_one_implementation_is_not_enough(self):
        self.write("tests/ports/door/door_test.cc", TWO.splitlines()[0])
        self.refuses("Door", "fewer than two")

    def test_a_port_that_nobody_lists_is_refused(self):
        self.write("tests/ports/README.md", "")
        self.refuses("Door", "README.md")

    def test_a_port_anywhere_in_the_product_counts(self):
        self.write("sync/mqtt/gate.h", PORT.replace("Door", "Gate"))
        code, out = self.run_check("ports.py")
        self.assertEqual(code, 1)
        self.assertIn("sync/mqtt/gate.h: Gate", out)

    def test_a_class_that_counts_from_zero_is_no_port(self):
        self.write("agent/a/a.h", "class A {\n  int n_ GUARDED_BY(mutex_) = 0;\n  virtual void F();\n};\n")
        self.assertEqual(self.run_check("ports.py"), (0, ""))


class Failures(Tree):
    def setUp(self):
        super().setUp()
        self.write("tests/unit/a_test.cc", "TEST(Disk, IsFull) {}\nTEST_F(Link,\n       Breaks) {}\n")

    def row(self, cell):
        self.write("tests/failures.md", f"| failure | seen in | test |\n|---|---|---|\n| f | s | {cell} |\n")
        return self.run_check("failures.py")

    def test_tests_that_exist_are_fine(self):
        self.assertEqual(self.row("`Disk.IsFull`, `Link.Breaks`"), (0, ""))

    def test_a_file_that_exists_is_fine(self):
        self.assertEqual(self.row("`tests/unit/a_test.cc`"), (0, ""))

    def test_later_work_is_fine(self):
        self.assertEqual(self.row("with coupons"), (0, ""))

    def test_a_test_that_is_not_there_is_refused(self):
        code, out = self.row("`Disk.IsFull`, `Disk.Burns`")
        self.assertEqual(code, 1)
        self.assertIn("tests/failures.md:3: there is no test Disk.Burns", out)

    def test_a_row_that_names_nothing_is_refused(self):
        code, out = self.row("some day")
        self.assertEqual(code, 1)
        self.assertIn("names neither", out)


if __name__ == "__main__":
    unittest.main()
