#!/usr/bin/env python3
"""What drawing takes: engines, --report, --what cost."""

import json
import math

import _tiedye as t

SILK = ("--layers", "20,10,3", "--palette", "rgb", "--antialias", "1", "--size", "512x384")


def flat(data):
    """All samples of a PNG, one after the other."""
    return [sample for row in t.read_png(data).samples for sample in row]


class Reports(t.Case):
    def report(self, *arguments):
        return json.loads(self.ok("render", *SILK, *arguments, "-q", "-o", "a.png", "--report",
                                  "--json"))

    def test_numbers(self):
        report = self.report("--engine", "spectral")
        pixels = 512 * 384
        self.assertEqual(report["pixels"], pixels)
        self.assertEqual(report["samples"], pixels)
        drawn = sum(row["side"] ** 2 * row["count"] for row in report["patches"])
        self.assertEqual(drawn + report["dense_pixels"], pixels)
        self.assertAlmostEqual(report["evaluations_per_pixel"], report["evaluations"] / pixels)
        self.assertLess(report["evaluations_per_sample"], 0.2)
        self.assertLess(report["largest_error"], 0.25)
        self.assertGreater(report["largest_error"], 0)
        self.assertEqual(report["checked"], 64 * sum(row["count"] for row in report["patches"]))

    def test_dense(self):
        report = self.report("--engine", "dense", "--antialias", "3")
        self.assertEqual(report["evaluations"], 9 * report["pixels"])
        self.assertEqual((report["dense_share"], report["patches"]), (1, []))
        self.assertEqual(report["evaluations_per_sample"], 1)

    def test_text(self):
        text = self.ok("render", *SILK, "-q", "-o", "a.png", "--report", "--engine", "spectral")
        for words in ("evaluations ", "a pixel", "dense ", "patches ", "coefficients ",
                      "largest error ", "64 x 64"):
            self.assertIn(words, text)
        for line in text.splitlines():
            self.assertLessEqual(len(line), 80, line)

    def test_changes_nothing(self):
        """What is looked at is drawn as it is without looking, on any number of threads."""
        plain = self.ok("render", *SILK, "-q", "--format", "hash", "-o", "-")
        reports = set()
        for threads in ("1", "3"):
            reports.add(self.ok("render", *SILK, "-q", "-o", "a.hash", "--report", "--json",
                                "--threads", threads))
            self.assertEqual(self.read("a.hash").decode(), plain)
        self.assertEqual(len(reports), 1)

    def test_sheets(self):
        report = json.loads(self.ok("sheet", "--count", "3", "--columns", "2", "--size", "40x30",
                                    "-q", "-o", "s.png", "--report", "--json"))
        self.assertEqual(report["pixels"], 3 * 40 * 30)

    def test_the_choice_is_counted(self):
        """What auto looks at before it decides."""
        chosen = self.report("--engine", "auto")["evaluations"]
        told = self.report("--engine", "spectral")["evaluations"]
        self.assertIn(chosen - told, (16 * 81, 2 * 16 * 81))


class Engines(t.Case):
    def test_verify_knows_engines_apart(self):
        """A dense file whose recipe says spectral is within one code, and the other way round."""
        for drawn, said in (("dense", "spectral"), ("spectral", "dense")):
            self.ok("render", *SILK, "--engine", drawn, "-q", "--no-recipe", "-o", "a.png")
            self.ok("render", *SILK, "--engine", said, "-q", "-o", "b.png")
            self.assertIn("identical", self.ok("verify", "b.png"))
            a, b = flat(self.read("a.png")), flat(self.read("b.png"))
            apart = [abs(p - q) for p, q in zip(a, b)]
            self.assertLessEqual(max(apart), 1)
            self.assertLess(sum(apart), 0.01 * len(apart))

    def test_fields_are_dense(self):
        """The raw field is the exact numbers, whatever the engine."""
        for engine in ("dense", "spectral"):
            self.ok("render", *SILK, "--engine", engine, "-q", "-o", engine + ".npy")
        self.assertEqual(self.read("dense.npy"), self.read("spectral.npy"))

    def test_fast(self):
        self.ok("render", *SILK, "-q", "-o", "a.png")
        self.ok("render", *SILK, "--fast", "-q", "-o", "b.png")
        a, b = flat(self.read("a.png")), flat(self.read("b.png"))
        self.assertLessEqual(max(abs(p - q) for p, q in zip(a, b)), 1)

    def test_keys(self):
        self.assertIn("engine=dense", self.ok("info", "--engine", "dense", "--link"))
        self.assertNotIn("engine", self.ok("info", "--engine", "auto", "--link"))
        self.bad(2, ["--engine", "spectral"], "render", "--engine", "spectrum")
        self.bad(2, ["--tolerance"], "render", "--tolerance", "0")


class Maps(t.Case):
    def test_map(self):
        self.ok("render", *SILK, "--what", "cost", "-q", "-o", "m.png")
        picture = t.read_png(self.read("m.png"))
        self.assertEqual((picture.width, picture.height), (512, 384))
        samples = flat(self.read("m.png"))
        self.assertEqual(len(samples), 512 * 384 * 3)
        self.assertLess(len(set(zip(*[iter(samples)] * 3))), 40)
        self.bad(3, ["carries no recipe"], "verify", "m.png")

    def test_what_is_drawn_does_not_change(self):
        """The colours of a picture say nothing of its map, but for what the tolerance sees."""
        self.ok("render", *SILK, "--what", "cost", "-q", "-o", "a.ppm")
        self.ok("render", *SILK, "--what", "cost", "--invert", "on", "-q", "-o", "b.ppm")
        self.assertEqual(self.read("a.ppm"), self.read("b.ppm"))
        self.ok("render", *SILK, "--what", "picture", "-q", "-o", "c.ppm")
        self.ok("render", *SILK, "-q", "-o", "d.ppm")
        self.assertEqual(self.read("c.ppm"), self.read("d.ppm"))

    def test_name(self):
        """A map does not take the picture's name."""
        self.ok("render", *SILK, "--what", "cost", "-q", "--seed", "5")
        self.assertTrue(self.read("tiedye-5-cost.png"))

    def test_memory(self):
        """A limit below the engine's blocks of rows costs time, nothing else."""
        wide = ("render", "--layers", "9,3", "--size", "8000x700", "--antialias", "1", "-q",
                "--format", "hash", "-o", "-")
        self.assertEqual(self.ok(*wide, "--max-memory", "8M"), self.ok(*wide))

    def test_sheet(self):
        four = ("--count", "4", "--columns", "2", "--size", "64x64", "-q")
        self.ok("sheet", "--what", "cost", *four, "-o", "s.png")
        self.ok("sheet", *four, "-o", "p.png")
        a, b = t.read_png(self.read("s.png")), t.read_png(self.read("p.png"))
        self.assertEqual((a.width, a.height), (b.width, b.height))

    def test_errors(self):
        self.bad(2, ["--what", "kost"], "render", "--what", "kost")
        self.bad(2, ["--report"], "render", "--json")
        self.bad(2, ["--report", "-o -"], "render", "--report", "-o", "-", "--format", "ppm")
        self.bad(2, ["cost", "npy"], "render", "--what", "cost", "-o", "a.npy")
        self.bad(2, ["--show"], "render", "--report", "--show")
        self.bad(2, ["--show"], "render", "--what", "cost", "--show")
        self.bad(2, ["--what"], "inside", "--what", "cost")
        self.write("f.npy", b"\x93NUMPY\x01\x00" + (118).to_bytes(2, "little") +
                   b"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), }".ljust(117) +
                   b"\n" + b"\0\0\0\0")
        self.bad(3, ["cost"], "render", "f.npy", "--what", "cost", "-o", "x.png")
        self.bad(2, ["field"], "render", "f.npy", "--report", "-o", "x.png")

    def test_scale(self):
        """Dense pixels have one colour, whatever the antialiasing."""
        colours = set()
        for grid in ("1", "3"):
            self.ok("render", "--size", "20x20", "--engine", "dense", "--antialias", grid, "--what",
                    "cost", "-q", "-o", "m.png")
            samples = flat(self.read("m.png"))
            middle = 3 * (10 * 20 + 10)
            colours.add(tuple(samples[middle:middle + 3]))
        self.assertEqual(len(colours), 1)
        self.assertGreater(math.fsum(colours.pop()), 500)


if __name__ == "__main__":
    t.main()
