#!/usr/bin/env python3
"""Recipes: where they come from, how they add up, how they are printed and read back."""

import json
import os
import re
import subprocess
import urllib.parse

import _tiedye
from _tiedye import BINARY, Case, read_png

# A recipe in which every key that a single picture has differs from its default.
EVERY_KEY = ["--inputs", "x,y,r,z,t,z1,z8", "--layers", "7x2:sin,5:relu,3", "--act", "cos",
             "--out",
             "sigmoid", "--seed", "18446744073709551615", "--sigma_w", "1.25", "--sigma_b",
             "0.7",
             "--init", "unscaled", "--dist", "uniform", "--residual", "on", "--z", "0.1", "--t",
             "-0.2", "--z1", "3e-3", "--z8", "-1.5", "--center", "-0.3,1e-2", "--extent", "1.7",
             "--rotate", "-33.5", "--size", "9x7", "--tone", "logistic", "--palette", "oklab",
             "--antialias", "3", "--bits", "16"]


class Sources(Case):
    def test_options_override_sources(self):
        self.write("a.tie", "seed = 4\nsize = 8x8\nsigma_w = 2\n")
        self.write("b.tie", "seed = 5\n")
        self.assertEqual(self.recipe("a.tie", "b.tie")["seed"], "5")
        self.assertEqual(self.recipe("b.tie", "a.tie")["seed"], "4")
        for words in (["a.tie", "--seed", "6"], ["--seed", "6", "a.tie"], ["--seed=6", "a.tie"],
                      ["--seed", "5", "--seed", "6", "a.tie"]):
            self.assertEqual(self.recipe(*words), {"v": "1", "seed": "6", "size": "8x8",
                                                   "sigma_w": "2"})

    def test_text(self):
        self.write("a.tie",
                   "\ufeff# a look\r\n\r\n  seed=9   # its number\r\n"
                   "\tsigma-w = 2\r\nsize = 8x8")
        self.assertEqual(self.recipe("a.tie"), {"v": "1", "seed": "9", "sigma_w": "2",
                                                "size": "8x8"})

    def test_every_source_gives_the_same_picture(self):
        wanted = self.hash_of(*EVERY_KEY)
        self.ok("render", *EVERY_KEY, "-q", "-o", "a.png")
        self.write("a.tie", self.ok("info", "a.png"))
        link = self.ok("info", "a.png", "--link").strip()
        self.assertRegex(link, r"\A#v=1&\S+\Z")
        for source in ("a.png", "a.tie", link, "https://example.org/draw" + link):
            self.assertEqual(self.hash_of(source), wanted, source)
        self.assertEqual(self.hash_of("-", input=self.read("a.tie").decode()), wanted)
        for name in ("a.png", "a.tie"):
            with open(self.path(name), "rb") as file:
                self.assertEqual(self.hash_of("-", stdin=file), wanted)

    def test_png_through_a_pipe(self):
        self.ok("render", *EVERY_KEY, "-q", "-o", "a.png")
        piped = self.tiedye("info", "-", input=self.read("a.png"), text=False)
        self.assertEqual(piped.stdout.decode(), self.ok("info", "a.png"), piped.stderr)

    def test_preset(self):
        recipe = self.recipe("@tie-dye")
        self.assertEqual(recipe["init"], "unscaled")
        self.assertEqual(recipe["layers"], "100,50,3")
        self.assertEqual(self.recipe("@tie-dye", "--layers", "9,3")["layers"], "9,3")
        self.assertEqual(self.recipe("@ghostly", "@tie-dye")["layers"], "100,50,3")

    def test_names(self):
        for name in ("with space.tie", "-dash.tie", "käse & ö.tie", "x=y.tie", "a#b.tie"):
            self.write(name, "seed = 8\n")
            self.assertEqual(self.recipe("--", name)["seed"], "8")

    def test_default_is_one_line(self):
        self.assertEqual(self.ok("info", "--seed", "1"), "v = 1\n")

    def test_sheet_is_a_recipe(self):
        self.ok("sheet", "--count", "3", "--columns", "2", "--size", "8x8", "-q", "-o", "s.png")
        recipe = self.recipe("s.png")
        self.assertEqual(recipe["draw"], "sheet")
        again = self.hash_of("s.png")
        self.assertEqual(again, self.hash_of("--count", "3", "--columns", "2", "--size", "8x8",
                                             command="sheet"))


class Forms(Case):
    def test_text_is_complete(self):
        text = self.ok("info", *EVERY_KEY)
        self.write("a.tie", text)
        self.assertEqual(self.ok("info", "a.tie"), text)
        for name, value in zip(EVERY_KEY[::2], EVERY_KEY[1::2]):
            printed = re.search(rf"^{name[2:]} = (.*)$", text, re.M).group(1)
            if name == "--inputs":  # in the order of their indices
                self.assertEqual(printed, "x,y,z,r,t,z1,z8")
            elif re.fullmatch(r"[-\d.e]+", value):
                self.assertEqual(float(printed), float(value), name)
            elif name != "--center":
                self.assertEqual(printed, value)

    def test_numbers_come_back_exactly(self):
        for number in ("0.1", "1e-9", "123456789.123456789", "0.30000000000000004", "2.5e-1"):
            recipe = self.recipe("--extent", number)
            self.assertEqual(float(recipe["extent"]), float(number))

    def test_json(self):
        recipe = json.loads(self.ok("info", *EVERY_KEY, "--json"))
        self.assertEqual(recipe["v"], 1)
        self.assertEqual(recipe["seed"], "18446744073709551615")
        self.assertEqual(recipe["sigma_w"], 1.25)
        self.assertEqual(recipe["antialias"], 3)
        self.assertEqual(recipe["layers"], "7x2:sin,5:relu,3")

    def test_link_is_encoded(self):
        link = self.ok("info", *EVERY_KEY, "--link").strip()
        self.assertEqual(link, urllib.parse.quote(link, safe="#&=-._~,:;@/%"))
        pairs = dict(urllib.parse.parse_qsl(link[1:]))
        self.assertEqual(pairs["layers"], "7x2:sin,5:relu,3")
        encoded = "#v=1&layers=" + urllib.parse.quote("9:sin,3", safe="") + "&size=8x8"
        self.assertEqual(self.recipe(encoded), {"v": "1", "layers": "9:sin,3", "size": "8x8"})

    def test_channels_are_folded_into_layers(self):
        self.assertEqual(self.recipe("--layers", "9x2", "--channels", "3")["layers"], "9,3")
        self.assertNotIn("channels", self.recipe("--channels", "1"))
        self.assertEqual(self.hash_of("--layers", "9,9", "--channels", "3", "--size", "8x8"),
                         self.hash_of("--layers", "9,3", "--size", "8x8"))

    def test_paper_is_kept(self):
        self.assertEqual(self.recipe("--size", "A3-landscape@72.5")["size"],
                         "A3-landscape@72.5")

    def test_recipe_in_png(self):
        png = self.png(*EVERY_KEY)
        self.assertEqual(png.recipe(), self.ok("info", *EVERY_KEY))
        self.assertIsNotNone(png.chunk(b"sRGB"))

    def test_no_recipe(self):
        png = self.png("--size", "8x8", "--no-recipe", name="bare.png")
        self.assertIsNone(png.recipe())
        self.assertIsNotNone(png.chunk(b"sRGB"))
        self.assertEqual(png.samples, self.png("--size", "8x8").samples)
        self.bad(3, ["bare.png", "carries no recipe"], "info", "bare.png")


class RandomSeed(Case):
    def test_stored_and_told(self):
        seeds = set()
        for name in ("a.png", "b.png"):
            result = self.tiedye("render", "--seed", "random", "--size", "8x8", "-o", name)
            seed = re.search(r"seed (\d+)", result.stderr).group(1)
            self.assertEqual(self.recipe(name)["seed"], seed)
            self.assertEqual(self.hash_of(name), self.hash_of("--seed", seed, "--size", "8x8"))
            seeds.add(seed)
        self.assertEqual(len(seeds), 2)

    def test_default_name(self):
        result = self.tiedye("render", "--seed", "random", "--size", "8x8")
        seed = re.search(r"seed (\d+)", result.stderr).group(1)
        self.assertEqual(list(self.snapshot()), [f"tiedye-{seed}.png"])


class Names(Case):
    def test_default_name_never_overwrites(self):
        for _ in range(3):
            self.ok("render", "--seed", "7", "--size", "8x8")
        self.ok("render", "--seed", "7", "--size", "8x8", "--format", "ppm")
        self.ok("sheet", "--seed", "7", "--size", "8x8", "--count", "2")
        self.assertEqual(sorted(self.snapshot()), ["tiedye-7-2.png", "tiedye-7-3.png",
                                                   "tiedye-7-4.png", "tiedye-7.png",
                                                   "tiedye-7.ppm"])

    def test_named_file_is_replaced(self):
        self.ok("render", "--size", "8x8", "-o", "a.png")
        self.ok("render", "a.png", "--size", "9x9", "-o", "a.png")  # its own source
        self.assertEqual(read_png(self.read("a.png")).width, 9)
        self.assertEqual(list(self.snapshot()), ["a.png"])

    def test_forms_of_options(self):
        for words in (["-o", "a.png"], ["-o=a.png"], ["--output", "a.png"], ["--output=a.png"]):
            self.ok("render", "--size=8x8", *words)
            os.remove(self.path("a.png"))

    def test_negative_values(self):
        recipe = self.recipe("--center", "-1,-2", "--rotate", "-30", "--z1", "-.5")
        self.assertEqual((recipe["center"], recipe["rotate"], recipe["z1"]), ("-1,-2", "-30",
                                                                              "-0.5"))

    def test_locale(self):
        wanted = self.hash_of("--extent", "1.5", "--size", "8x8")
        for name in ("de_DE.UTF-8", "C.UTF-8"):
            env = {"LC_ALL": name}
            self.assertEqual(self.hash_of("--extent", "1.5", "--size", "8x8", env=env), wanted)

    def test_closed_standard_streams(self):
        command = f"'{BINARY}' render --size 8x8 -o a.png <&- >&- 2>&-"
        subprocess.run(["sh", "-c", command], cwd=self.folder, check=True)
        self.assertEqual(read_png(self.read("a.png")).width, 8)


if __name__ == "__main__":
    _tiedye.main()
