#!/usr/bin/env python3
"""Sheets, their cells, and `verify` of pictures and sheets."""

import unittest

import _tiedye
from _tiedye import Case, read_png, write_png

SHEET = ["--layers", "20,10,3", "--count", "7", "--columns", "3", "--size", "24x18", "--seed",
         "40"]


class Sheets(Case):
    def cells(self, sheet, single):
        """Left upper corners of the places where `single` lies in `sheet`."""
        rows = [bytes(row) for row in sheet.samples]
        wanted = [bytes(row) for row in single.samples]
        found = []
        for y in range(sheet.height - single.height + 1):
            x = rows[y].find(wanted[0])
            while x >= 0:
                if all(rows[y + i][x:x + len(row)] == row for i, row in enumerate(wanted)):
                    found.append((x // sheet.channels, y))
                x = rows[y].find(wanted[0], x + 1)
        return found

    def test_cell_is_the_crop(self):
        sheet = self.png(*SHEET, command="sheet", name="s.png")
        corners = []
        for k, name in enumerate(("A1", "B1", "C1", "A2", "B2", "C2", "A3")):
            self.ok("sheet", "s.png", "--cell", name, "-q", "-o", "c.png")
            cell = read_png(self.read("c.png"))
            self.assertEqual((cell.width, cell.height), (24, 18))
            found = self.cells(sheet, cell)
            self.assertEqual(len(found), 1, f"{name} lies in the sheet once: {found}")
            corners.append(found[0])
            self.assertEqual(cell.recipe(), self.ok("info", "--layers", "20,10,3", "--size",
                                                    "24x18", "--seed", str(40 + k)))
            self.assertEqual(cell.samples, self.png("--layers", "20,10,3", "--size", "24x18",
                                                    "--seed", str(40 + k)).samples)
        self.assertEqual([y for _, y in corners[:3]], [corners[0][1]] * 3)
        self.assertEqual([corners[i][0] for i in (0, 3, 6)], [corners[0][0]] * 3)
        self.assertTrue(corners[0][0] < corners[1][0] < corners[2][0])
        self.assertTrue(corners[0][1] < corners[3][1] < corners[6][1])

    def test_cell_16_bit_gray(self):
        look = ["--layers", "9,1", "--bits", "16", "--count", "4", "--columns", "2", "--size",
                "9x9", "--tone", "rescale", "--antialias", "3"]
        sheet = self.png(*look, command="sheet")
        cell = self.png(*look, "--cell", "b2", command="sheet", name="c.png")
        self.assertTrue(any(sheet.crop(x, y, 9, 9) == cell.samples
                            for y in range(sheet.height - 8) for x in range(sheet.width - 8)))

    def test_cell_at_any_size(self):
        self.ok("sheet", *SHEET, "-q", "-o", "s.png")
        self.ok("sheet", "s.png", "--cell", "C2", "--size", "48x36", "-q", "-o", "large.png")
        self.assertEqual(self.recipe("large.png"), {"v": "1", "layers": "20,10,3", "seed": "45",
                                                    "size": "48x36"})

    def test_seeds_wrap(self):
        last = str(2**64 - 1)
        self.assertEqual(self.hash_of(*SHEET, "--seed", last, "--cell", "B1", command="sheet"),
                         self.hash_of("--layers", "20,10,3", "--size", "24x18", "--seed", "0"))

    def test_captions_are_outside_the_contract(self):
        on = self.png(*SHEET, "--captions", "on", command="sheet")
        off = self.png(*SHEET, "--captions", "off", command="sheet")
        self.assertGreater(on.height, off.height)
        self.assertEqual(on.width, off.width)

    def test_with_diagram(self):
        plain = self.png(*SHEET, command="sheet", name="p.png")
        sheet = self.png(*SHEET, "--with-diagram", command="sheet", name="s.png")
        strip = sheet.height - plain.height
        self.assertGreaterEqual(strip, 100)
        self.assertEqual(sheet.samples[strip:], plain.samples)
        self.assertEqual(self.recipe("s.png")["with_diagram"], "on")
        self.assertIn("identical", self.ok("verify", "s.png"))
        self.ok("sheet", "s.png", "-q", "-o", "again.png")
        self.assertEqual(read_png(self.read("again.png")).samples, sheet.samples)
        self.ok("sheet", "s.png", "--with-diagram", "off", "-q", "-o", "off.png")
        self.assertEqual(self.read("off.png"), self.read("p.png"))
        self.ok("sheet", "s.png", "--cell", "B1", "-q", "-o", "cell.png")
        self.assertNotIn("with_diagram", self.recipe("cell.png"))

    def test_with_diagram_of_films(self):
        film = ["--draw", "sheet", "--with-diagram", "--layers", "4,3", "--count", "2", "--size",
                "16x16", "--path", "depth=1..2", "--frames", "2"]
        self.ok("animate", *film, "-q", "-o", "f%d.png")
        first, second = (read_png(self.read(f"f{i}.png")) for i in (1, 2))
        self.assertEqual(first.height, second.height)
        self.assertNotEqual(first.samples[:100], second.samples[:100])

    def test_defaults(self):
        sheet = self.png("--size", "4x4", "--layers", "3", command="sheet")
        self.assertGreater(sheet.width, 8 * 4)
        self.assertLess(sheet.width, 9 * 4 + 9 * 8)
        self.assertEqual(self.recipe("picture.png"), {"v": "1", "draw": "sheet", "layers": "3",
                                                      "size": "4x4"})

    def test_one_row_and_few(self):
        for count, columns in (("1", "8"), ("3", "8"), ("9", "1")):
            self.ok("sheet", "--count", count, "--columns", columns, "--size", "5x3", "-q",
                    "-o",
                    "s.png")
            self.assertIn("identical", self.ok("verify", "s.png"))

    def test_of_a_picture(self):
        self.ok("render", "--layers", "9,3", "--seed", "5", "--size", "6x6", "-q", "-o",
                "a.png")
        self.ok("sheet", "a.png", "--count", "2", "-q", "-o", "s.png")
        self.assertEqual(self.recipe("s.png"), {"v": "1", "draw": "sheet", "layers": "9,3",
                                                "seed":
                                                "5", "size": "6x6", "count": "2"})

    def test_bad_cells(self):
        for name in ("D1", "B3", "A4", "A0", "4", "B", "", "4B", "B4x", "B-1", "ZZZZZZZ9",
                     "A99999999999"):
            self.bad(2, ["cell", "A to C", "1 to 3"], "sheet", *SHEET, "--cell", name)

    def test_bad_counts(self):
        for key, value in (("count", "0"), ("count", "-1"), ("count", "1000001"), ("columns",
                                                                                   "0"),
                           ("columns", "2.5"), ("captions", "maybe")):
            self.bad(2, [f"--{key}", value], "sheet", f"--{key}", value)

    def test_too_large(self):
        self.bad(3, ["size", "2147483647"], "sheet", "--size", "60000000x3", "--count", "100",
                 "--columns", "100")

    def test_no_field(self):
        self.bad(3, ["--cell"], "sheet", "--size", "4x4", "-o", "a.npy")
        self.ok("sheet", "--size", "4x4", "--cell", "A1", "-q", "-o", "a.npy")

    @unittest.skipIf(_tiedye.SANITIZED, "speed says nothing there")
    def test_the_sheet_of_the_issue(self):
        self.ok("sheet", "--layers", "20,10,3", "--count", "32", "--columns", "8", "--size",
                "256x256", "-q", "-o", "s.png")
        self.assertIn("identical", self.ok("verify", "s.png"))


class Verify(Case):
    def change(self, name, x, y, channel, by):
        png = read_png(self.read(name))
        i = x * png.channels + channel
        png.samples[y][i] += by if png.samples[y][i] + by < 2**png.bits else -by
        self.write(name, write_png(png))
        return png.samples[y][i]

    def differs(self, name, *words):
        result = self.tiedye("verify", name)
        self.assertEqual(result.returncode, 5, result.stdout + result.stderr)
        for word in (name, "different", *words):
            self.assertIn(word, result.stdout)
        self.assertEqual(result.stdout.count("\n"), 1)

    def test_identical(self):
        for words in ([], ["--bits", "16"], ["--palette", "gray"], ["@ghostly", "--bits", "16"],
                      ["--size", "A6@30"], ["--antialias", "1", "--tone", "rescale"]):
            self.ok("render", "--size", "17x13", *words, "-q", "-o", "a.png")
            self.assertEqual(self.ok("verify", "a.png"), "a.png: identical\n")

    def test_encoded_by_others(self):
        self.ok("render", "--size", "17x13", "-q", "-o", "a.png")
        self.write("a.png", write_png(read_png(self.read("a.png"))))
        self.assertEqual(self.ok("verify", "a.png"), "a.png: identical\n")

    def test_one_code(self):
        self.ok("render", "--size", "17x13", "-q", "-o", "a.png")
        self.change("a.png", 3, 2, 0, 1)
        self.assertIn("within one code (1 of 663", self.ok("verify", "a.png"))

    def test_first_difference(self):
        for bits in ("8", "16"):
            self.ok("render", "--size", "17x13", "--bits", bits, "-q", "-o", "a.png")
            self.change("a.png", 16, 12, 2, 40)
            value = self.change("a.png", 5, 7, 1, 40)
            self.differs("a.png", "5,7", "channel 1", f"has {value},", f"draws {value - 40}"
                         if value >= 40 else "draws")

    def test_other_shape(self):
        self.ok("render", "--size", "17x13", "-q", "-o", "a.png")
        self.ok("render", "--size", "17x12", "-q", "-o", "b.png")
        a, b = read_png(self.read("a.png")), read_png(self.read("b.png"))
        a.chunks = b.chunks
        self.write("a.png", write_png(a))
        self.differs("a.png", "17 x 13", "17 x 12")

    def test_sheet(self):
        self.ok("sheet", *SHEET, "-q", "-o", "s.png")
        cell = self.png(*SHEET, "--cell", "B2", command="sheet", name="c.png")
        sheet = read_png(self.read("s.png"))
        x, y = Sheets.cells(self, sheet, cell)[0]
        fresh = self.read("s.png")
        for at in ((0, 0), (x - 1, y), (x + 24, y + 3), (x, y - 1), (x + 5, y + 18),
                   (sheet.width - 1, sheet.height - 1)):
            self.change("s.png", *at, 0, 90)
            self.assertIn("identical", self.ok("verify", "s.png"), f"gutter at {at}")
        for at in ((x, y), (x + 23, y + 17), (x + 23, y), (x, y + 17)):
            self.write("s.png", fresh)
            self.change("s.png", *at, 2, 90)
            self.differs("s.png", f"{at[0]},{at[1]}", "channel 2")

    def test_many(self):
        self.ok("render", "--size", "9x9", "-q", "-o", "a.png")
        self.ok("render", "--size", "9x9", "-q", "-o", "b.png")
        self.change("b.png", 1, 1, 0, 60)
        result = self.tiedye("verify", "a.png", "b.png", "a.png")
        self.assertEqual(result.returncode, 5)
        self.assertEqual([line.split()[1].strip(":") for line in result.stdout.splitlines()],
                         ["identical", "different", "identical"])
        result = self.tiedye("verify", "missing.png", "a.png")
        self.assertEqual((result.returncode, result.stdout), (1, "a.png: identical\n"))

    def test_standard_input(self):
        self.ok("render", "--size", "9x9", "-q", "-o", "a.png")
        result = self.tiedye("verify", "-", input=self.read("a.png"), text=False)
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_what_cannot_be_verified(self):
        self.bad(2, ["verify needs"], "verify")
        self.ok("render", "--size", "9x9", "--no-recipe", "-q", "-o", "a.png")
        self.bad(3, ["a.png", "no recipe"], "verify", "a.png")
        self.bad(1, ["b.png"], "verify", "b.png")
        self.write("c.png", "seed = 1\n")
        self.bad(3, ["c.png", "not a PNG"], "verify", "c.png")
        self.bad(1, ["is a folder"], "verify", ".")


if __name__ == "__main__":
    _tiedye.main()
