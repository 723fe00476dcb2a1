#!/usr/bin/env python3
"""Colour from outside: ramps against an Oklab of Python's own, ranks against sorting, blue noise
against its spectrum, gain and invert against their definitions."""

import cmath
import math
import unittest

import _tiedye as t

RAMPS = ("ember", "lagoon", "dusk", "moss", "orchid", "aurora", "sepia")
# One output that is x times a constant; so every value of a palette comes in order.
LINE = ("--inputs", "x", "--layers", "1", "--out", "identity", "--sigma_b", "0",
        "--tone", "rescale", "--antialias", "1")


def linear(code):
    u = code / 65535
    return u / 12.92 if u <= 0.04045 else ((u + 0.055) / 1.055) ** 2.4


def oklab(rgb):
    """Ottosson's Oklab of encoded sRGB in 16 bits."""
    r, g, b = (linear(code) for code in rgb)
    l, m, s = (x ** (1 / 3) for x in (
        0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b,
        0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b,
        0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b))
    return (0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s)


def pixels(row, channels=3):
    return [row[i:i + channels] for i in range(0, len(row), channels)]


class Ramps(t.Case):
    def test_equal_steps_look_equal_and_get_lighter(self):
        for name in RAMPS:
            png = self.png(*LINE, "--palette", name, "--bits", "16", "--size", "256x2",
                           "--extent", "0.01", name=f"{name}.png")
            colours = [oklab(rgb) for rgb in pixels(png.samples[0])][2:-2]  # the ends clip
            if colours[0][0] > colours[-1][0]:  # the weight is negative
                colours.reverse()
            steps = [math.dist(p, q) for p, q in zip(colours, colours[1:])]
            mean = sum(steps) / len(steps)
            with self.subTest(name):
                self.assertTrue(all(p[0] < q[0] for p, q in zip(colours, colours[1:])))
                self.assertLess(max(steps), 1.06 * mean)
                self.assertGreater(min(steps), 0.94 * mean)
                self.assertLess(colours[0][0], 0.2)
                self.assertGreater(colours[-1][0], 0.93)

    def test_one_output_of_three(self):
        """A palette of one output reads the first; a network of one output gets colours."""
        keys = ("--size", "40x30", "--palette", "dusk", "--init", "unscaled", "--sigma_w", "0.4")
        three = self.png(*keys, "--layers", "8,3")
        one = self.png(*keys, "--layers", "8,1")
        self.assertEqual(one.channels, 3)
        self.assertEqual(one.samples, three.samples)  # the first neuron is the same
        for name in ("rgb", "oklab", "oklab-seeded", "gray"):
            self.assertEqual(self.png(*keys, "--layers", "8,1", "--palette", name).channels, 1)


class Seeds(t.Case):
    def test_the_palette_follows_the_seed_unless_told(self):
        keys = ("--size", "40x30", "--palette", "stops")
        own = self.hash_of(*keys, "--seed", "7")
        self.assertEqual(self.hash_of(*keys, "--seed", "7", "--palette_seed", "7"), own)
        self.assertNotEqual(self.hash_of(*keys, "--seed", "7", "--palette_seed", "8"), own)
        self.assertEqual(self.recipe("#v=1&palette_seed=seed").get("palette_seed"), None)
        self.assertEqual(self.recipe("#v=1&palette_seed=1")["palette_seed"], "1")
        drawn = self.recipe("#v=1&palette_seed=random")["palette_seed"]
        self.assertGreater(int(drawn), 1)

    def test_cells_are_crops(self):
        """Palettes, ranks and noise belong to the cell."""
        keys = ("--palette", "stops", "--tone", "rank", "--dither", "on", "--size", "37x23")
        sheet = self.png(*keys, "--count", "3", "--columns", "3", command="sheet")
        cell = self.png(*keys, "--count", "3", "--columns", "3", "--cell", "C1", command="sheet")
        places = [(x, y) for x in range(sheet.width - 36) for y in range(9)]
        self.assertTrue(any(sheet.crop(x, y, 37, 23) == cell.samples for x, y in places))


class Tone(t.Case):
    def test_rank_is_the_share_of_less(self):
        """Of 128 x 128 pixels the sample is the picture itself: ranks can be counted."""
        keys = ("--layers", "20x3,1", "--size", "128x128", "--seed", "5")
        _, values = self.field(*keys)
        png = self.png(*keys, "--tone", "rank", "--palette", "gray", "--bits", "16",
                       "--antialias", "1")
        codes = [code for row in png.samples for code in row]
        order = sorted(values)
        low, width = order[0], (order[-1] - order[0]) / 4096
        for value, code in list(zip(values, codes))[::37]:
            bottom = low + int((value - low) / width) * width
            least = sum(v < bottom - 1e-6 for v in order) / len(order)
            most = sum(v < bottom + width + 1e-6 for v in order) / len(order)
            self.assertTrue(least - 1e-4 <= code / 65535 <= most + 1e-4, (value, code))
        counts = [0] * 16
        for code in codes:
            counts[min(code // 4096, 15)] += 1
        self.assertLess(max(counts) - min(counts), 0.15 * 1024)  # every shade gets its share

    def test_a_constant_is_the_middle(self):
        for more in ((), ("--gain", "9"), ("--invert", "on")):
            png = self.png("--layers", "4,1", "--sigma_w", "0", "--size", "5x4", "--tone", "rank",
                           *more)
            self.assertEqual(png.samples, [[128] * 5] * 4)

    def test_gain_and_invert(self):
        keys = ("--layers", "20x3,3", "--size", "40x30", "--palette", "rgb", "--antialias", "1",
                "--bits", "16")
        plain = self.png(*keys).samples
        for gain, invert in ((0.5, "off"), (2.5, "off"), (1, "on"), (3, "on")):
            found = self.png(*keys, "--gain", str(gain), "--invert", invert).samples
            for row, other in zip(plain, found):
                for u, code in zip(row, other):
                    if 0 < u < 65535:
                        w = 0.5 + gain * (u / 65535 - 0.5)
                        w = min(max(1 - w if invert == "on" else w, 0), 1)
                        self.assertAlmostEqual(code, 65535 * w, delta=0.6 + gain)


class Dither(t.Case):
    def flat(self, gain, *more):
        """A flat gray of (1 + gain / 3) / 2, dithered."""
        return self.png("--layers", "1", "--out", "identity", "--sigma_w", "0", "--sigma_b", "0.1",
                        "--size", "64x64", "--dither", "on", "--gain", str(gain), *more)

    def test_the_mean_is_kept(self):
        for bits in ("8", "16"):
            top = 255 if bits == "8" else 65535
            for gain in (0.5, 1, 3, 7.7):
                exact = self.flat(gain, "--bits", "16", "--dither", "off").samples[0][0] / 65535
                codes = [code for row in self.flat(gain, "--bits", bits).samples for code in row]
                self.assertAlmostEqual(sum(codes) / 4096, top * exact,
                                       delta=1 / 256 if bits == "8" else 0.51)
                self.assertLessEqual(max(codes) - min(codes), 1)

    def test_black_and_white_stay(self):
        keys = ("--layers", "1", "--out", "identity", "--sigma_w", "0", "--tone", "clip", "--size",
                "64x64", "--dither", "on")
        for seed in range(1, 9):
            for bits, top in (("8", 255), ("16", 65535)):
                png = self.png(*keys, "--sigma_b", "1000", "--seed", str(seed), "--bits", bits)
                self.assertIn({code for row in png.samples for code in row}, ({0}, {top}))

    def test_low_frequencies_are_missing(self):
        power = {}
        noise = self.flat(1).samples
        mean = sum(code for row in noise for code in row) / 4096
        noise = [[code - mean for code in row] for row in noise]
        for v in range(0, 64, 4):  # some rows of the spectrum are enough
            column = [sum(row[x] * cmath.exp(-2j * math.pi * v * y / 64)
                          for y, row in enumerate(noise)) for x in range(64)]
            for u in range(64):
                total = sum(c * cmath.exp(-2j * math.pi * u * x / 64)
                            for x, c in enumerate(column))
                radius = math.hypot(min(u, 64 - u), min(v, 64 - v))
                power.setdefault("low" if radius < 6 else "high", []).append(abs(total) ** 2)
        low, high = (sum(power[name]) / len(power[name]) for name in ("low", "high"))
        self.assertLess(low, high / 20)

    def test_channels_and_seeds_have_noise_of_their_own(self):
        keys = ("--layers", "3", "--out", "identity", "--sigma_w", "0", "--sigma_b", "0",
                "--palette", "rgb", "--size", "64x64", "--dither", "on")
        png = self.png(*keys)
        red, green = ([row[c::3] for row in png.samples] for c in (0, 1))
        same = sum(a == b for p, q in zip(red, green) for a, b in zip(p, q)) / 4096
        self.assertLess(abs(same - 0.5), 0.05)
        self.assertNotEqual(self.png(*keys, "--seed", "2").samples, png.samples)


if __name__ == "__main__":
    t.main()
