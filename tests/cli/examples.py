#!/usr/bin/env python3
"""The programs of examples/, against what tiedye itself draws."""

import os
import subprocess

import _tiedye
from _tiedye import BINARY, Case, read_pnm

FOLDER = os.path.dirname(BINARY)


class Examples(Case):
    def example(self, name):
        done = subprocess.run([os.path.join(FOLDER, "example_" + name)], cwd=self.folder,
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=_tiedye.PATIENCE, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(os.listdir(self.folder), [])
        return done.stdout

    def test_memory(self):
        told = self.example("memory")
        picture = self.png("@silk", "--seed", "7", "--size", "64x64")
        middle = bytes(picture.crop(32, 32, 1, 1)[0]).hex()
        self.assertEqual(told, f"64 x 64 pixels, #{middle} in the middle\n")

    def test_writer(self):
        told = self.example("writer")
        self.ok("render", "--layers", "24x4,1", "--seed", "5", "--tone", "rescale",
                "--size", "72x32", "-q", "-o", "a.pgm")
        width, _, _, _, samples = read_pnm(self.read("a.pgm"))
        ink = "".join("@%#*+=-:. "[sample * 10 // 256] for sample in samples)
        self.assertEqual(told.split("\n")[:-1], [ink[i:i + width]
                                                 for i in range(0, len(ink), width)])

    def test_cancel(self):
        self.assertEqual(self.example("cancel"),
                         "a thousandth of all pixels is done: that will do\ninterrupted\n")

    def test_evaluate(self):
        """The points at 0 and 90 degrees, as fields of one pixel."""
        told = self.example("evaluate").splitlines()
        self.assertEqual(len(told), 8)
        for line, center in ((told[0], "1,0"), (told[2], "0,1"), (told[4], "-1,0")):
            _, values = self.field("--layers", "16x8,3", "--center", center, "--size", "1x1")
            found = [float(word) for word in line.split(":")[1].split()]
            for value, other in zip(values, found, strict=True):
                self.assertAlmostEqual(value, other, delta=2e-5)  # cos(90 degrees) is not 0


if __name__ == "__main__":
    _tiedye.main()
