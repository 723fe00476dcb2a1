#!/usr/bin/env python3
"""The numerics contract: recipes and the hashes of what they draw, on every instruction set and
thread count. A hash may change before version 1.0 in a commit that says why; write the new ones
with `python3 tests/golden/pictures.py build/release/tiedye --update`."""

import concurrent.futures
import os
import subprocess
import sys
import unittest

BINARY = os.path.abspath(sys.argv.pop(1))
TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pictures.txt")
CPUS = ("ref", "sse2", "avx2", "avx512")
THREADS = ("1", "2", "7")
SANITIZED = os.environ.get("TIEDYE_SANITIZED") == "1"  # slow; golden_hashes tries all sets there


def read_table():
    with open(TABLE, encoding="utf-8") as file:
        lines = [line.rstrip("\n") for line in file if line.strip() and line[0] != "#"]
    return [tuple(line.split("  ", 1)) for line in lines]


def draw(link, cpu, threads):
    """The line of the `.hash` format, or None where the machine lacks the instruction set."""
    command = [BINARY, "render", link, "-q", "--format", "hash", "-o", "-", "--threads", threads]
    done = subprocess.run(command, env={**os.environ, "TIEDYE_CPU": cpu}, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode == 4:
        return None
    if done.returncode != 0:
        raise AssertionError(f"{link}: {done.stderr}")
    return done.stdout.strip()


def update():
    with open(TABLE, encoding="utf-8") as file:
        lines = file.read().splitlines()
    with open(TABLE, "w", encoding="utf-8") as file:
        for line in lines:
            if line and line[0] != "#":
                link = line.split("  ", 1)[-1]
                line = f"{draw(link, 'ref', '1')}  {link}"
            file.write(line + "\n")


class Pictures(unittest.TestCase):
    def test_same_bits_everywhere(self):
        table = read_table()
        self.assertGreaterEqual(len(table), 20)
        many, cpus = ((), ("avx2",)) if SANITIZED else (("ref", "avx2"), CPUS)
        cases = [(expected, link, cpu, threads) for expected, link in table for cpu in cpus
                 for threads in (THREADS if cpu in many else THREADS[1:2])]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            found = list(pool.map(lambda case: draw(*case[1:]), cases))
        for (expected, link, cpu, threads), line in zip(cases, found):
            with self.subTest(link=link, cpu=cpu, threads=threads):
                self.assertIn(line, (expected, None))
        self.assertIn(table[0][0], found)


if __name__ == "__main__":
    if "--update" in sys.argv:
        update()
    else:
        unittest.main()
