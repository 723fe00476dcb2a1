#!/usr/bin/env python3
"""--show: what arrives in a terminal, read back as colours of its cells."""

import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import termios
import unittest

import _tiedye
from _tiedye import BINARY, ENVIRONMENT, Case

COLOURS = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "COLUMNS": "60", "LINES": "22",
           "LC_ALL": "C.UTF-8", "NO_COLOR": "", **dict.fromkeys(
               ("TERM_PROGRAM", "VTE_VERSION", "TMUX", "STY", "KITTY_PID", "KITTY_WINDOW_ID"), "")}
# How much of its cell a block element (U+2580 to U+259F) fills, in eighths.
EIGHTHS = dict(zip(map(chr, range(0x2580, 0x25a0)),
                   [4, 1, 2, 3, 4, 5, 6, 7, 8, 7, 6, 5, 4, 3, 2, 1, 4, 2, 4, 6, 1, 1, 2, 2, 2, 6,
                    4, 6, 6, 2, 4, 6]))
EIGHTHS[" "] = 0


def read_cells(text):
    """Rows of cells' mean colours, as far as they are given as RGB."""
    rows, front, back, inverse = [[]], None, None, False
    for codes, letter in re.findall(r"\x1b\[([0-9;]*)[a-zA-Z]|([^\x1b])", text):
        if letter == "\n":
            rows.append([])
        elif letter:
            share = EIGHTHS[letter] / 8
            a, b = (back, front) if inverse else (front, back)
            rows[-1].append(tuple(share * x + (1 - share) * y
                                  for x, y in zip(a or (0, 0, 0), b or (0, 0, 0))))
        else:
            numbers = [int(code) for code in codes.split(";") if code]
            while numbers:
                code = numbers.pop(0)
                if code == 0:
                    front, back, inverse = None, None, False
                elif code == 7:
                    inverse = True
                elif code in (38, 48):
                    kind, colour, numbers = numbers[0], tuple(numbers[1:4]), numbers[4:]
                    assert kind == 2
                    front, back = (colour, back) if code == 38 else (front, colour)
    return [row for row in rows if row]


def has_libchafa():
    return (os.environ.get("TIEDYE_PREVIEWS") != "0" and shutil.which("pkg-config") is not None and
            subprocess.run(["pkg-config", "--exists", "chafa"], check=False).returncode == 0)


@unittest.skipUnless(has_libchafa(), "there is no libchafa")
class Show(Case):
    def show(self, *arguments, command="render", **environment):
        """The text of a preview, which leaves no file."""
        before = self.snapshot()
        text = self.ok(command, *arguments, "--show", env={**COLOURS, **environment})
        self.assertEqual(self.snapshot(), before)
        return text

    def test_colours(self):
        """Each cell is the picture there, whatever size was asked for."""
        for options in (["--seed", "3"], ["@tie-dye", "--size", "100000x50000"],
                        ["--layers", "24x4,1", "--palette", "gray", "--size", "30x90", "--bits",
                         "16"]):
            cells = read_cells(self.show(*options))
            width, height = len(cells[0]), len(cells)
            self.assertTrue(all(len(row) == width for row in cells))
            self.assertTrue(width == 60 or height == 20, (width, height))
            asked = self.recipe(*options).get("size", "1x1").split("x")
            ratio = int(asked[0]) / int(asked[1])
            self.assertAlmostEqual(width / (2 * height) / ratio, 1, delta=0.12)
            # A cell is twice as high as wide.
            self.ok("render", *options, "--size", f"{width}x{2 * height}", "--bits", "8",
                    "--antialias", "8", "-q", "-o", "a.ppm")
            _, _, channels, _, samples = _tiedye.read_pnm(self.read("a.ppm"))
            os.remove(self.path("a.ppm"))
            wrong = []
            for y in range(height):
                for x in range(width):
                    for c in range(3):
                        at = channels * (2 * y * width + x) + c % channels
                        mean = (samples[at] + samples[at + channels * width]) / 2
                        wrong.append(abs(cells[y][x][c] - mean))
            self.assertLess(sum(wrong) / len(wrong), 10, options)

    def test_words(self):
        result = self.tiedye("render", "--seed", "17", "--show", env=COLOURS)
        self.assertEqual(result.stderr, "seed 17, not saved: --seed 17 -o FILE keeps it\n")
        self.assertEqual(self.tiedye("render", "--show", "-q", env=COLOURS).stderr, "")
        self.bad(2, ["--show", "-o -"], "render", "--show", "-o", "-", "--format", "png")
        self.bad(2, ["--format", "-o"], "render", "--show", "--format", "png")
        self.bad(2, ["bogus"], "render", "--show", "-o", "a.bogus")
        self.bad(2, ["empty"], "render", "--show", "-o", "")
        self.bad(1, ["folder"], "render", "--show", "-o", ".")
        self.bad(1, ["--max-memory"], "render", "--layers", "9000x9,1", "--show", "--max-memory",
                 "1M")

        self.ok("render", "--layers", "1", "--size", "100000x9", "-q", "-o", "a.npy")
        self.bad(1, ["preview needs", "--max-memory"], "render", "a.npy", "--show",
                 "--max-memory", "5M")

    def test_file_too(self):
        """With -o the file is what it is without --show."""
        expected = self.hash_of("--seed", "5", "--size", "70x50")
        text = self.ok("render", "--seed", "5", "--size", "70x50", "--show", "-o", "a.hash",
                       env=COLOURS)
        self.assertEqual(self.read("a.hash").decode(), expected)
        self.assertGreater(len(read_cells(text)), 10)

    def test_every_drawing(self):
        self.ok("render", "--size", "90x60", "-q", "-o", "a.npy")
        for command, *options in (["sheet", "--count", "7"], ["inside", "--layers", "9x3,3"],
                                  ["grid", "--down", "depth=1..3", "--across", "width=2,5"],
                                  ["inside", "--layer", "2", "--neuron", "3"],
                                  ["render", "a.npy"],
                                  ["grid", "--down", "sigma_w=0..3/100", "--across",
                                   "sigma_b=0..1/100"]):
            cells = read_cells(self.show(*options, command=command))
            self.assertLessEqual(len(cells), 20)
            self.assertLessEqual(max(map(len, cells)), 60)
            self.assertGreater(len({colour for row in cells for colour in row}), 20)

    def test_plain_terminals(self):
        """Without colours, without block characters."""
        text = self.show(NO_COLOR="1")
        self.assertNotRegex(text, r"\x1b\[[0-9;]*[34]8;")
        text = self.show(TERM="dumb", COLORTERM="")
        self.assertTrue(text.isascii())
        self.assertNotIn("\x1b", text)
        self.assertGreater(len(set(text)), 5)
        self.assertNotRegex(self.show(TERM="linux", COLORTERM=""), r"[34]8;[25];")

    @unittest.skipIf(_tiedye.SANITIZED, "memory says nothing there")
    def test_memory(self):
        """Ten thousand cells, a poster: a preview costs what the terminal shows."""
        self.ok("render", "--layers", "2,3", "--size", "6000x5000", "-q", "-o", "a.npy")
        for options in (["sheet", "--count", "10000", "--columns", "100"],
                        ["render", "--size", "200000x200000"], ["render", "a.npy"]):
            self.assertLess(self.peak(*options, "--show"), 100)

    def on_terminal(self, rows, columns, *arguments, progress=False):
        """What a terminal of that size receives, as text."""
        main, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        environment = {**ENVIRONMENT, **COLOURS}
        del environment["COLUMNS"], environment["LINES"]
        process = self.start(*arguments, stdin=-3, stdout=other, env=environment,
                             stderr=other if progress else -3)
        os.close(other)
        data = b""
        while select.select([main], [], [], 60)[0]:
            try:
                part = os.read(main, 65536)
            except OSError:
                break
            if not part:
                break
            data += part
        os.close(main)
        self.assertEqual(process.wait(timeout=60), 0)
        return data.decode().replace("\r\n", "\n")

    def test_own_size(self):
        """The window of a terminal counts, and is not overrun."""
        cells = read_cells(self.on_terminal(12, 40, "render", "--show", "-q"))
        self.assertEqual((len(cells), len(cells[0])), (10, 20))

    def test_bar_goes_first(self):
        """What takes long shows its progress, and takes it away before the picture comes."""
        layers = "60x9,3" if _tiedye.SANITIZED else "130x9,3"
        text = self.on_terminal(40, 100, "render", "--engine", "dense", "--layers", layers,
                                "--show", progress=True)
        self.assertRegex(text, r"preview \[[#.]+\]")
        bar, picture = text.rsplit("\r\x1b[K", 1)
        self.assertNotIn("\x1b[0m", bar)
        picture, words = picture.rsplit("\n", 2)[:2]
        self.assertEqual(words, "seed 1, not saved: --seed 1 -o FILE keeps it")
        self.assertEqual(len(read_cells(picture)), 38)


@unittest.skipIf(has_libchafa(), "there is libchafa")
class WithoutLibchafa(Case):
    def test_says_so(self):
        self.bad(4, ["--show", "libchafa"], "render", "--show")


if __name__ == "__main__":
    _tiedye.main()
