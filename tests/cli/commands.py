#!/usr/bin/env python3
"""Help, tables, names of commands: what a stranger sees first."""

import unittest

import _tiedye
from _tiedye import Case

COMMANDS = ["render", "sheet", "grid", "inside", "info", "verify", "weights", "list", "post",
            "manual"]


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
            self.assertIn(f"\n  {command}", text)
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
        own = ("v", "draw", "field", "field_sha256")  # of the group recipe
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
        wanted = {"inputs": "x,y", "act": "tanh", "out": "tanh", "residual": "off",
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
    FIGURES = ["sheet-1-1-3", "sheet-10-5-3", "sheet-20-10-3", "tie-dye", "deeper", "ghostly",
               "depth-by-density", "depth-by-density-ghostly"]

    @unittest.skipIf(_tiedye.SANITIZED, "large pictures")
    def test_figures(self):
        result = self.tiedye("post", "-o", "out")
        self.assertEqual(result.returncode, 0, result.stderr)
        names = [f"out/{name}.png" for name in self.FIGURES]
        self.assertEqual(sorted(self.snapshot()), sorted(["out"] + names))
        for name in names:
            self.assertIn(name, result.stderr)
            self.assertEqual(self.recipe(name)["draw"], "grid" if "density" in name else "sheet")
        self.assertEqual(self.recipe(names[-1])["layers"], "10,1")
        self.assertIn("identical", self.ok("verify", names[0]))

    def test_folder(self):
        self.bad(2, ["-o FOLDER"], "post")
        self.bad(2, ["takes no sources"], "post", "@tie-dye", "-o", "out")
        self.bad(1, ["a/b", "does not exist"], "post", "-o", "a/b")
        self.write("file", "")
        self.bad(1, ["file", "no folder"], "post", "-o", "file")


if __name__ == "__main__":
    _tiedye.main()
