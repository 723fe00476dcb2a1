#!/usr/bin/env python3
"""Films: every format as ffprobe sees it, frames against pictures that are drawn alone, loops,
morphs, what is refused, and interrupts. What needs ffmpeg or ffprobe is skipped where they are
missing."""

import json
import math
import os
import shutil
import signal
import stat
import subprocess
import time
import unittest

import _tiedye
from _tiedye import Case, read_png, split_png

SMALL = ["--size", "32x24", "--layers", "8,3", "--antialias", "1"]
GROWS = ["--path", "extent=1..2"]


def needs(program):
    return unittest.skipIf(shutil.which(program) is None, f"no {program} here")


class Films(Case):
    """What all tests of films use."""

    def film(self, *arguments, name="f%d.png"):
        self.ok("animate", *SMALL, *arguments, "-q", "-o", name)

    def frames(self, *arguments, count):
        """Draw numbered frames; their pixels."""
        self.film(*arguments, "--frames", str(count))
        return [read_png(self.read(f"f{i + 1}.png")).samples for i in range(count)]

    def probe(self, name):
        found = subprocess.run(
            ["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v:0", "-show_streams",
             "-show_format", "-of", "json", self.path(name)],
            stdout=subprocess.PIPE, text=True, check=True).stdout
        parts = json.loads(found)
        return parts["streams"][0], parts["format"]


class Formats(Films):
    @needs("ffprobe")
    @needs("ffmpeg")
    def test_coded_films(self):
        for name, codec, pixels in (("a.mp4", "h264", "yuv420p"), ("a.webm", "vp9", "yuv420p")):
            with self.subTest(name=name):
                self.film(*GROWS, "--frames", "7", "--fps", "25", name=name)
                stream, about = self.probe(name)
                self.assertEqual(stream["nb_read_frames"], "7")
                self.assertEqual((stream["width"], stream["height"]), (32, 24))
                self.assertEqual(stream["r_frame_rate"], "25/1")
                self.assertEqual(stream["codec_name"], codec)
                self.assertEqual(stream["pix_fmt"], pixels)
                for tag in ("color_space", "color_primaries", "color_transfer"):
                    self.assertIn(stream[tag], ("bt709", "iec61966-2-1"), tag)
                self.assertEqual(stream["color_range"], "tv")
                self.assertAlmostEqual(float(about["duration"]), 7 / 25, delta=0.045)
                tags = {key.lower(): value for key, value in about["tags"].items()}
                self.assertIn("path = extent=1..2", tags["comment"])

    @needs("ffprobe")
    def test_films_without_a_coder(self):
        for name, codec in (("a.gif", "gif"), ("a.apng", "apng")):
            with self.subTest(name=name):
                if name == "a.apng" and shutil.which("ffmpeg") is None:
                    continue
                self.film(*GROWS, "--frames", "5", "--fps", "20", name=name)
                stream, _ = self.probe(name)
                self.assertEqual(stream["nb_read_frames"], "5")
                self.assertEqual(stream["codec_name"], codec)
                self.assertEqual((stream["width"], stream["height"]), (32, 24))
                self.assertEqual(stream["r_frame_rate"], "20/1")

    def test_webp(self):
        """RIFF chunks of a film: its size, that it goes on for ever, and its frames."""
        self.film(*GROWS, "--frames", "5", "--fps", "20", "--loop", "on", name="a.webp")
        data, at, chunks = self.read("a.webp"), 12, []
        self.assertEqual((data[:4], data[8:12]), (b"RIFF", b"WEBP"))
        while at < len(data):
            size = int.from_bytes(data[at + 4:at + 8], "little")
            chunks.append((data[at:at + 4], data[at + 8:at + 8 + size]))
            at += 8 + size + size % 2
        head = dict(chunks)[b"VP8X"]
        self.assertEqual(int.from_bytes(head[4:7], "little") + 1, 32)
        self.assertEqual(int.from_bytes(head[7:10], "little") + 1, 24)
        self.assertEqual(int.from_bytes(dict(chunks)[b"ANIM"][4:6], "little"), 0)
        shown = [body for kind, body in chunks if kind == b"ANMF"]
        self.assertEqual(len(shown), 5)
        for body in shown:
            self.assertEqual(int.from_bytes(body[12:15], "little"), 50)

    @needs("ffmpeg")
    def test_frames_in_a_film_are_those_drawn_alone(self):
        """apng and webm's frames come from one stream; apng keeps every bit."""
        self.film("--path", "sigma_w=1..3", "--tone", "rescale", "--frames", "6", name="a.apng")
        film = subprocess.run(
            ["ffmpeg", "-v", "error", "-i", self.path("a.apng"), "-f", "rawvideo", "-pix_fmt",
             "rgb24", "-"], stdout=subprocess.PIPE, check=True).stdout
        alone = self.frames("--path", "sigma_w=1..3", "--tone", "rescale", count=6)
        self.assertEqual(film, b"".join(bytes(row) for frame in alone for row in frame))

    def test_fast_is_marked(self):
        """Films and meshes say that they are not exact, as pictures do."""
        code = self.tiedye("render", *SMALL, "--fast", "-q", "-o", "a.hash").returncode
        film = self.tiedye("animate", *SMALL, *GROWS, "--fast", "-q", "-o", "b.hash").returncode
        self.assertEqual(film, code)
        for fast in (["--fast"], []):
            marked = code == 2 and fast != []  # this machine fuses
            self.film(*GROWS, "--frames", "2", *fast, name="a.webp")
            self.assertEqual(b"# drawn fast" in self.read("a.webp"), marked)
            self.ok("volume", "--layers", "6,1", "--size", "9x9x9", *fast, "-q", "-o", "a.ply")
            self.assertEqual(b"drawn fast" in self.read("a.ply"), marked)

        one = self.hash_of(*SMALL, *GROWS, "--frames", "4", command="animate")
        two = self.hash_of(*SMALL, *GROWS, "--frames", "4", "--threads", "1", command="animate")
        self.assertEqual(one, two)
        self.assertRegex(one, r"32x24x4 rgb8\n\Z")

    @needs("ffmpeg")
    def test_standard_output(self):
        self.bad(2, ["apng", "pipe", "webm"], "animate", *SMALL, *GROWS, "--format", "apng", "-o",
                 "-")
        for name in ("mp4", "gif", "webp"):
            with self.subTest(format=name):
                self.film(*GROWS, "--frames", "3", name=f"a.{name}")
                piped = self.ok("animate", *SMALL, *GROWS, "--frames", "3", "-q", "--format",
                                name, "-o", "-", text=False)
                self.assertGreater(len(piped), 300)
                if name != "mp4":
                    self.assertEqual(piped, self.read(f"a.{name}"))


class Frames(Films):
    def test_numbered_frames_are_recipes(self):
        drawn = self.frames(*GROWS, count=5)
        for i, samples in enumerate(drawn):
            name = f"f{i + 1}.png"
            self.assertIn("identical", self.ok("verify", name))
            self.assertEqual(self.png(name, name="again.png").samples, samples)
            alone = self.png("--extent", str(1 + i / 4), *SMALL, name="alone.png")
            self.assertEqual(alone.samples, samples)
            self.ok("animate", *SMALL, *GROWS, "--frames", "5", "--frame", str(i + 1), "-q", "-o",
                    "one.png")
            self.assertEqual(read_png(self.read("one.png")).samples, samples)

    def test_patterns_of_names(self):
        self.film(*GROWS, "--frames", "3", name="a%03d-%d.png")
        self.assertEqual(sorted(os.listdir(self.folder)),
                         ["a001-%d.png", "a002-%d.png", "a003-%d.png"])
        os.mkdir(self.path("sub"))
        self.film(*GROWS, "--frames", "2", name="sub/%d.ppm")
        self.assertEqual(sorted(os.listdir(self.path("sub"))), ["1.ppm", "2.ppm"])
        self.bad(1, ["no", "does not exist"], "animate", *SMALL, *GROWS, "-o", "no/%d.png")

    def test_ends_of_a_path(self):
        drawn = self.frames("--inputs", "x,y,z", "--path", "z=-5..5", count=3)
        for z, samples in zip(("-5", "0", "5"), drawn):
            alone = self.png(*SMALL, "--inputs", "x,y,z", "--z", z)
            self.assertEqual(alone.samples, samples)

    def test_loops_close(self):
        """Twice as many frames of a loop come by the same places, the closing one included."""
        few = self.frames("--path", "sigma_w=1..3", "--path", "sigma_b=0..1", "--loop", "on",
                          count=4)
        many = self.frames("--path", "sigma_w=1..3", "--path", "sigma_b=0..1", "--loop", "on",
                           count=8)
        self.assertEqual(few, many[::2])
        self.assertEqual(len({str(frame) for frame in many}), 8)
        turned = self.frames("--path", "rotate=0..360", "--loop", "on", count=4)
        self.assertEqual(turned[1], self.png(*SMALL, "--rotate", "90").samples)

    def test_kinds_of_paths(self):
        for path, wanted in (
                ("depth=1..3", [("--depth", "1"), ("--depth", "2"), ("--depth", "3")]),
                ("center=0,0;2,-1", [("--center", "0,0"), ("--center", "1,-0.5"),
                                     ("--center", "2,-1")]),
                ("gain=1,3,1", [("--gain", "1"), ("--gain", "3"), ("--gain", "1")]),
                ("antialias=1..3", [("--antialias", str(k)) for k in (1, 2, 3)]),
                ("seed=4;8;15", [("--seed", "4"), ("--seed", "8"), ("--seed", "15")])):
            with self.subTest(path=path):
                for key, samples in zip(wanted, self.frames("--path", path, count=3)):
                    self.assertEqual(self.png(*SMALL, *key).samples, samples)

    def test_seeds_keep_their_palette(self):
        drawn = self.frames("--path", "seed=4;8", "--palette", "stops", "--channels", "1",
                            count=3)
        for seed, samples in (("4", drawn[0]), ("8", drawn[2])):
            alone = self.png(*SMALL, "--channels", "1", "--palette", "stops", "--seed", seed,
                             "--palette_seed", "4")
            self.assertEqual(alone.samples, samples)

    def test_volumes_turn(self):
        volume = ["--draw", "volume", "--step", "0.1", "--inputs", "x,y,z"]
        drawn = self.frames(*volume, "--path", "azimuth=0..360", "--loop", "on", count=4)
        for i, samples in enumerate(drawn):
            alone = self.png(*SMALL, "--inputs", "x,y,z", "--step", "0.1", "--azimuth",
                             str(90 * i), command="volume")
            self.assertEqual(alone.samples, samples)
            self.assertIn("identical", self.ok("verify", f"f{i + 1}.png"))

    def test_sheets_are_films(self):
        sheet = ["--count", "3", "--columns", "2"]
        drawn = self.frames("--draw", "sheet", *sheet, *GROWS, "--palette", "stops", count=2)
        for extent, samples in zip(("1", "2"), drawn):
            alone = self.png(*SMALL, *sheet, "--extent", extent, "--palette", "stops",
                             command="sheet")
            self.assertEqual(alone.samples, samples)

    def test_films_are_recipes(self):
        self.film(*GROWS, "--path", "sigma_w=1..2", "--frames", "3", "--fps", "12.5", "--loop",
                  "on", name="a.gif")
        self.film(*GROWS, "--path", "sigma_w=1..2", "--frames", "3", "--fps", "12.5", "--loop",
                  "on")
        recipe = self.recipe("f2.png")
        self.assertEqual(recipe["path"], "extent=1..2 sigma_w=1..2")
        self.assertEqual((recipe["frames"], recipe["fps"], recipe["loop"], recipe["frame"]),
                         ("3", "12.5", "on", "2"))
        self.write("a.tie", "layers = 8,3\nantialias = 1\nsize = 32x24\nframes = 3\nloop = on\n"
                            "path = extent=1..2 sigma_w=1..2\n")
        self.ok("animate", "a.tie", "-q", "-o", "g%d.png")
        self.assertEqual(read_png(self.read("g3.png")).samples,
                         read_png(self.read("f3.png")).samples)


class FramesAsSources(Films):
    """What is done with a frame that lies there as a picture."""

    def test_weights_are_the_frame_s(self):
        film = ["layers = 8,3", "path = sigma_w=1..3 seed=4;8", "frames = 3", "sigma_w = 9"]
        self.frames("--path", "sigma_w=1..3", "--path", "seed=4;8", count=3)
        for number in (1, 2, 3):
            self.write("film.tie", "\n".join([*film, f"frame = {number}"]))
            found = self.weights("film.tie")[1]
            self.assertEqual(self.weights(f"f{number}.png")[1], found)
        self.assertEqual(found, self.weights(*SMALL, "--seed", "8", "--sigma_w", "3")[1])

    def test_meshes_are_the_frame_s(self):
        volume = ["--layers", "6,1", "--inputs", "x,y,z", "--size", "12x12x12", "--seed", "3"]
        for name in ("a.stl", "a.ply"):
            self.ok("animate", *volume, "--draw", "volume", "--path", "level=0.3..0.6",
                    "--frames", "3", "--frame", "3", "-q", "-o", name)
            self.ok("volume", *volume, "--level", "0.6", "-q", "-o", "b" + name[1:])
            ends = [self.read(file)[-3000:] for file in (name, "b" + name[1:])]
            self.assertEqual(*ends)

    def test_keys_end_paths(self):
        """A key that is given to a frame holds; what other paths give stays."""
        three = ["--inputs", "x,y,z"]
        self.frames(*three, "--path", "z=-2..2", "--path", "extent=1..3", count=5)
        drawn = self.png("f2.png", "--z", "4", name="a.png")
        self.assertEqual(drawn.samples,
                         self.png(*SMALL, *three, "--z", "4", "--extent", "1.5").samples)
        recipe = self.recipe("a.png")
        self.assertEqual((recipe["path"], recipe["frame"]), ("extent=1..3", "2"))
        drawn = self.png("a.png", "--extent", "2.5", name="b.png")
        self.assertEqual(drawn.samples,
                         self.png(*SMALL, *three, "--z", "4", "--extent", "2.5").samples)
        self.assertFalse({"path", "frame"} & self.recipe("b.png").keys())
        self.ok("animate", "f2.png", "--frame", "0", "--path", "z=0..1", "--z", "7", "--frames",
                "2", "-q", "-o", "g%d.png")
        self.assertEqual(read_png(self.read("g2.png")).samples,
                         self.png(*SMALL, *three, "--z", "1", "--extent", "1.5").samples)

    def test_seeds_end_morphs(self):
        self.frames("--path", "seed=4;8", count=3)
        self.assertIn("morph_seed", self.recipe("f2.png"))
        self.assertEqual(self.png("f2.png", "--seed", "9").samples,
                         self.png(*SMALL, "--seed", "9", "--palette_seed", "4").samples)
        self.assertEqual(self.png("f2.png", "--morph", "30").samples,
                         self.png(*SMALL, "--seed", "4", "--morph_seed", "8", "--morph", "30",
                                  "--palette_seed", "4").samples)

    def test_order_in_a_file_does_not_matter(self):
        for text in ("z = 3\npath = z=0..1\n", "path = z=0..1\nz = 3\n"):
            self.write("a.tie", text + "inputs = x,y,z\nframes = 2\nframe = 2\n")
            self.assertEqual(self.png("a.tie", *SMALL).samples,
                             self.png(*SMALL, "--inputs", "x,y,z", "--z", "1").samples)

    def test_cells_keep_their_film(self):
        for tone in ("affine", "rescale"):
            sheet = ["--count", "3", "--columns", "2", "--captions", "off", "--tone", tone,
                     "--palette", "stops", "--channels", "1"]
            self.frames("--draw", "sheet", *sheet, "--path", "seed=4;20", "--path",
                        "sigma_w=0.3..2", count=3)
            whole = read_png(self.read("f2.png"))
            for cell, x, y in (("A1", 2, 2), ("B1", 36, 2), ("A2", 2, 28)):
                with self.subTest(tone=tone, cell=cell):
                    self.ok("sheet", "f2.png", "--cell", cell, "-q", "-o", "c.png")
                    alone = read_png(self.read("c.png"))
                    places = [(i, j) for i in range(whole.width - 31)
                              for j in range(whole.height - 23)
                              if whole.samples[j][3 * i:3 * i + 96] == alone.samples[0]]
                    self.assertEqual(len(places), 1)
                    self.assertEqual(whole.crop(*places[0], 32, 24), alone.samples)
                    self.ok("animate", "c.png", "--frame", "0", "-q", "-o", "h%d.png")
                    self.assertEqual(read_png(self.read("h2.png")).samples, alone.samples)


class Tones(Films):
    def test_rescale_looks_at_the_whole_film(self):
        """A network whose outputs grow is not stretched frame by frame: its first frames stay
        near the middle."""
        grows = ["--path", "sigma_w=0.05..3", "--tone", "rescale", "--sigma_b", "0", "--palette",
                 "rgb"]
        drawn = self.frames(*grows, count=5)
        spans = [max(max(row) for row in frame) - min(min(row) for row in frame)
                 for frame in drawn]
        self.assertLess(spans[0], 40)
        self.assertGreater(spans[-1], 200)
        alone = self.png(*SMALL, *grows[2:], "--sigma_w", "0.05")
        self.assertGreater(max(map(max, alone.samples)) - min(map(min, alone.samples)), 200)

    def test_frames_alone_know_the_film(self):
        for tone in ("rescale", "rank"):
            for draw in ("picture", "volume"):
                with self.subTest(tone=tone, draw=draw):
                    film = ["--path", "sigma_w=0.5..2", "--tone", tone, "--draw", draw, "--step",
                            "0.2", "--inputs", "x,y,z"]
                    drawn = self.frames(*film, count=3)
                    for i, samples in enumerate(drawn):
                        self.assertIn("identical", self.ok("verify", f"f{i + 1}.png"))
                        self.ok("animate", *SMALL, *film, "--frames", "3", "--frame", str(i + 1),
                                "-q", "-o", "one.png")
                        self.assertEqual(read_png(self.read("one.png")).samples, samples)


    def test_cells_have_statistics_of_their_own(self):
        """A cell of a sheet or grid is scaled as its own film is, not as the first cell's."""
        film = ["--path", "sigma_w=0.5..2", "--tone", "rescale", "--palette", "rgb"]
        drawn = self.frames("--draw", "sheet", "--count", "2", "--captions", "off", *film,
                            count=2)
        alone = self.frames(*film, "--seed", "2", count=2)
        self.assertEqual([self.right_of(frame) for frame in drawn], alone)
        drawn = self.frames("--draw", "grid", "--across", "sigma_w=1,3", "--captions", "off",
                            "--path", "extent=1..2", *film, count=2)
        alone = self.frames("--path", "extent=1..2", *film[2:], "--sigma_w", "3", count=2)
        self.assertEqual([self.right_of(frame) for frame in drawn], alone)

    def right_of(self, samples):
        """The last 32 columns of 24 rows, inside of a gutter of two pixels."""
        return [row[-3 * 34:-3 * 2] for row in samples[2:26]]

    def test_neurons_are_scaled_over_the_film(self):
        """Without bounds a neuron's largest value over the film is full colour: a network whose
        weights grow begins pale."""
        film = ["--layers", "4:relu,3", "--draw", "inside", "--layer", "1", "--captions", "off",
                "--path", "sigma_w=0.1..2", "--sigma_b", "0"]
        drawn = self.frames(*film, count=3)
        first, last = ([max(row) - min(row) for row in frame[8:24]]
                       for frame in (drawn[0], drawn[-1]))
        for i in (1, 2, 3):
            self.assertIn("identical", self.ok("verify", f"f{i}.png"))
        alone = self.png(*SMALL, *film[:2], "--layer", "1", "--captions", "off", "--sigma_b",
                         "0", "--sigma_w", "0.1", command="inside")
        self.assertNotEqual(drawn[0], alone.samples)
        self.assertLess(self.colourful(drawn[0]), 0.25 * self.colourful(alone.samples))
        self.assertEqual(len(first), len(last))

    def colourful(self, samples):
        """How far apart red and blue are, in all."""
        return sum(abs(r - b) for row in samples for r, b in zip(row[::3], row[2::3]))

    def test_neurons_that_come_and_go(self):
        self.frames("--layers", "4,3", "--draw", "inside", "--layer", "1", "--path",
                    "width=2..6", count=3)
        for i in (1, 2, 3):
            self.assertIn("identical", self.ok("verify", f"f{i}.png"))


class Morphs(Films):
    def test_a_seed_and_itself(self):
        drawn = self.frames("--path", "seed=4;4", count=3)
        self.assertEqual(drawn, [self.png(*SMALL, "--seed", "4").samples] * 3)
        drawn = self.frames("--path", "seed=4;4", "--loop", count=5)
        self.assertEqual(drawn, [self.png(*SMALL, "--seed", "4").samples] * 5)

    def test_weights(self):
        """Half way, weights are the sum of both networks' times cos 45."""
        half = math.cos(math.pi / 4)
        layers = ["--layers", "60,40,3"]
        _, mixed = self.weights(*layers, "--seed", "1", "--morph_seed", "2", "--morph", "45")
        _, one = self.weights(*layers, "--seed", "1")
        _, other = self.weights(*layers, "--seed", "2")
        for name, (shape, values) in mixed.items():
            self.assertEqual(shape, one[name][0])
            for a, b, c in zip(values, one[name][1], other[name][1]):
                self.assertAlmostEqual(a, half * (b + c), delta=1e-6)
        squares = [sum(v * v for v in tensors["layers.1.weight"][1])
                   for tensors in (mixed, one)]
        self.assertAlmostEqual(squares[0] / squares[1], 1, delta=0.08)

    def test_ends(self):
        first = self.hash_of(*SMALL, "--seed", "1")
        second = self.hash_of(*SMALL, "--seed", "2", "--palette_seed", "1")
        self.assertEqual(first, self.hash_of(*SMALL, "--morph_seed", "2"))
        self.assertEqual(first, self.hash_of(*SMALL, "--morph_seed", "2", "--morph", "360"))
        self.assertEqual(second, self.hash_of(*SMALL, "--morph_seed", "2", "--morph", "90"))
        self.assertNotEqual(first, self.hash_of(*SMALL, "--morph_seed", "2", "--morph", "1"))


class Refusals(Films):
    def refuse(self, code, words, *arguments, name="a.mp4", **options):
        self.bad(code, words, "animate", *SMALL, *arguments, "-o", name, **options)

    def test_frames(self):
        self.refuse(2, ["--frames", "0 is out of range"], *GROWS, "--frames", "0")
        self.refuse(2, ["--frames", "1000001"], *GROWS, "--frames", "1000001")
        self.refuse(2, ["--fps"], *GROWS, "--fps", "0")
        self.refuse(3, ["frame: 6 of 5"], *GROWS, "--frames", "5", "--frame", "6", name="a.png")
        self.refuse(3, ["rows"], *GROWS, "--frames", "1000000", "--size", "4x9999")
        self.refuse(3, ["rows"], *GROWS, "--frames", "1000000", "--draw", "sheet", "--count",
                    "256", "--columns", "1", "--size", "8x8")

    def test_paths(self):
        for path, *words in (
                ("", "nothing", ), ("extent=-1..2", "column 8", "-1 is out of range"),
                ("extent=1..x", "column 11", "extent"), ("extent=1..", "empty"),
                ("extent", "no path"), ("extent=", "no path"), ("foo=1..2", 'key "foo"'),
                ("palette=rgb,gray", "no numbers"), ("act=tanh,sin", "no numbers"),
                ("channels=1..3", "all frames"), ("size=8x8;9x9", "all frames"),
                ("bits=8,16", "all frames"), ("count=1..3", "all frames"),
                ("frames=1..3", "all frames"), ("path=1..2", "all frames"),
                ("seed=1..3", "seed=1;2;3"), ("seed=7", "seed=1;2;3"),
                ("center=0,0..1,1", "semicolons"), ("sigma_w=1", "stands still"),
                ("extent=1..2 extent=2..3", "two of extent"),
                ("sigma_w=" + "1," * 40000, "too many letters")):
            with self.subTest(path=path):
                if path == "":
                    self.refuse(3, ["path", "something that moves"], "--path", "")
                else:
                    self.refuse(2, ["--path", *words], "--path", path)

    def test_paths_that_move_nothing(self):
        self.refuse(3, ["something that moves"])
        self.refuse(3, ["not fed z", "--inputs x,y,z"], "--path", "z=1..2")
        self.refuse(3, ["azimuth", "--draw volume"], "--path", "azimuth=0..360")
        self.refuse(3, ["--morph_seed"], "--path", "morph=0..90")
        self.refuse(3, ["seams"], "--path", "rotate=0..360", "--tile", "torus")

    def test_names_and_formats(self):
        self.refuse(2, ["png holds no film", "f%03d.png"], *GROWS, name="a.png")
        self.ok("animate", *SMALL, *GROWS, "--frames", "3", "--format", "gif")
        self.assertIn("tiedye-1.gif", self.snapshot())
        self.refuse(2, ["--format"], *GROWS, name="-")
        self.refuse(2, ["npy"], *GROWS, name="a.npy")
        self.refuse(2, ["names frame 1 alone", "--frame 0"], *GROWS, "--frame", "1")
        self.refuse(2, ["a%d.webp", "whole film"], *GROWS, name="a%d.webp")
        self.bad(2, ["--path"], "render", *GROWS)
        self.bad(2, ["takes no --azimuth"], "render", "--azimuth", "3")
        self.refuse(3, ["three sizes"], *GROWS, "--size", "8x8x8")

    def test_odd_sizes(self):
        for name in ("a.mp4", "a.webm"):
            self.refuse(2, ["even", "33x25", "34x26"], *GROWS, "--size", "33x25", name=name)
        self.film(*GROWS, "--frames", "2", "--size", "33x25", name="a.webp")
        self.film(*GROWS, "--frames", "2", "--size", "33x25", name="a.gif")

    def test_ffmpeg_is_missing(self):
        self.refuse(4, ["ffmpeg", "apt install ffmpeg", ".webp"], *GROWS, env={"PATH": ""})
        self.ok("animate", *SMALL, *GROWS, "--frames", "2", "-q", "-o", "a.gif",
                env={"PATH": ""})

    def test_ffmpeg_fails(self):
        """Its own last line is shown; no file is left."""
        fake = self.write("ffmpeg", "#!/bin/sh\necho 'Unknown encoder libx264' >&2\nexit 1\n")
        os.chmod(self.path(fake), stat.S_IRWXU)
        path = f"{self.folder}:{os.environ['PATH']}"
        self.refuse(1, ["ffmpeg", "Unknown encoder libx264"], *GROWS, env={"PATH": path})

    def test_memory(self):
        big = ["--size", "4000x3000", "--max-memory", "10M", "--frames", "2"]
        self.refuse(1, ["--max-memory"], *GROWS, *big, name="a.gif")
        self.ok("animate", *GROWS, "--layers", "2,3", "--antialias", "1", *big, "-q", "-o",
                "a.null")

    @needs("ffmpeg")
    def test_interrupt(self):
        """Ctrl-C in the middle: no file, no ffmpeg that goes on, and the code 130."""
        for name in ("a.mp4", "a.webp", "f%d.png"):
            with self.subTest(name=name):
                process = self.start("animate", *GROWS, "--frames", "100000", "--size",
                                     "640x480", "-o", name, stdout=subprocess.DEVNULL,
                                     stderr=subprocess.PIPE, start_new_session=True)
                deadline = time.monotonic() + 30
                while time.monotonic() < deadline and not self.has_begun(name):
                    time.sleep(0.02)
                time.sleep(0.3)
                os.kill(process.pid, signal.SIGINT)
                told = process.communicate(timeout=60)[1]
                self.assertEqual((process.returncode, told), (130, b"tiedye: interrupted\n"))
                self.assertRaises(ProcessLookupError, os.killpg, process.pid, 0)
                left = [file for file in os.listdir(self.folder) if file[0] != "f"]
                self.assertEqual(left, [])
                for file in os.listdir(self.folder):  # those that were whole stay whole
                    split_png(self.read(file))

    def has_begun(self, name):
        return any(file[0] == name[0] or file[0] == "." for file in os.listdir(self.folder))


class Peaks(Films):
    @unittest.skipIf(_tiedye.SANITIZED, "memory says nothing there")
    def test_one_frame_is_in_memory(self):
        few = self.peak("animate", *GROWS, "--layers", "4,3", "--antialias", "1", "--size",
                        "640x480", "--frames", "2", "-q", "-o", "a.hash")
        many = self.peak("animate", *GROWS, "--layers", "4,3", "--antialias", "1", "--size",
                         "640x480", "--frames", "60", "-q", "-o", "a.hash")
        self.assertLess(many, few + 20)


if __name__ == "__main__":
    _tiedye.main()
