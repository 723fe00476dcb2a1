#!/usr/bin/env python3
"""Limits of memory, of file size and of patience: what is asked for fits, or is refused."""

import os
import resource
import signal
import subprocess
import time
import unittest

import _tiedye
from _tiedye import Case


class Memory(Case):
    @unittest.skipIf(_tiedye.SANITIZED, "memory says nothing there")
    def test_sheets_of_deep_networks(self):
        """Thousands of narrow layers are mostly padding and bookkeeping: they count too."""
        sheet = ["sheet", "--count", "200", "--columns", "200", "--size", "1x1", "--antialias",
                 "1", "-o", "x.null", "--layers", "1x20000,3"]
        self.bad(1, ["columns", "200 networks", "--max-memory"], *sheet, "--max-memory", "100M")
        self.assertLess(self.peak(*sheet, "--max-memory", "1G"), 1024)

    @unittest.skipIf(_tiedye.SANITIZED, "memory says nothing there")
    def test_captions_of_large_cells(self):
        peak = self.peak("sheet", "--count", "1", "--columns", "1", "--size", "9000x9000",
                         "--layers", "1,1", "--antialias", "1", "-o", "x.null")
        self.assertLess(peak, 30)

    def test_verify_of_wide_pictures(self):
        self.ok("render", "--layers", "1", "--antialias", "1", "--size", "3000000x1", "-q", "-o",
                "wide.png")
        self.bad(1, ["3000000 pixels", "--max-memory"], "verify", "--max-memory", "4M",
                 "wide.png")
        self.ok("verify", "wide.png")


class Files(Case):
    def limit_size(self):
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))

    def test_limit_of_file_size(self):
        self.bad(1, ["x.png"], "render", "--size", "300x300", "--bits", "16", "--layers", "9,3",
                 "-o", "x.png", preexec_fn=self.limit_size)

    def test_appending_to_standard_output(self):
        """/dev/stdout is not replaced by a file of ours."""
        self.write("log", "before\n")
        with open(self.path("log"), "ab") as log:
            self.ok("render", "--size", "4x4", "-q", "--format", "hash", "-o", "/dev/stdout",
                    stdout=log)
        lines = self.read("log").decode().splitlines()
        self.assertEqual((lines[0], len(lines)), ("before", 2))


class Patience(Case):
    def test_two_signals_leave_nothing(self):
        """`timeout` sends its signal to a process and to its group."""
        for _ in range(5):
            process = self.start("render", "--layers", "300x9,3", "--size", "9000x9000", "-o",
                                 "a.png", stderr=subprocess.DEVNULL)
            time.sleep(0.3)
            process.send_signal(signal.SIGTERM)
            time.sleep(0.002)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(), 130)
            self.assertEqual(os.listdir(self.folder), [])

    def test_reading_a_pipe_can_be_interrupted(self):
        os.mkfifo(self.path("pipe"))
        process = self.start("verify", "pipe", stderr=subprocess.PIPE)
        keeper = os.open(self.path("pipe"), os.O_RDWR)  # a writer who writes nothing
        self.addCleanup(os.close, keeper)
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=20), 130)
        self.assertEqual(process.stderr.read(), b"tiedye: interrupted\n")
        process.stderr.close()


class Manners(Case):
    def test_threads_sleep_while_they_wait(self):
        """So that other work on the machine does not make a picture four times slower."""
        for wish in ("passive", "active"):
            process = self.start("info", "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 **({"env": {**os.environ, "OMP_WAIT_POLICY": wish}}
                                    if wish == "active" else {}))
            time.sleep(0.3)
            with open(f"/proc/{process.pid}/environ", "rb") as file:
                words = file.read().split(b"\0")
            self.assertIn(f"OMP_WAIT_POLICY={wish}".encode(), words)
            with open(f"/proc/{process.pid}/comm", "rb") as file:
                self.assertEqual(file.read(), b"tiedye\n")
            self.assertEqual(process.communicate(b"seed = 5\n")[0], b"v = 1\nseed = 5\n")


class Sizes(Case):
    def test_a_cell_of_a_sheet_that_is_too_large(self):
        """A cell alone can be of any size, also where the whole sheet could not be."""
        wide = ["sheet", "--count", "1000000", "--columns", "2", "--layers", "1",
                "--antialias", "1", "--size", "5000x3"]
        self.bad(3, ["2147483647"], *wide[:-1], "9x5000", "-o", "a.png")
        self.assertEqual(self.recipe(self.cell(wide))["seed"], "6")

    def cell(self, sheet):
        self.ok(*sheet, "--cell", "B3", "-q", "-o", "cell.png")
        return "cell.png"

    def test_paper_in_any_case(self):
        self.ok("render", "--size", "a6@20", "--layers", "3", "-q", "-o", "a.png")
        self.ok("verify", "a.png")


if __name__ == "__main__":
    _tiedye.main()
