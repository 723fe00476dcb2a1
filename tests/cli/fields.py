#!/usr/bin/env python3
"""Fields from files: what tiedye wrote and NumPy could have written is coloured as if it had just
been computed; everything else is refused in one clear line."""

import hashlib
import math
import struct

import _tiedye as t

SIZE = ("--size", "150x70", "--seed", "5")


def array(values, shape, kind="<f4", order="False", version=1):
    """A .npy file as NumPy writes it."""
    head = f"{{'descr': '{kind}', 'fortran_order': {order}, 'shape': {shape}, }}"
    length = 2 if version == 1 else 4
    head += " " * (-(len(head) + 9 + length) % 64) + "\n"
    code = {"<f4": "<%df", "<f8": "<%dd"}.get(kind, "<%dd") % len(values)
    return (b"\x93NUMPY" + bytes((version, 0)) + struct.pack("<H" if version == 1 else "<I",
                                                            len(head)) +
            head.encode() + struct.pack(code, *values))


class Same(t.Case):
    def test_as_drawn_directly(self):
        """With tones that do not look at the view every pixel is the same."""
        for network, more in (((), ()), (("--layers", "9x3,1"), ("--palette", "orchid")),
                              (("--out", "relu"), ("--out", "relu", "--gain", "2", "--palette",
                                                   "rgb", "--bits", "16", "--dither", "on")),
                              (("--out", "sigmoid"), ("--out", "sigmoid", "--palette", "stops",
                                                      "--invert", "on")),
                              ((), ("--tone", "logistic", "--palette", "oklab-seeded"))):
            self.ok("render", *SIZE, *network, "-q", "-o", "f.npy")
            self.assertEqual(
                self.hash_of("f.npy", "--seed", "5", *more),
                self.hash_of(*SIZE, *network, "--antialias", "1", "--engine", "dense", *more),
                (network, more))

    def test_ranks_of_the_file(self):
        """At 128 x 128 the file is the sample: rank and rescale are the same too."""
        keys = ("--size", "128x128", "--seed", "3")
        self.ok("render", *keys, "-q", "-o", "f.npy")
        for tone in ("rank", "rescale"):
            self.assertEqual(self.hash_of("f.npy", "--seed", "3", "--tone", tone),
                             self.hash_of(*keys, "--antialias", "1", "--engine", "dense",
                                          "--tone", tone))

    def test_threads_and_instruction_sets(self):
        self.ok("render", *SIZE, "-q", "-o", "f.npy")
        keys = ("f.npy", "--tone", "rank", "--palette", "dusk", "--dither", "on")
        found = {self.hash_of(*keys, "--threads", threads, env={"TIEDYE_CPU": cpu})
                 for threads in ("1", "3") for cpu in ("ref", "sse2")}
        self.assertEqual(len(found), 1)

    def test_kinds_of_arrays(self):
        values = [math.sin(i / 7) for i in range(5 * 9)]
        keys = ("--palette", "lagoon")
        self.write("a.npy", array(values, (5, 9)))
        found = [self.hash_of("a.npy", *keys)]
        for version in (1, 2, 3):
            for kind in ("<f4", "<f8"):
                self.write("b.npy", array(values, (5, 9, 1), kind, version=version))
                found.append(self.hash_of("b.npy", *keys))
        self.assertEqual(len(set(found)), 1, found)
        self.assertIn(" 9x5 rgb8", found[0])

    def test_strange_values(self):
        values = [float("nan"), float("inf"), float("-inf"), 1e300, -1e300, 0.0]
        self.write("a.npy", array(values, (1, 6), "<f8"))
        for tone in ("affine", "clip", "rank", "rescale"):
            self.png("a.npy", "--tone", tone)
        png = self.png("a.npy", "--palette", "gray")
        self.assertEqual(png.samples, [[0, 255, 0, 255, 0, 128]])

    def test_memory_is_bounded(self):
        if t.SANITIZED:
            self.skipTest("its memory says nothing")
        self.ok("render", "--size", "4000x4000", "--layers", "2,3", "-q", "-o", "f.npy")  # 192 MB
        self.assertLess(self.peak("render", "f.npy", "--palette", "dusk", "--tone", "rank", "-q",
                                  "-o", "a.ppm"), 60)


class Recipe(t.Case):
    def test_it_names_the_file(self):
        for size in (0, 1, 54, 55, 56, 63, 64, 119, 40000):  # around the blocks of SHA-256
            data = array([0.5] * 3, (1, 1, 3)) + b"x" * size
            self.write("f.npy", data)
            png = self.png("f.npy", "--palette", "rgb")
            self.assertIn(f"field_sha256 = {hashlib.sha256(data).hexdigest()}\n", png.recipe())
            self.assertIn("field = f.npy\n", png.recipe())
        self.assertEqual(self.recipe("f.npy")["field_sha256"], hashlib.sha256(data).hexdigest())

    def test_verify_and_draw_again(self):
        self.ok("render", *SIZE, "-q", "-o", "f.npy")
        self.png("f.npy", "--palette", "stops", "--tone", "rank")
        self.assertIn("identical", self.ok("verify", "picture.png"))
        self.assertEqual(self.png("picture.png", name="again.png").samples,
                         self.png("f.npy", "--palette", "stops", "--tone", "rank").samples)
        self.ok("render", "picture.png", "--palette", "sepia", "-q", "-o", "other.png")
        self.ok("verify", "other.png")
        data = self.read("f.npy")
        self.write("f.npy", data[:-1] + bytes([data[-1] ^ 1]))
        self.bad(3, ["f.npy", "is not the file that the picture was made from"], "verify",
                 "picture.png")
        self.bad(3, ["f.npy", "SHA-256"], "render", "picture.png", "-o", "x.png")
        self.write("gone.tie", "field = gone.npy\n")
        self.bad(1, ["gone.npy", "the picture's samples are in that file"], "render", "gone.tie")
        self.assertEqual(self.recipe("picture.png")["palette"], "stops")

    def test_keys_of_other_things(self):
        self.write("f.npy", array([0.5] * 6, (2, 3)))
        for key, value in (("layers", "9,3"), ("extent", "3"), ("act", "sin"), ("z", "1"),
                           ("inputs", "x"), ("sigma_w", "2"), ("center", "1,0")):
            self.bad(3, [f"{key}: does not apply", "f.npy"], "render", "f.npy", f"--{key}", value)
        self.bad(3, ["size: f.npy is 3 x 2"], "render", "f.npy", "--size", "4x4")
        self.ok("render", "f.npy", "--size", "3x2", "-o", "a.png")
        self.bad(3, ["antialias", "one sample a pixel"], "render", "f.npy", "--antialias", "3")
        self.bad(3, ["one picture"], "sheet", "f.npy")
        self.bad(3, ["is a field already"], "render", "f.npy", "-o", "g.npy")
        self.bad(2, ["f.npy has no weights"], "weights", "f.npy", "-o", "w.safetensors")


class Refused(t.Case):
    def refuse(self, data, *words):
        self.write("f.npy", data)
        self.bad(3, ["f.npy", *words], "render", "f.npy")

    def test_other_arrays(self):
        six = [0.0] * 6
        self.refuse(array(six, (2, 3), "<i4"), '"<i4"', "float32")
        self.refuse(array(six, (2, 3), ">f4"), '">f4"', "little endian")
        self.refuse(array(six, (2, 3), "<f8", "True"), "Fortran", "ascontiguousarray")
        for shape in ("(6,)", "()", "(1, 2, 3, 1)", "(1, 1, 6)", "(3, 1, 2)", "(1,1,1,1,1,1,1,6)"):
            self.refuse(array(six, shape), "shape")
        for shape in ("(0, 3)", "(3, 0, 1)", "(2147483648, 1)", "(99999999999999999999999, 1)"):
            self.refuse(array(six, shape), "2147483647 pixels a side")
        self.refuse(array(six, "(2147483647, 2147483647, 3)", "<f8"), "cut off")
        self.refuse(array(six, (2, 3))[:-1], "cut off: 2 x 3 x 1 samples take 24 bytes", "are 23")

    def test_broken_headers(self):
        whole = array([0.0] * 6, (2, 3))
        self.refuse(b"", "no NumPy array")
        self.refuse(b"hello, this is a text", "no NumPy array")
        for end in (7, 10, 11, 40, 100):
            self.refuse(whole[:end])
        self.refuse(whole.replace(b"\x01\x00", b"\x09\x00", 1), "version 9")
        for old, new in ((b"'shape'", b"'sharp'"), (b"(2, 3)", b"(2; 3)"), (b"(2, 3)", b"(2, x)"),
                         (b"False", b"Maybe"), (b"{", b"["), (b"}", b" "), (b"(2, 3)", b"(2  3)"),
                         (b"'<f4'", b"<f4  ")):
            self.refuse(whole.replace(old, new), "header is not NumPy's")
        self.refuse(b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + b" " * 100, "header is too long")

    def test_names(self):
        data = array([0.0] * 6, (2, 3))
        self.write("a#b.npy", data)
        self.bad(3, ["rename the file"], "render", "a#b.npy")
        self.write(" a.npy", data)
        self.bad(3, ["rename the file"], "render", " a.npy")
        self.write("bytes", data)  # the content tells
        self.png("bytes")
        result = self.tiedye("render", "-", "-o", "x.png", input=data, text=False)
        self.assertEqual(result.returncode, 3)
        self.assertIn(b"not through a pipe", result.stderr)
        self.write("bad.tie", "field_sha256 = 12\n")
        self.bad(3, ["field_sha256", "64 digits"], "render", "bad.tie")


if __name__ == "__main__":
    t.main()
