#!/usr/bin/env python3
"""Grids: one key against another, their cells, and what cannot be."""

import subprocess
import unittest

import _tiedye
from _tiedye import BINARY, Case, read_png

GRID = ["--down", "depth=1..3", "--across", "width=2;5", "--size", "24x18", "--seed", "4"]


class Grids(Case):
    def test_cells_are_what_render_draws(self):
        grid = self.png(*GRID, command="grid", name="g.png")
        rows = [bytes(row) for row in grid.samples]
        self.assertIn("identical", self.ok("verify", "g.png"))
        for row in (1, 2, 3):
            for column, width in (("A", "2"), ("B", "5")):
                cell = f"{column}{row}"
                self.ok("grid", "g.png", "--cell", cell, "-q", "-o", "c.png")
                alone = read_png(self.read("c.png"))
                other = self.png("--depth", str(row), "--width", width, "--size", "24x18",
                                 "--seed", "4")
                self.assertEqual(alone.samples, other.samples)
                first = bytes(alone.samples[0])
                self.assertEqual(sum(first in line for line in rows), 1, cell)
                self.assertEqual(alone.recipe(), f"v = 1\nlayers = {width}"
                                 f"{'' if row == 1 else f'x{row}'},3\nseed = 4\nsize = 24x18\n")

    def test_a_grid_is_a_recipe(self):
        self.ok("grid", *GRID, "-q", "-o", "g.png")
        self.assertEqual(self.recipe("g.png"), {
            "v": "1", "draw": "grid", "seed": "4", "size": "24x18", "down": "depth=1..3",
            "across": "width=2,5"})
        self.ok("render", "g.png", "-q", "-o", "h.png")
        self.assertEqual(self.read("g.png"), self.read("h.png"))
        link = self.ok("info", "g.png", "--link").strip()
        self.ok("render", link, "-q", "-o", "h.png")
        self.assertEqual(self.read("g.png"), self.read("h.png"))
        self.ok("grid", "g.png", "--cell", "B3", "--size", "50x40", "-q", "-o", "c.png")
        self.assertEqual(self.recipe("c.png")["layers"], "5x3,3")

    def test_one_axis(self):
        down = self.png("--down", "seed=1..3", "--size", "50x50", command="grid")
        across = self.png("--across", "seed=1..3", "--size", "50x50", command="grid")
        self.assertGreater(down.height, 150)
        self.assertGreater(across.width, 150)
        self.assertLess(across.height, down.height)

    def test_all_kinds_of_keys(self):
        for axis in ("seed=1..2", "act=tanh,relu", "out=sin,cos", "sigma_w=1..2/2",
                     "sigma_b=0,1",
                     "layers=3;4,3;5x2,1", "inputs=x;x,y,r", "init=unscaled,fan-in",
                     "dist=normal,uniform", "residual=off,on", "z=0,1", "center=0,0;1,1",
                     "extent=1..4/3", "rotate=0..90/3", "tone=affine,rescale",
                     "palette=rgb,gray", "antialias=1..3", "channels=1,3", "depth=2..1",
                     "width=3,9"):
            with self.subTest(axis=axis):
                self.ok("grid", "--across", axis, "--size", "8x8", "-q", "-o", "g.png")
                self.assertIn("identical", self.ok("verify", "g.png"))

    def test_bad_axes(self):
        for word, *said in (
                ("", "--down", "depth=1..8"), ("depth", "is no axis"),
                ("depth=", "column 7", "no values"), ("dpeth=1..8", 'did you mean "depth"?'),
                ("sigma_w=0..3", "column 9", "needs steps", "sigma_w=0..3/5"[8:]),
                ("sigma_w=0..3/0", "column 14"), ("act=tanh,sinn", "column 10", "sin"),
                ("seed=0..18446744073709551615", "18446744073709551616", "at most 10000"),
                ("draw=picture", "draw cannot"), ("size=9x9;8x8", "size cannot"),
                ("down=seed", "down cannot"), ("columns=1..3", "columns cannot"),
                ("depth=1..99999", "out of range")):
            with self.subTest(axis=word):
                self.bad(2, ["--down", *said], "grid", "--down", word)

    def test_bad_grids(self):
        self.bad(2, ["needs an axis", "--help"], "grid")
        self.bad(3, ["both axes", "seed"], "grid", "--down", "seed=1..2", "--across", "seed=3")
        self.bad(3, ["25000000 cells", "1000000"], "grid", "--down", "seed=1..5000", "--across",
                 "depth=1..5000")
        self.bad(3, ["channels"], "grid", "--down", "channels=1..3", "--size", "4x4")
        self.bad(2, ["C1", "A to B", "1 to 3"], "grid", *GRID, "--cell", "C1")
        self.bad(2, ["--count"], "grid", *GRID, "--count", "3")
        self.bad(2, ["--down"], "sheet", "--down", "seed=1..3")
        self.bad(3, ["tiedye grid ... --cell"], "grid", *GRID, "-o", "a.npy")
        self.bad(1, ["row of 5 networks", "--max-memory"], "grid", "--across",
                 "width=1000,1,1,1,1", "--max-memory", "10M")
        self.write("a.tie", "down = depth=1..3\nacross = widht=2\n")
        self.bad(3, ["a.tie:2:10", 'did you mean "width"'], "grid", "a.tie")

    def test_depth_and_width(self):
        self.ok("render", "--depth", "8", "--width", "16", "--size", "9x9", "-q", "-o", "a.png")
        self.assertEqual(self.recipe("a.png")["layers"], "16x8,3")
        self.bad(2, ["--depth", "1 to 65534"], "render", "--depth", "0")

    @unittest.skipIf(_tiedye.SANITIZED, "memory says nothing there")
    def test_ten_thousand_cells(self):
        few = self.peak("grid", "--down", "seed=1..2", "--across", "sigma_w=0.1..4/100",
                        "--size",
                        "8x8", "--layers", "16x2,3", "-q", "-o", "g.png")
        many = self.peak("grid", "--down", "seed=1..100", "--across", "sigma_w=0.1..4/100",
                         "--size", "8x8", "--layers", "16x2,3", "-q", "-o", "g.png")
        self.assertLess(many, few + 20)

    def test_without_fonts(self):
        """In a system whose folder of fonts is empty: a line that says so, and the cells."""
        bare = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c",
                'mount -t tmpfs none /usr/share/fonts && exec "$@"', "sh"]
        try:
            if subprocess.run([*bare, "true"], stderr=subprocess.DEVNULL, check=False).returncode:
                self.skipTest("no namespaces here")
        except FileNotFoundError:
            self.skipTest("no unshare here")
        done = subprocess.run([*bare, BINARY, "grid", *GRID, "-o", "g.png"], cwd=self.folder,
                              text=True, stderr=subprocess.PIPE, check=True)
        self.assertIn("tiedye: captions are left out: there is no font", done.stderr)
        self.assertIn("identical", self.ok("verify", "g.png"))
        self.ok("grid", *GRID, "-q", "-o", "h.png")
        bare, drawn = (read_png(self.read(name)) for name in ("g.png", "h.png"))
        self.assertEqual((bare.width, bare.height), (drawn.width, drawn.height))
        self.assertNotEqual(bare.samples, drawn.samples)

    def test_long_labels(self):
        """Values wider than their cell: they keep to their place, and the cells to theirs."""
        axis = "layers=3;100,50,20,10:sin,5:gaussian,3;7,3"
        short = self.png("--across", "layers=3;1,3;1x2,3", "--size", "24x18", command="grid")
        long = self.png("--across", axis, "--size", "24x18", command="grid", name="g.png")
        self.assertIn("identical", self.ok("verify", "g.png"))
        self.assertEqual(long.width, short.width)

    def test_with_diagram(self):
        grid = ["--across", "sigma_w=1,2", "--layers", "5,3", "--size", "30x30"]
        self.ok("grid", *grid, "--with-diagram", "-q", "-o", "g.png")
        self.assertEqual(self.recipe("g.png")["with_diagram"], "on")
        self.assertIn("identical", self.ok("verify", "g.png"))
        self.bad(3, ["with_diagram", "differ in depth"], "grid", "--down", "depth=1..3",
                 "--with-diagram")

    def test_captions_change_no_cell(self):
        on = self.png(*GRID, command="grid")
        off = self.png(*GRID, "--captions", "off", command="grid")
        self.assertGreater(on.height, off.height)
        self.assertGreater(on.width, off.width)


if __name__ == "__main__":
    _tiedye.main()
