"""The program as a process: pipes, full disks, an agent that goes away and comes back. The agent is
a small HTTP server; nothing here waits for a time to pass, only for what is to happen."""
import json
import os
import subprocess
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlparse

TRAYLINE = Path(os.environ["TRAYLINE_BIN"]) / "trayline"
LIMIT_S = 60


class Agent:
    """A journal of count events that answers on an address of its own until it is stopped."""

    def __init__(self, folder, count, epoch=1795000000):
        self.count, self.epoch = count, epoch
        agent = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = json.dumps(agent.answer(urlparse(self.path))).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

            def handle(self):
                try:
                    super().handle()
                except ConnectionError:
                    pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()
        address = {"http": "127.0.0.1:%d" % self.server.server_address[1], "unix": "", "pid": os.getpid()}
        Path(folder, "api.json").write_text(json.dumps(address))

    def answer(self, url):
        if url.path == "/v1/status":
            return {"pid": 7, "journal": {"epoch": self.epoch, "last": self.count}}
        query = parse_qs(url.query)
        after, limit = int(query["after"][0]), int(query["limit"][0])
        if after >= self.count and "wait_ms" in query:
            self.stopped.wait(int(query["wait_ms"][0]) / 1000)
        numbers = range(after + 1, min(self.count, after + limit) + 1)
        return {"epoch": self.epoch, "last": max(numbers, default=after),
                "events": [{"sequence": n, "type": "trayline.a.v1",
                            "data": {"lines": [{"item_name": "宫保鸡丁", "quantity": 1}]}} for n in numbers]}

    def stop(self):
        """Nothing is answered any more, on open connections neither."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

        def refuse(_):
            raise ConnectionResetError

        self.answer = refuse
        self.stopped.set()


class Program(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = place.name

    def agent(self, *details):
        agent = Agent(self.folder, *details)
        self.addCleanup(lambda: agent.stopped.is_set() or agent.stop())
        return agent

    def start(self, *words, **more):
        program = subprocess.Popen(
            [TRAYLINE, "--directory", self.folder, *words],
            stdout=more.pop("stdout", subprocess.PIPE), stderr=subprocess.PIPE, **more)
        for stream in (program.stdout, program.stderr):
            if stream:
                self.addCleanup(stream.close)
        self.addCleanup(lambda: program.poll() is None and program.kill())
        return program

    def test_a_reader_that_has_enough_is_no_failure(self):
        self.agent(5000)
        program = self.start("export")
        self.assertEqual(json.loads(program.stdout.readline())["sequence"], 1)
        program.stdout.close()
        self.assertEqual(program.wait(LIMIT_S), 0)
        self.assertEqual(program.stderr.read(), b"")

    def test_a_full_disk_is_a_failure_that_is_said_once(self):
        self.agent(5000)
        for words in (["export"], ["status"], ["status", "--json"]):
            with open("/dev/full", "wb") as full:
                program = self.start(*words, stdout=full)
                complaint = program.communicate(timeout=LIMIT_S)[1].decode()
            self.assertEqual(program.returncode, 1, words)
            self.assertEqual(complaint.count("No space left on device"), 1, complaint)

    def test_following_goes_on_after_a_restart_and_loses_nothing(self):
        first = self.agent(3)
        program = self.start("tail", "-f", "--json")
        for n in (1, 2, 3):
            self.assertEqual(json.loads(program.stdout.readline())["sequence"], n)
        first.stop()
        self.assertIn(b"does not answer", program.stderr.readline())
        self.assertIn(b"waiting until it is back", program.stderr.readline())
        self.agent(5)
        self.assertIn(b"is back (pid 7)", program.stderr.readline())
        for n in (4, 5):
            self.assertEqual(json.loads(program.stdout.readline())["sequence"], n)
        program.stdout.close()
        self.assertEqual(program.wait(LIMIT_S), 0)

    def test_following_begins_anew_in_another_journal(self):
        first = self.agent(3)
        program = self.start("tail", "-f", "--json", "-n", "1")
        self.assertEqual(json.loads(program.stdout.readline())["sequence"], 3)
        first.stop()
        self.agent(1, 1795000001)
        self.assertEqual(json.loads(program.stdout.readline())["sequence"], 1)
        program.kill()
        program.wait(LIMIT_S)
        self.assertIn(b"epoch 1795000001, before 1795000000", program.stderr.read())

    def test_text_fits_the_character_set_and_json_stays_utf8(self):
        self.agent(1)
        known = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout.split()
        other = [name for name in known if name.lower().endswith(("iso88591", "gb18030", "gbk"))]
        for name, expected in [("C.UTF-8", "宫保鸡丁"), ("C", "宫保鸡丁")] + [(n, "????") for n in other[:1]]:
            environment = {**os.environ, "LC_ALL": name}
            text = self.start("tail", env=environment).communicate(timeout=LIMIT_S)[0].decode()
            self.assertIn(f"1 x {expected}", text, name)
            json_text = self.start("tail", "--json", env=environment).communicate(timeout=LIMIT_S)[0].decode()
            self.assertIn("宫保鸡丁", json_text, name)

    def test_wrong_use_is_status_2(self):
        for words in ([], ["bogus"], ["status", "--bogus"], ["--bogus"], ["tail", "-n", "x"], ["journeys", "x"],
                      ["export", "--from", "5", "--to", "4"], ["replay"]):
            program = self.start(*words)
            self.assertNotEqual(program.communicate(timeout=LIMIT_S)[1], b"", words)
            self.assertEqual(program.returncode, 2, words)


if __name__ == "__main__":
    unittest.main()
