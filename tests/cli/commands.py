#!/usr/bin/env python3
"""Help, tables, names of commands: what a stranger sees first."""

import os
import shutil
import subprocess
import unittest

import _tiedye
from _tiedye import Case

COMMANDS = ["render", "sheet", "grid", "inside", "volume", "animate", "gallery", "diagram", "info",
            "verify", "weights", "list", "post", "manual", "completion"]


class Help(Case):
    def check_width(self, text):
        for line in text.splitlines():
            self.assertLessEqual(len(line), 80, line)
            self.assertEqual(line, line.rstrip())

    def test_without_arguments(self):
        text = self.ok()
        self.check_width(text)
        self.assertLess(len(text.splitlines()), 24, "fits a terminal")
        examples = [line for line in text.splitlines() if line.startswith("  tiedye ")]
        self.assertEqual(len(examples), 4)
        for command in COMMANDS:
            self.assertIn(f"\n  {command} ", text)
        listed = text.split("commands (each with --help):\n")[1].splitlines()
        self.assertEqual([line.split()[0] for line in listed], COMMANDS)
        for words in (["--help"], ["-h"], ["help"]):
            self.assertEqual(self.ok(*words), text)

    def test_examples_run(self):
        """As they stand there, but for the size; what explains them follows three blanks."""
        for line in self.ok().splitlines():
            if line.startswith("  tiedye "):
                self.ok(*line[9:].split("   ")[0].split(), "--size", "8x8", "-q")

    def test_commands(self):
        for command in COMMANDS:
            text = self.ok(command, "--help")
            self.assertIn(f"usage: tiedye {command} ", text)
            self.assertIn(f"\nexample:\n  tiedye {command} ", text)
            self.check_width(text)
            self.assertEqual(self.ok(command, "-h"), text)
            self.assertEqual(self.ok("help", command), text)

    def test_help_names_every_key(self):
        text = "".join(self.ok(command, "--help")
                       for command in ("render", "sheet", "grid", "inside", "animate"))
        own = ("v", "draw", "field", "field_sha256", "image_sha256")  # of the group recipe
        for name, default in table(self.ok("list", "keys")):
            if name not in own and not name[1:] in list("2345678"):
                self.assertIn(f"--{name} ", text)
                self.assertTrue(f"[{default}]" in text or default == "")

    def test_version(self):
        self.assertRegex(self.ok("--version"), r"\Atiedye \d+\.\d+\.\d+\n\Z")


def table(text):
    """(name, default) of each line of `tiedye list keys`."""
    rows = [line for line in text.splitlines() if line.startswith("  ")]
    return [(row[2:15].strip(), row[15:28].strip()) for row in rows if row[2] != " "]


class Tables(Case):
    def lines(self, name):
        text = self.ok("list", name)
        for line in text.splitlines():
            self.assertLessEqual(len(line), 80, line)
            self.assertEqual(line, line.rstrip())
        return text.splitlines()

    def test_keys(self):
        found = dict(table("\n".join(self.lines("keys"))))
        wanted = {"layers": "32x6,3", "act": "tanh", "out": "tanh", "residual": "off",
                  "antialias": "2",
                  "z": "0", "t": "0", **{f"z{i}": "0" for i in range(1, 9)}}
        for name, default in wanted.items():
            self.assertEqual(found[name], default, name)
        for name in ("layers", "channels", "seed", "sigma_w", "sigma_b", "init", "dist",
                     "center",
                     "extent", "rotate", "size", "tone", "palette", "bits", "count", "columns"):
            self.assertIn(name, found)

    def test_activations(self):
        names = [line.split()[0] for line in self.lines("activations")]
        for name in ("identity", "tanh", "sigmoid", "relu", "leaky-relu", "softplus", "sin",
                     "cos",
                     "gaussian", "abs", "step"):
            self.assertIn(name, names)

    def test_formats(self):
        names = [line.split()[0] for line in self.lines("formats") if line[0] != " "]
        self.assertEqual(names[:3] + names[-2:], ["png", "ppm", "npy", "hash", "null"])
        for name in ("mp4", "webm", "webp", "gif", "apng", "nrrd", "vti", "ply", "stl", "glb"):
            self.assertIn(name, names)

    def test_presets_draw(self):
        names = [line.split()[0] for line in self.lines("presets") if line[0] == "@"]
        self.assertIn("@tie-dye", names)
        self.assertGreaterEqual(len(names), 12, "the post's and half a dozen looks")
        hashes = [self.hash_of(name, "--size", "16x16") for name in names]
        self.assertEqual(len(set(hashes)), len(names), "no two presets are the same picture")

    def test_channels_of_ghostly(self):
        self.assertEqual(self.png("@ghostly", "--size", "4x4").channels, 1)


class Post(Case):
    DRAWN = {"sheet-1-1-3.png": "sheet", "sheet-10-5-3.png": "sheet",
             "sheet-20-10-3.png": "sheet", "tie-dye.png": "sheet", "deeper.png": "sheet",
             "ghostly.png": "sheet", "depth-by-density.png": "grid",
             "depth-by-density-ghostly.png": "grid", "voxels-shallow.png": "volume",
             "voxels-deep.png": "volume", "voxels-ghostly.png": "volume"}
    FILMS = ["slices-ghostly.mp4", "slices-ghostly-deep.mp4", "slices.mp4", "slices-deep.mp4",
             "convnet-shallow-1.mp4", "convnet-deep-1.mp4", "convnet-shallow-3.mp4",
             "convnet-deep-3.mp4"]

    DIAGRAMS = ["three-layers", "inception-v4"]

    def diagrams(self, *endings):
        return [f"out/{name}.{ending}" for name in self.DIAGRAMS for ending in endings]

    @unittest.skipIf(_tiedye.SANITIZED, "large pictures")
    def test_figures(self):
        result = self.tiedye("post", "--size", "64x48", "-o", "out")
        self.assertEqual(result.returncode, 0, result.stderr)
        for name, drawn in self.DRAWN.items():
            self.assertIn(name, result.stderr)
            self.assertEqual(self.recipe("out/" + name)["draw"], drawn)
        self.assertEqual(self.recipe("out/depth-by-density-ghostly.png")["layers"], "10,1")
        for name in ("sheet-1-1-3", "voxels-shallow"):
            self.assertIn("identical", self.ok("verify", f"out/{name}.png"))
        self.assertIn(b"303 parameters", self.read("out/three-layers.svg"))
        self.assertEqual(self.read("out/three-layers.svg").count(b"<path"), 270)
        self.assertIn(b"42,679,816 parameters", self.read("out/inception-v4.svg"))
        if shutil.which("ffprobe") is None or shutil.which("rsvg-convert") is None:
            self.skipTest("there is no ffprobe, or no rsvg-convert")
        files = ["out/" + name for name in [*self.DRAWN, *self.FILMS]]
        files += self.diagrams("svg", "png")
        self.assertEqual(sorted(self.snapshot()), sorted(["out"] + files))
        for name in self.FILMS:
            self.check_film(os.path.join(self.folder, "out", name))

    def check_film(self, path):
        told = subprocess.run(
            ["ffprobe", "-v", "error", "-count_frames", "-show_entries",
             "stream=nb_read_frames,width,height,pix_fmt,color_space,color_transfer,"
             "color_primaries,color_range", "-of", "default=noprint_wrappers=1", path],
            capture_output=True, text=True, check=True).stdout
        for line in ("width=64", "height=48", "pix_fmt=yuv420p", "color_range=tv",
                     "color_space=bt709", "color_transfer=bt709", "color_primaries=bt709",
                     "nb_read_frames=180"):
            self.assertIn(line, told.splitlines(), path)

    def test_what_other_programs_make_is_skipped_without_them(self):
        result = self.tiedye("post", "--size", "8x8", "-o", "out", env={"PATH": "/nowhere"})
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(sorted(self.snapshot()),
                         sorted(["out", *self.diagrams("svg")] +
                                ["out/" + name for name in self.DRAWN]))
        for name in self.FILMS:
            self.assertRegex(result.stderr, f"{name}: skipped.*ffmpeg.*apt install ffmpeg")
        for name in self.DIAGRAMS:
            self.assertRegex(result.stderr, f"{name}.png: skipped.*rsvg-convert")

    def test_folder(self):
        self.bad(2, ["-o FOLDER"], "post")
        self.bad(2, ["takes no sources"], "post", "@tie-dye", "-o", "out")
        self.bad(1, ["a/b", "does not exist"], "post", "-o", "a/b")
        self.write("file", "")
        self.bad(1, ["file", "no folder"], "post", "-o", "file")


if __name__ == "__main__":
    _tiedye.main()
