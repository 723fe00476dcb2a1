#!/usr/bin/env python3
"""Seamless tiles (--tile torus): the plane wound up, against the exported weights and a second
writing of the winding; edges that meet; in both engines, sheets and films."""

import math
import os

import _tiedye
import networks
from _tiedye import Case, read_png

TILE = ["--tile", "torus", "--layers", "12,9,3", "--seed", "3"]


def wound(recipe):
    """Inputs of every pixel's centre, row by row from the top."""
    width, height = (int(side) for side in recipe["size"].split("x"))
    extent, z = float(recipe.get("extent", 2)), float(recipe.get("z", 0))
    cx, cy = (float(part) for part in recipe.get("center", "0,0").split(","))
    across, down = 2 * extent * width / height, 2 * extent
    for row in range(height):
        y = cy + extent * (height - 2 * row - 1) / height
        for column in range(width):
            x = cx + extent * (2 * column + 1 - width) / height
            a, b = 2 * math.pi * x / across, 2 * math.pi * y / down
            first, second = across / (2 * math.pi), down / (2 * math.pi)
            chords = 4 * ((first * math.sin(a / 2)) ** 2 + (second * math.sin(b / 2)) ** 2)
            yield {"x": first * math.sin(a), "x2": first * math.cos(a),
                   "y": second * math.sin(b), "y2": second * math.cos(b),
                   "r": math.sqrt(chords + z * z), "z": z}


class Wound(networks.Network):
    """A network whose inputs are given by name."""

    def input_values(self, x, y):
        return [x[name] if name in x else self.constants[name] for name in self.inputs]


def steps(samples, channels):
    """The largest change from column to column inside, and from the last one to the first."""
    inside = seam = 0
    for row in samples:
        pixels = [row[i:i + channels] for i in range(0, len(row), channels)]
        changes = [max(abs(a - b) for a, b in zip(one, other))
                   for one, other in zip(pixels, pixels[1:] + pixels[:1])]
        inside, seam = max([inside, *changes[:-1]]), max(seam, changes[-1])
    return inside, seam


class Tiles(Case):
    def test_the_weights_say_the_same(self):
        for more in ([], ["--size", "9x14"], ["--inputs", "x,y,r,z,t", "--z", "0.7", "--t", "2"],
                     ["--inputs", "r"], ["--center", "0.6,-3.3", "--extent", "0.8"],
                     ["--center", "1000.25,-77"], ["--inputs", "y"]):
            with self.subTest(more=more):
                arguments = [*TILE, "--size", "13x8", *more]
                shape, field = self.field(*arguments)
                network = Wound(*self.weights(*arguments))
                if "--inputs" not in more:
                    self.assertEqual(network.inputs, ["x", "y", "x2", "y2"])
                points = list(wound(network.recipe))
                self.assertEqual(shape[0] * shape[1], len(points))
                for i, point in enumerate(points):
                    for a, b in zip(field[3 * i:3 * i + 3], network.evaluate(point, None)):
                        self.assertAlmostEqual(a, b, delta=3e-5)

    def test_edges_meet(self):
        for more in ([], ["--size", "60x40"], ["--inputs", "x,y,r"], ["--inputs", "r"],
                     ["--tone", "rank"], ["--tone", "rescale", "--palette", "rgb"],
                     ["--engine", "spectral"], ["--center", "0.77,0.3"]):
            with self.subTest(more=more):
                png = self.png(*TILE, "--size", "48x64", *more)
                columns = [list(column) for column in zip(
                    *[[tuple(row[i:i + 3]) for i in range(0, len(row), 3)]
                      for row in png.samples])]
                turned = [[value for pixel in column for value in pixel] for column in columns]
                for samples in (png.samples, turned):
                    inside, seam = steps(samples, 3)
                    self.assertLessEqual(seam, inside + 1)
                    self.assertGreater(inside, 2)
        plain = self.png(*TILE[2:], "--size", "48x64")
        inside, seam = steps(plain.samples, 3)
        self.assertGreater(seam, 2 * inside)  # without, there is a seam

    def test_the_centre_rolls_it(self):
        """Five pixels to the right, three up: what leaves it on one side comes in on the
        other."""
        base = self.png(*TILE, "--size", "40x32", "--extent", "2").samples
        pixel = 4 / 32
        moved = self.png(*TILE, "--size", "40x32", "--extent", "2", "--center",
                         f"{5 * pixel},{3 * pixel}").samples
        rolled = [row[15:] + row[:15] for row in base[-3:] + base[:-3]]
        apart = [abs(a - b) for one, other in zip(moved, rolled) for a, b in zip(one, other)]
        self.assertLessEqual(max(apart), 1)
        self.assertLess(sum(apart), len(apart) / 100)

    def test_a_whole_period_is_no_move(self):
        """Centers one period apart give the same bits where those are exact."""
        for center in ("4,0", "0,-8", "-16,4"):
            self.assertEqual(self.hash_of(*TILE, "--size", "32x32", "--center", center),
                             self.hash_of(*TILE, "--size", "32x32"))

    def test_engines_agree(self):
        for more in ([], ["--inputs", "x,y,r"], ["--size", "200x90", "--act", "sin"]):
            dense, spectral = (self.png(*TILE, "--size", "150x130", "--antialias", "1", *more,
                                        "--engine", engine).samples
                               for engine in ("dense", "spectral"))
            apart = [abs(a - b) for one, other in zip(dense, spectral)
                     for a, b in zip(one, other)]
            self.assertLessEqual(max(apart), 1)
            self.assertLess(sum(apart), len(apart) / 200)

    def test_everything_draws_tiles(self):
        small = [*TILE, "--size", "20x16"]
        alone = self.png(*small, name="t.png").samples
        self.assertIn("identical", self.ok("verify", "t.png"))
        self.assertEqual(self.recipe("t.png")["tile"], "torus")
        sheet = self.png(*small, "--count", "3", command="sheet", name="s.png")
        self.assertTrue(any(bytes(alone[0]) in bytes(row) for row in sheet.samples))
        self.png(*small, command="inside", name="i.png")
        self.ok("animate", *small, "--inputs", "x,y,z", "--path", "z=0..1", "--frames", "3",
                "-q", "-o", "f%d.png")
        for name in ("s.png", "i.png", "f2.png"):
            self.assertIn("identical", self.ok("verify", name))
        inside, seam = steps(read_png(self.read("f3.png")).samples, 3)
        self.assertLessEqual(seam, inside + 1)

    def test_what_has_seams_is_refused(self):
        for command, *more in (("render",), ("sheet", "--count", "2"), ("inside",)):
            self.bad(3, ["rotate", "tile = torus", "seams"], command, *TILE, "--rotate", "30",
                     *more, "-o", "t.png")
        self.bad(3, ["rotate", "seams"], "render", *TILE, "--rotate", "30", "-o", "t.npy")
        self.ok("render", *TILE, "--size", "9x9", "--rotate", "180", "-q", "-o", "t.png")
        self.bad(3, ["torus"], "volume", *TILE, "--size", "9x9", "-o", "v.png")
        self.assertEqual(os.listdir(self.folder), ["t.png"])


if __name__ == "__main__":
    _tiedye.main()
