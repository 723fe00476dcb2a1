#!/usr/bin/env python3
"""Files: each format's bytes, where they go, and how much memory that takes."""

import os
import stat
import struct
import subprocess
import threading
import unittest

import _tiedye
from _tiedye import BINARY, Case, read_npy, read_png, read_pnm

TINY = ["--size", "13x7"]


class Formats(Case):
    def test_png_kinds(self):
        for words, channels, bits in (([], 3, 8), (["--bits", "16"], 3, 16),
                                      (["--palette", "gray"], 1, 8), (["--channels", "1"], 1,
                                                                      8),
                                      (["--channels", "1", "--bits", "16"], 1, 16)):
            png = self.png(*TINY, *words)
            self.assertEqual((png.width, png.height, png.channels, png.bits),
                             (13, 7, channels, bits))
            self.assertIsNotNone(png.chunk(b"sRGB"))
            self.assertIsNone(png.chunk(b"pHYs"))

    def test_16_bits_refine_8(self):
        low, high = self.png(*TINY), self.png(*TINY, "--bits", "16")
        for a, b in zip(low.samples, high.samples):
            for x, y in zip(a, b):
                self.assertLessEqual(abs(x * 257 - y), 129)

    def test_ppm_and_pgm(self):
        for words in ([], ["--bits", "16"], ["--channels", "1"],
                      ["--palette", "gray", "--bits", "16"]):
            png = self.png(*TINY, *words)
            for name in ("a.ppm", "a.pgm", "a.pnm", "A.PPM"):
                self.ok("render", *TINY, *words, "-q", "-o", name)
                width, height, channels, most, samples = read_pnm(self.read(name))
                self.assertEqual((width, height, channels, most), (13, 7, png.channels,
                                                                   2**png.bits - 1))
                self.assertEqual(samples, sum(png.samples, []))

    def test_npy(self):
        shape, _ = self.field(*TINY)
        self.assertEqual(shape, (7, 13, 3))
        shape, values = self.field(*TINY, "--layers", "6,5")
        self.assertEqual(shape, (7, 13, 5))
        self.assertTrue(all(-1 <= value <= 1 for value in values))

    def test_affine_tone_of_the_field(self):
        """With one sample a pixel, rgb and affine, the code is floor(255 (1 + v) / 2 + 1/2)."""
        look = TINY + ["--palette", "rgb", "--antialias", "1"]
        codes = sum(self.png(*look).samples, [])
        for code, value in zip(codes, self.field(*look)[1]):
            self.assertLessEqual(abs(code - 255 * (1 + value) / 2), 0.5 + 1e-4)

    def test_fast_is_near_and_marked(self):
        """Fused arithmetic: a code apart at most in a smooth picture, and the file says so."""
        for name in ("avx2", "avx512"):
            look = ["--layers", "40x5,3", "--sigma_w", "1.4", "--size", "64x64", "-q"]
            env = {"TIEDYE_CPU": name}
            if self.tiedye("render", *look, "-o", "a.png", env=env).returncode == 4:
                continue
            done = self.tiedye("render", *look, "--fast", "-o", "b.png", env=env)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            exact, fast = (read_png(self.read(file)) for file in ("a.png", "b.png"))
            apart = [abs(a - b) for a, b in zip(sum(exact.samples, []), sum(fast.samples, []))]
            self.assertLessEqual(max(apart), 1)
            self.assertNotIn(b"drawn fast", exact.chunk(b"iTXt"))
            self.assertIn(b"# drawn fast", fast.chunk(b"iTXt"))
            self.tiedye("render", "b.png", "-q", "-o", "c.png") # the mark is no part of it
            self.assertEqual(self.read("a.png"), self.read("c.png"))
            self.tiedye("render", *look, "--fast", "--bits", "16", "-o", "f.png", env=env)
            deep = self.png(*look[:-1], "--bits", "16")
            self.assertTrue(deep.samples != read_png(self.read("f.png")).samples)
            for name in ("hash", "npy"): # these stand for the exact picture, and bear no mark
                done = self.tiedye("render", *TINY, "--fast", "-o", "-", "--format", name,
                                   env=env)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn(f"fast: {name} stands for the exact picture", done.stderr)

    def test_antialias_is_a_mean(self):
        """The mean of the k x k points of each pixel, which are pixels of a picture k times as
        large."""
        for k in (2, 3, 5):
            fine = self.png("--size", f"{13 * k}x{7 * k}", "--antialias", "1", "--bits", "16")
            mean = self.png(*TINY, "--antialias", str(k), "--bits", "16")
            for y in range(7):
                for i in range(39):
                    inside = [fine.samples[y * k + dy][(i // 3 * k + dx) * 3 + i % 3]
                              for dy in range(k) for dx in range(k)]
                    self.assertLessEqual(abs(mean.samples[y][i] - sum(inside) / k / k), 1.01)

    def test_null(self):
        for words in (["--format", "null"], ["-o", "a.null"]):
            self.ok("render", *TINY, *words)
        self.assertEqual(self.snapshot(), {})

    def test_hash(self):
        line = self.hash_of(*TINY)
        self.assertRegex(line, r"\A[0-9a-f]{16} 13x7 \S+\n\Z")
        self.ok("render", *TINY, "-q", "-o", "a.hash")
        self.assertEqual(self.read("a.hash").decode(), line)

    def test_format_overrides_extension(self):
        self.ok("render", *TINY, "-q", "-o", "a.png", "--format", "ppm")
        self.assertEqual(read_pnm(self.read("a.png"))[:2], (13, 7))
        self.ok("render", *TINY, "-q", "-o", "plain", "--format=png")
        self.assertEqual(read_png(self.read("plain")).width, 13)

    def test_paper(self):
        png_chunks = {}
        for size, shape in (("A3@300", (3508, 4961)), ("A3-landscape@300", (4961, 3508)),
                            ("letter@72", (612, 792)), ("100x50mm@254", (1000, 500))):
            text = self.hash_of("--size", size, "--layers", "1", "--antialias", "1")
            self.assertIn(f" {shape[0]}x{shape[1]} ", text)
        self.ok("render", "--size", "A6@300", "--layers", "1", "--antialias", "1", "-q", "-o",
                "a.png")
        data = self.read("a.png")
        self.assertEqual(struct.unpack(">II", data[16:24]), (1240, 1748))
        png_chunks = dict(_tiedye.split_png(data))
        self.assertEqual(struct.unpack(">IIB", png_chunks[b"pHYs"]), (11811, 11811, 1))
        self.assertEqual(self.ok("info", "a.png").splitlines()[-2:], ["size = A6@300",
                                                                     "antialias = 1"])

    @unittest.skipIf(_tiedye.SANITIZED, "a large picture")
    def test_poster(self):
        self.ok("render", "--size", "A3@300", "--layers", "3", "--antialias", "1", "-q", "-o",
                "a.png")
        data = self.read("a.png")
        self.assertEqual(struct.unpack(">II", data[16:24]), (3508, 4961))
        chunks = dict(_tiedye.split_png(data))
        self.assertEqual(struct.unpack(">IIB", chunks[b"pHYs"]), (11811, 11811, 1))


class Targets(Case):
    def test_standard_output(self):
        for name in ("png", "ppm", "npy", "hash"):
            self.ok("render", *TINY, "-q", "-o", f"a.{name}")
            result = self.tiedye("render", *TINY, "-o", "-", "--format", name, text=False)
            self.assertEqual(result.returncode, 0)
            self.assertEqual(result.stdout, self.read(f"a.{name}"))
            self.assertIn(b"13 x 7", result.stderr)

    def test_quiet(self):
        result = self.tiedye("render", *TINY, "-q", "-o", "a.png")
        self.assertEqual((result.stdout, result.stderr), ("", ""))

    def test_pipes_join(self):
        command = f"'{BINARY}' render --size 9x9 -q -o - --format png | '{BINARY}' verify -"
        text = subprocess.run(["sh", "-c", command], cwd=self.folder, check=True, text=True,
                              stdout=subprocess.PIPE).stdout
        self.assertIn("identical", text)

    def test_fifo(self):
        os.mkfifo(self.path("pipe"))
        got = []
        reader = threading.Thread(target=lambda: got.append(self.read("pipe")))
        reader.start()
        self.ok("render", *TINY, "-q", "-o", "pipe", "--format", "npy")
        reader.join()
        self.assertEqual(read_npy(got[0])[0], (7, 13, 3))
        self.assertTrue(stat.S_ISFIFO(os.stat(self.path("pipe")).st_mode))

    def test_recipe_from_a_fifo(self):
        os.mkfifo(self.path("pipe"))
        self.ok("render", *TINY, "--seed", "6", "-q", "-o", "a.png")
        data = self.read("a.png")
        writer = threading.Thread(target=lambda: self.write("pipe", data))
        writer.start()
        self.assertEqual(self.recipe("pipe")["seed"], "6")
        writer.join()

    def test_device(self):
        self.ok("render", *TINY, "-q", "-o", "/dev/null", "--format", "png")

    def test_link_stays(self):
        self.ok("render", *TINY, "-q", "-o", "a.png")
        os.symlink("a.png", self.path("b.png"))
        self.ok("render", *TINY, "--seed", "2", "-q", "-o", "b.png")
        self.assertTrue(os.path.islink(self.path("b.png")))
        self.assertEqual(self.recipe("a.png")["seed"], "2")

    def test_names(self):
        os.mkdir(self.path("ein Ordner"))
        for name in ("ein Ordner/Bild 1.png", "grün.png", "-dash.png", "./-o.png", "a.b.PNG",
                     "line\nbreak.png"):
            result = self.tiedye("render", *TINY, "-o", name)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(result.stderr.count("\n"), 1)
            self.assertEqual(self.recipe("--", name)["size"], "13x7")
        self.assertEqual(len(self.snapshot()), 7)

    def test_mode(self):
        self.ok("render", *TINY, "-q", "-o", "a.png", umask=0o027)
        self.assertEqual(os.stat(self.path("a.png")).st_mode & 0o777, 0o640)
        os.chmod(self.path("a.png"), 0o604)
        self.ok("render", *TINY, "-q", "-o", "a.png")
        self.assertEqual(os.stat(self.path("a.png")).st_mode & 0o777, 0o604)

    def test_two_at_once(self):
        """Whoever comes last wins; the file is whole."""
        many = [self.start("render", "--size", "200x200", "--seed", str(i), "-q", "-o", "a.png")
                for i in range(4)]
        self.assertEqual([process.wait() for process in many], [0] * 4)
        self.assertEqual(list(self.snapshot()), ["a.png"])
        self.assertIn("identical", self.ok("verify", "a.png"))


class Memory(Case):
    @unittest.skipIf(_tiedye.SANITIZED, "memory says nothing there")
    def test_wide_png(self):
        """Memory depends on the width, not on the height: a strip of 32768 x 32768."""
        size = self.peak("render", "--layers", "3:relu", "--antialias", "1", "--size",
                         "32768x700",
                         "--threads", "4", "-q", "-o", "a.png")
        self.assertLess(size, 64)

    @unittest.skipIf(_tiedye.SANITIZED, "memory says nothing there")
    def test_widest(self):
        """One row at PNG's limit would be 6 GB, and is refused where the limit says so."""
        self.bad(1, ["--max-memory"], "render", "--layers", "3", "--size", "2147483647x1",
                 "--max-memory", "1G", "-o", "a.png")


if __name__ == "__main__":
    _tiedye.main()
