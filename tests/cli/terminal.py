#!/usr/bin/env python3
"""Interrupts, and what a terminal sees."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
import unittest

import _tiedye
from _tiedye import BINARY, Case

# Minutes of work in bands that are quick, and little memory.
LONG = ["--size", "60000x60000", "--layers", "8x3,3" if _tiedye.SANITIZED else "20x10,3"]


class Interrupts(Case):
    def temporary(self):
        return [name for name in os.listdir(self.folder) if ".tiedye-" in name]

    def wait_for_temporary(self, process):
        for _ in range(1000):
            if self.temporary():
                return
            self.assertIsNone(process.poll())
            time.sleep(0.01)
        self.fail("no temporary file appeared")

    def interrupt(self, *arguments, number=signal.SIGINT):
        process = self.start(*arguments, stdout=-3, stderr=-1)
        self.wait_for_temporary(process)
        time.sleep(0.1)
        begun = time.monotonic()
        process.send_signal(number)
        code = process.wait(timeout=60)
        self.assertLess(time.monotonic() - begun, 10 if _tiedye.SANITIZED else 3)
        told = process.stderr.read()
        process.stderr.close()
        self.assertEqual((code, told), (130, b"tiedye: interrupted\n"))

    def test_no_file_is_left(self):
        for name in ("a.png", "a.ppm", "a.npy"):
            self.interrupt("render", *LONG, "-o", name)
            self.assertEqual(os.listdir(self.folder), [])

    def test_default_name(self):
        self.interrupt("render", *LONG)
        self.assertEqual(os.listdir(self.folder), [])

    def test_target_stays(self):
        self.write("a.png", "precious")
        self.interrupt("render", *LONG, "-o", "a.png")
        self.assertEqual(self.snapshot(), {"a.png": b"precious"})

    def test_other_signals(self):
        for number in (signal.SIGTERM, signal.SIGHUP):
            self.interrupt("sheet", "--count", "9", "--size", "5000x5000", "-o", "a.png",
                           number=number)
            self.assertEqual(os.listdir(self.folder), [])

    def test_ignored_hangup_stays_ignored(self):
        """As with nohup, or after & in a shell."""
        process = self.start("render", *LONG, "-o", "a.png", stderr=-3,
                             preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        self.wait_for_temporary(process)
        process.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        self.assertIsNone(process.poll())
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=60), 130)

    def test_many_weights(self):
        """While a large network is made."""
        process = self.start("weights", "--layers", "2500x6,3", "-o", "a.safetensors",
                             stderr=-1)
        time.sleep(0.5)
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        code = process.wait(timeout=60)
        process.stderr.close()
        self.assertEqual(code, 130)
        self.assertLess(time.monotonic() - begun, 10 if _tiedye.SANITIZED else 3)
        self.assertEqual(os.listdir(self.folder), [])

    def test_reading(self):
        """Nothing is half made yet: it ends at once."""
        process = self.start("info", "-", stdin=-1, stdout=-3, stderr=-1)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        self.assertIn(process.wait(timeout=60), (130, -signal.SIGINT))
        process.stdin.close()
        process.stderr.close()


class Screen:
    """As much of a terminal as the bar uses: one line, carriage return, erase to the end."""

    def __init__(self, columns):
        self.columns, self.line, self.at = columns, [], 0
        self.shown, self.scrolled, self.widest = [], [], 0

    def feed(self, text):
        for part in re.findall(r"\x1b\[K|.", text.replace("\r\n", "\n"), re.S):
            if part == "\x1b[K":
                del self.line[self.at:]
            elif part == "\r":
                self.keep()
                self.at = 0
            elif part == "\n":
                self.scrolled.append("".join(self.line))
                self.line, self.at = [], 0
            else:
                assert part >= " ", repr(part)
                self.line[self.at:self.at + 1] = [part]
                self.at += 1
                self.widest = max(self.widest, self.at)

    def keep(self):
        if self.line:
            self.shown.append("".join(self.line))


class Terminal(Case):
    def watch(self, columns, *arguments, seconds=2.5, stop=signal.SIGINT):
        """Run it with a terminal as standard error for a while: the screen, the exit code."""
        try:
            master, slave = pty.openpty()
        except OSError as error:
            self.skipTest(f"no pseudo-terminals here: {error}")
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        process = self.start(*arguments, stdout=-3, stderr=slave)
        os.close(slave)
        screen, until, data = Screen(columns), time.monotonic() + seconds, b""
        while True:
            ready = select.select([master], [], [], 0.1)[0]
            try:
                piece = os.read(master, 65536) if ready else None
            except OSError:  # the last writer has gone
                break
            if piece == b"":
                break
            data += piece or b""
            if stop and time.monotonic() > until:
                process.send_signal(stop)
                stop = None
        os.close(master)
        screen.feed(data.decode())
        return screen, process.wait(timeout=60)

    def check_bar(self, columns, name, *more):
        screen, code = self.watch(columns, "render", *LONG, "-o", name, *more)
        self.assertEqual(code, 130)
        self.assertLess(screen.widest, columns, "a full line would wrap")
        self.assertGreaterEqual(len(screen.shown), 3, "it moves")
        self.assertLess(len(screen.shown), 40, "but does not flicker")
        self.assertEqual([line.strip() for line in screen.scrolled], ["tiedye: interrupted"])
        self.assertEqual(screen.line, [], "the bar was taken away")
        return screen.shown

    def test_80_columns(self):
        for line in self.check_bar(80, "a.png"):
            self.assertRegex(line, r"\Aa\.png \[[#.]{24}\] +\d+ %  [\d.]+ [kMG]?pixels/s  "
                                   r"\d+:\d\d(:\d\d)? left\Z")

    def test_40_columns(self):
        for line in self.check_bar(40, "a rather long name of a picture.png"):
            self.assertRegex(line, r"\d+ %  [\d.]+ [kMG]?pixels/s  [\d:]+ left\Z")

    def test_narrow(self):
        self.check_bar(20, "a.png")
        self.check_bar(1000, "a.png")

    def test_names(self):
        for line in self.check_bar(60, "größe — ein sehr langer Name ööööööööööööö.png"):
            self.assertRegex(line, r"ö\.png \[")

    def test_quiet(self):
        screen, code = self.watch(80, "render", *LONG, "-o", "a.png", "-q")
        self.assertEqual((code, screen.shown), (130, []))

    def test_short_job(self):
        screen, code = self.watch(80, "render", "--size", "8x8", "-o", "a.png")
        self.assertEqual((code, screen.shown, len(screen.scrolled)), (0, screen.shown[:1], 1))
        self.assertRegex(screen.scrolled[0], r"\Aa\.png  8 x 8, 8 bit, seed 1, \d\.\d s\r?\Z")

    def test_pipe_sees_no_bar(self):
        process = self.start("render", *LONG, "-o", "a.png", stderr=-1)
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.stderr.read(), b"tiedye: interrupted\n")
        process.stderr.close()
        self.assertEqual(process.wait(), 130)

    @unittest.skipIf(_tiedye.SANITIZED, "slow there")
    def test_sheet_bar_grows(self):
        """Networks are made between the rows of a sheet, which must not make the bar jump."""
        screen, _ = self.watch(80, "sheet", "--layers", "200x4,3", "--count", "400",
                               "--columns",
                               "2", "--size", "40x40", "-o", "a.png", seconds=3)
        shares = [int(re.search(r"(\d+) %", line).group(1)) for line in screen.shown]
        self.assertEqual(shares, sorted(shares))

    def test_picture_is_not_shown_on_a_terminal(self):
        try:
            master, slave = pty.openpty()
        except OSError as error:
            self.skipTest(f"no pseudo-terminals here: {error}")
        for arguments in (["render", "--size", "8x8", "--format", "png"], ["weights"]):
            result = self.tiedye(*arguments, "-o", "-", stdout=slave)
            self.assertEqual(result.returncode, 2)
            self.assertIn("terminal", result.stderr)
            self.assertEqual(result.stderr.count("\n"), 1)
        result = self.tiedye("render", "--size", "8x8", "--format", "hash", "-q", "-o", "-",
                             stdout=slave)
        self.assertEqual(result.returncode, 0, result.stderr)
        os.close(slave)
        os.close(master)

    def test_binary_is_given(self):
        self.assertTrue(os.access(BINARY, os.X_OK))


if __name__ == "__main__":
    _tiedye.main()
