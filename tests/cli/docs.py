#!/usr/bin/env python3
"""What the pages show is what the program prints: every line `$ tiedye ...` in a console block of
README.md and docs/ is run, in an empty folder, and the lines below it are compared with its output
(both streams). `python3 tests/cli/docs.py build/release/tiedye --update` writes them anew."""

import glob
import os
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

BINARY = os.path.abspath(sys.argv.pop(1))
ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BLOCK = re.compile(r"```console\n(.*?)```", re.S)
SECONDS = re.compile(r"\d+\.\d s$", re.M)  # times differ


def run(line, folder):
    words = shlex.split(line)
    assert words[0] == "tiedye", line
    done = subprocess.run([BINARY, *words[1:]], cwd=folder, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    return done.stdout


def play(block, folder):
    """The block with each command's output below it."""
    lines = [line for line in block.splitlines() if line.startswith("$ ")]
    return "".join(f"{line}\n{run(line[2:], folder)}" for line in lines)


def pages():
    return sorted([os.path.join(ROOT, "README.md"), *glob.glob(os.path.join(ROOT, "docs/*.md"))])


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def update():
    for path in pages():
        with tempfile.TemporaryDirectory() as folder:
            text = BLOCK.sub(lambda match, folder=folder: "```console\n" +
                             play(match.group(1), folder) + "```", read(path))
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


class Docs(unittest.TestCase):
    def test_console_blocks(self):
        seen = 0
        for path in pages():
            with tempfile.TemporaryDirectory() as folder:
                for match in BLOCK.finditer(read(path)):
                    shown = SECONDS.sub("T s", match.group(1))
                    found = SECONDS.sub("T s", play(match.group(1), folder))
                    self.assertEqual(shown, found, os.path.relpath(path, ROOT))
                    seen += 1
        self.assertGreaterEqual(seen, 5)

    def test_links_between_pages(self):
        for path in pages():
            for target in re.findall(r"\]\(([^)#:]+)\)|src=\"([^\":]+)\"", read(path)):
                name = os.path.join(os.path.dirname(path), target[0] or target[1])
                self.assertTrue(os.path.exists(name), f"{os.path.relpath(path, ROOT)}: {target}")


if __name__ == "__main__":
    if "--update" in sys.argv:
        update()
    else:
        unittest.main()
