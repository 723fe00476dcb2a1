#!/usr/bin/env python3
"""bench/, small and without peers: that it measures what it says, and sorts out who is wrong."""

import argparse
import array
import json
import os
import subprocess
import sys

import _tiedye
from _tiedye import BINARY, SANITIZED, Case

BENCH = os.path.join(os.path.dirname(__file__), "..", "..", "bench")
sys.path.insert(0, BENCH)
import convolutions  # noqa: E402
import diagrams  # noqa: E402
import galleries  # noqa: E402
import onnx_model  # noqa: E402
import pictures  # noqa: E402
import pictures_report  # noqa: E402
import png  # noqa: E402
import report  # noqa: E402
import run  # noqa: E402
import volumes  # noqa: E402
import volumes_report  # noqa: E402

FOLDER = os.path.dirname(BINARY)


class Throughput(Case):
    """bench_throughput, line by line."""

    def ask(self, *requests):
        lines = "".join("\t".join(words) + "\n" for words in requests)
        done = subprocess.run([os.path.join(FOLDER, "bench_throughput"), "1"], cwd=self.folder,
                              input=lines, text=True, stdout=subprocess.PIPE, check=True,
                              stderr=subprocess.PIPE, timeout=_tiedye.PATIENCE)
        self.assertEqual(done.stderr, "")
        return [line.split("\t") for line in done.stdout.rstrip("\n").split("\n")]

    def setUp(self):
        super().setUp()
        self.write("a.tie", "v = 1\nlayers = 20,10,3\nsize = 64x65\nantialias = 1\n")

    def test_field_is_what_render_writes(self):
        (_, *ways), = self.ask()
        fields = [way for way in ways if way.startswith("field") and "--fast" not in way]
        self.assertIn("field ref", fields)
        self.ask(("load", "a"), *(("check", way, way) for way in fields))
        self.ok("render", "a.tie", "-q", "-o", "a.npy")
        rows = self.read("a.npy")[-65 * 64 * 12:]
        for way in fields:
            self.assertEqual(self.read(way), rows[:64 * 12] + rows[-64 * 12:], way)

    def test_every_way_has_a_rate(self):
        (_, *ways), = self.ask()
        _, loaded, *rates = self.ask(("load", "a"), *(("time", way, "0") for way in ways))
        self.assertEqual(loaded, ["ok"])
        self.assertEqual(len(rates), len(ways))
        for way, (rate,) in zip(ways, rates):
            self.assertGreater(float(rate), 0, way)

    def test_engines_draw_the_same_rows(self):
        self.write("b.tie", "v = 1\nlayers = 20,10,3\nsize = 130x130\npalette = rgb\n"
                   "antialias = 1\n")
        self.ask(("load", "b"), ("check", "picture ref", "dense"),
                 ("check", "spectral ref", "spectral"))
        dense, spectral = self.read("dense"), self.read("spectral")
        self.assertEqual(len(dense), 3 * 130 * 3)
        self.assertEqual(len(spectral), len(dense))
        self.assertLessEqual(max(abs(a - b) for a, b in zip(dense, spectral)), 1)

    def test_volumes(self):
        """Samples are those of the file, whole or in rows; all evaluations are counted."""
        side = 17 if SANITIZED else 33
        self.write("v.tie", f"v = 1\ndraw = volume\ninputs = x,y,z\nlayers = 5,3\n"
                   f"size = {side}x{side}x{side}\n")
        _, *answers = self.ask(("load", "v"), ("check", "field ref", "dense", "1"),
                               ("check", "blocks ref", "auto", "1"), ("count", "field ref"),
                               ("count", "blocks ref"), ("time", "blocks ref", "0"))
        self.assertEqual(answers[:3], [["ok"]] * 3)
        self.ok("volume", "v.tie", "--engine", "dense", "-q", "-o", "v.npy")
        self.assertEqual(self.read("v.npy")[-side ** 3 * 12:], self.read("dense"))
        found = [array.array("f", self.read(name)) for name in ("dense", "auto")]
        self.assertEqual(len(found[0]), len(found[1]))
        self.assertLess(max(abs(a - b) for a, b in zip(*found)), 1e-4)
        self.assertGreaterEqual(int(answers[3][0]), side ** 3)
        self.assertLess(int(answers[3][0]), 4 * side ** 3)  # whole vectors
        self.assertGreater(int(answers[4][0]), 0)
        self.assertGreater(float(answers[5][0]), 0)

    def test_pictures_of_volumes(self):
        self.write("v.tie", "v = 1\ndraw = volume\ninputs = x,y,z\nlayers = 5,3\n"
                   "size = 20x20\nantialias = 1\npalette = rgb\n")
        _, *answers = self.ask(("load", "v"), ("check", "picture ref", "dense", "1"),
                               ("check", "spectral ref", "auto", "2"), ("count", "picture ref"),
                               ("count", "spectral ref"), ("time", "picture ref", "0"))
        self.assertEqual((len(self.read("dense")), len(self.read("auto"))), (1200, 600))
        self.ok("volume", "v.tie", "--engine", "dense", "-q", "-o", "v.ppm")
        self.assertEqual(self.read("v.ppm")[-1200:], self.read("dense"))
        for answer in answers[3:]:
            self.assertGreater(float(answer[0]), 0)

    def test_convolutions(self):
        """What they are fed, and what the weights that peers are given make of it."""
        self.write("c.tie", "v = 1\nlayers = 2:sin,conv3 3\nact = identity\nout = identity\n"
                   "size = 5x5\nraster = 5\n")
        self.ok("weights", "c.tie", "-q", "-o", "c.safetensors")
        weights, shape, bias = onnx_model.read_network(self.path("c.safetensors"))[1]
        weights, bias = array.array("f", weights), array.array("f", bias)
        _, *answers = self.ask(("load", "c"), ("feed", "layers ref", "fed"),
                               ("check", "layers ref", "all", "1"),
                               ("check", "layers ref", "some", "7"), ("time", "layers ref", "0"))
        self.assertEqual(answers[:4], [["ok"]] * 4)
        self.assertGreaterEqual(float(answers[4][0]), 0)
        fed, found = (array.array("f", self.read(name)) for name in ("fed", "all"))
        self.assertEqual((shape, len(fed), len(found)), ([3, 2, 3, 3], 2 * 7 * 7, 3 * 5 * 5))
        self.assertEqual(self.read("some"), found[:5].tobytes() + found[35:40].tobytes() +
                         found[70:75].tobytes())
        for place, value in enumerate(found):
            channel, y, x = place // 25, place // 5 % 5, place % 5
            taps = [(c, v, u) for c in range(2) for v in range(3) for u in range(3)]
            expected = bias[channel] + sum(
                weight * fed[49 * c + 7 * (y + v) + x + u]
                for weight, (c, v, u) in zip(weights[18 * channel:], taps))
            self.assertAlmostEqual(value, expected, 4)

    def test_errors(self):
        self.write("bad.tie", "layers = 0\n")
        answers = self.ask(("load", "a"), ("time", "field abacus", "0"), ("dance",), ("load", "b"),
                           ("time", "field ref", "0"), ("load", "bad"), ("time", "field ref", "0"),
                           ("time", "layers ref", "0"), ("time", "layers abacus", "0"),
                           ("feed", "field ref", "a"))
        for number in (2, 3, 5, 7, 8, 9, 10):
            self.assertTrue(answers[number][0].startswith("error: "), answers[number])


class Liar(run.Contestant):
    """Its outputs are off by one part in a thousand, or too few."""

    def __init__(self, name, values):
        self.name, self.ways, self.values = name, [], values

    def ask(self, *words):
        if words[0] == "check":
            with open(words[2], "wb") as file:
                array.array("f", self.values).tofile(file)
        return "ok"


class Run(Case):
    def test_who_is_wrong_gives_no_number(self):
        options = argparse.Namespace(seconds=0, rounds=1)
        said = []
        match = run.Match("a", options, self.folder, said.append)
        for name, values in (("first", [0.5, -1]), ("same", [0.50001, -1]), ("off", [0.501, -1]),
                             ("few", [0.5]), ("none", []), ("nan", [0.5, float("nan")])):
            match.enter(Liar(name, values), [8])
        self.assertEqual([row for row, _, _ in match.turns], ["first 8", "same 8"])
        self.assertEqual(len(said), 4)

    def test_who_fails_is_left_out(self):
        class Quitter(Liar):
            def ask(self, *words):
                if words[0] == "time":
                    raise run.Failure("tired")
                return super().ask(*words)

        class Runner(Liar):
            def ask(self, *words):
                return "5" if words[0] == "time" else super().ask(*words)
        said = []
        options = argparse.Namespace(seconds=0, rounds=2)
        match = run.Match("a", options, self.folder, said.append)
        for contestant in (Runner("runner", [1]), Quitter("quitter", [1])):
            match.enter(contestant, [8])
        self.assertEqual(match.play(), {"runner 8": [5, 5]})
        self.assertEqual(list(map(str, said)), ["tired"])

    def test_report(self):
        side = "16" if SANITIZED else "64"
        done = subprocess.run([sys.executable, "-B", os.path.join(BENCH, "run.py"), "--alone",
                               "--side", side, "--rounds", "1", "--seconds", "0.001", "--build",
                               FOLDER, "--folder", self.folder], text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=_tiedye.PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        results = json.loads(self.read("results.json"))
        self.assertEqual({layers: network["multiply_adds"] for layers, network in
                          results["networks"].items()},
                         {"20,10,3": 270, "64,64,3": 4416, "32x16,3": 15520, "256x3,3": 132352})
        for rates in results["rates"]["1"].values():
            self.assertGreater(rates["field ref"][0], 0)
        self.assertEqual(done.stdout, self.read("report.txt").decode())
        self.assertLessEqual(max(map(len, done.stdout.split("\n"))), 80)


class Pictures(Case):
    def options(self):
        return argparse.Namespace(folder=self.folder, check=2, rounds=3, sides=[2])

    def write_picture(self, name, samples):
        """A command that writes a PNG, as one of `commands`."""
        picture = _tiedye.Png(2, 2, 3, 8, samples, [(b"IHDR", b""), (b"IDAT", b""), (b"IEND", b"")])
        self.write(name, _tiedye.write_png(picture))
        return lambda _network, _side, out: ["cp", self.path(name), out]

    def test_who_draws_another_picture_gives_no_number(self):
        first = [[9, 8, 7, 6, 5, 4], [3, 2, 1, 0, 255, 128]]
        commands = {"dense": self.write_picture("a.png", first),
                    "a code off": self.write_picture("b.png", [[v + 1 for v in first[0]],
                                                               first[1]]),
                    "two codes off": self.write_picture("c.png", [[11] + first[0][1:], first[1]]),
                    "no PNG": lambda _network, _side, out: ["touch", out],
                    "nothing": lambda _network, _side, out: ["true"],
                    "failing": lambda _network, _side, out: ["false"]}
        said = []
        good = pictures.choose_alike(self.options(), argparse.Namespace(layers="3"), commands,
                                     said.append)
        self.assertEqual(list(good), ["dense", "a code off"])
        self.assertEqual(len(said), 4)

    def test_turns(self):
        out, said = self.path("out"), []
        turns = [("quick", "quick", ["touch", out], out), ("slow", "slow", ["touch", out], out),
                 ("bad", "bad", ["false"], out), ("again", "slow", ["touch", out], out)]
        found = pictures.race(self.options(), turns, said.append, self.slow_second())
        self.assertEqual({key: len(runs) for key, runs in found.items()},
                         {"quick": 3, "slow": 1, "again": 1})
        self.assertEqual(len(said), 1)
        with self.assertRaises(run.Failure):
            pictures.race(self.options(), [("", "tiedye, dense", ["false"], out)])

    @staticmethod
    def slow_second():
        """What measures, and is told that the second command took more than enough."""
        calls = []

        def measure(*arguments):
            calls.append(pictures.measure(*arguments))
            return {**calls[-1], "wall": pictures.ENOUGH if len(calls) == 2 else 0}
        return measure

    def test_reader_of_pictures(self):
        self.ok("render", "--layers", "20,10,3", "--size", "61x40", "-q", "-o", "a.png")
        expected = _tiedye.read_png(self.read("a.png"))
        width, height, samples = png.read(self.path("a.png"))
        self.assertEqual((width, height), (61, 40))
        self.assertEqual(list(samples), sum(expected.samples, []))
        self.ok("render", "--layers", "20,10,1", "--palette", "gray", "-q", "-o", "b.png")
        with self.assertRaises(ValueError):
            png.read(self.path("b.png"))

    def test_report(self):
        sides, large = ("16,32", "64") if SANITIZED else ("64,96", "256")
        done = subprocess.run([sys.executable, "-B", os.path.join(BENCH, "pictures.py"), "--alone",
                               "--quick", "--sides", sides, "--large", large, "--rounds", "1",
                               "--seconds", "0.001", "--build", FOLDER, "--folder", self.folder],
                              text=True, check=False, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=_tiedye.PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        results = json.loads(self.read("pictures.json"))
        small, big = sides.split(",")
        for layers, rates in results["rates"]["1"].items():
            for row in (f"{engine} {side}" for engine in ("spectral", "dense")
                        for side in (small, big)):
                self.assertGreater(rates[row][0], 0, (layers, row))
            for side in (small, big):
                for name in ("tiedye, spectral", "tiedye, dense"):
                    self.assertGreater(results["commands"][layers][side][name][0]["wall"], 0)
        for found in results["alone"].values():
            self.assertGreater(found[0]["peak"], 0)
        self.assertEqual(done.stdout, self.read("pictures.txt").decode())
        for part in ("Mpoints/s, one core", f"Wall s, {big} x {big}", f"CPU s, {big} x {big}",
                     "tiedye alone", "Aims"):
            self.assertIn("\n" + part, done.stdout)
        self.assertLessEqual(max(map(len, done.stdout.split("\n"))), 80)
        left = [name for name in os.listdir(self.folder) if name.endswith(".png")]
        self.assertLessEqual(set(left), {"picture.png"})

    def test_aims(self):
        self.assertTrue(pictures_report.aim("a", 9.96, 10, "x").endswith(" 9.96/10x  --"))
        self.assertTrue(pictures_report.aim("a", 10.04, 10, "x").endswith(" 10.0/10x  ok"))
        self.assertTrue(pictures_report.aim("a", 5.99, 6, " s").endswith(" 5.99/6 s  ok"))
        self.assertTrue(pictures_report.aim("a", 64.1, 64, " MB").endswith(" 64.1/64 MB  --"))
        self.assertIsNone(pictures_report.aim("a", None, 6, " s"))

    def test_reports_go_into_the_page(self):
        self.write("report", "new\n")
        begin, end = pictures_report.BEGIN, pictures_report.END
        page = f"a\n{begin}{{}}{end}\nb\n{report.BEGIN}```text\nother\n```\n{report.END}\n"
        for old in ("", "```text\nold\n```\n"):
            self.write("page", page.format(old))
            report.update_docs(self.path("report"), begin, end, self.path("page"))
            self.assertEqual(self.read("page").decode(), page.format("```text\nnew\n```\n"))
        self.write("page", "nothing")
        with self.assertRaises(SystemExit):
            report.update_docs(self.path("report"), begin, end, self.path("page"))


class Peer(Liar):
    """Says the rates of a picture: of its evaluations, and of all."""

    def ask(self, *words):
        if words[0] == "time":
            return "8\t2\t30"
        if words[0] == "count":
            return "5"
        if words[0] == "check":
            with open(words[2], "wb") as file:
                file.write(bytes(self.values))
        return "ok"


class Volumes(Case):
    def bout(self, picture=True):
        options = argparse.Namespace(seconds=0, rounds=2, folder=self.folder, check=8, picture=16)
        return volumes.Bout("a", options, picture)

    def test_pictures_that_are_others_give_no_number(self):
        bout, said = self.bout(), []
        bout.tell = said.append
        for name, values in (("tiedye", [9] * 1000), ("code off", [10] * 1000),
                             ("few off", [12] + [9] * 999), ("off", [12] * 9 + [9] * 991),
                             ("short", [9])):
            bout.enter(Peer(name, values), ["way"])
        self.assertEqual([row for row, _, _ in bout.turns],
                         ["tiedye way", "code off way", "few off way"])
        self.assertEqual(len(said), 2)
        result = bout.result()
        self.assertEqual(result["rates"]["few off way"], [8, 8])
        self.assertEqual(set(result["whole"]["few off way"]), {2})
        self.assertEqual(result["evaluations"]["few off way"], 30)
        self.assertEqual(result["apart"]["few off way"], 0.001)

    def test_slow_ones_have_few_turns(self):
        bout = self.bout()
        bout.enter(Peer("tiedye", [9]), ["way"])
        bout.enough = 1e-9  # all of it has been spent by the round that warms up
        self.assertEqual(bout.result()["rates"], {"tiedye way": [8]})

    def test_report(self):
        grid, picture, film = ("8", "16", "16") if SANITIZED else ("64", "32", "32")
        done = subprocess.run([sys.executable, "-B", os.path.join(BENCH, "volumes.py"), "--alone",
                               "--quick", "--grid", grid, "--picture", picture, "--film", film,
                               "--frames", "3", "--rounds", "1", "--seconds", "0.001", "--build",
                               FOLDER, "--folder", self.folder], text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=2 * _tiedye.PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        results = json.loads(self.read("volumes.json"))
        for result in results["grids"]["1"].values():
            self.assertGreater(result["rates"]["tiedye auto"][0], 0)
            self.assertGreater(result["evaluations"]["tiedye dense"], 0)
            self.assertLess(result["apart"]["tiedye auto"], 1e-4)
        for settings in results["drawn"]["1"].values():
            self.assertEqual(list(settings), list(volumes.SETTINGS))
        for film in results["films"].values():
            for name in ("drawn", "drawn, dense", "drawn, antialias 2", "webp", "webp alone", "gif",
                         "gif alone"):
                self.assertGreater(film["found"][name][0]["wall"], 0)
        self.assertEqual(done.stdout, self.read("volumes.txt").decode())
        for part in ("Mvoxel/s, one core", "Evaluations/voxel", "Off by, at most",
                     "Evaluations a pixel", "Frames a second", "Aims"):
            self.assertIn("\n" + part, done.stdout)
        self.assertLessEqual(max(map(len, done.stdout.split("\n"))), 80)
        left = [name for name in os.listdir(self.folder) if name.startswith("film")]
        self.assertEqual(left, [])

    def test_encoders(self):
        """A film of frames that a file holds, and the share of encoders."""
        self.write("frames", bytes(range(48)) * 16 * 3)
        bench = os.path.join(FOLDER, "bench_throughput")
        words = ["encode", "webp", self.path("frames"), "16", "16"]

        def encode(count):
            return subprocess.run([bench, "1", *words, count, self.path("a.webp")], check=False,
                                  stderr=subprocess.PIPE, timeout=_tiedye.PATIENCE).returncode
        self.assertEqual(encode("4"), 1)  # there are three
        self.assertFalse(os.path.exists(self.path("a.webp")))
        self.assertEqual(encode("3"), 0)
        self.assertEqual(self.read("a.webp").count(b"ANMF"), 3)
        found = {"drawn": [{"wall": 2, "cpu": 3}], "mp4": [{"wall": 5, "cpu": 9}],
                 "mp4 alone": [{"wall": 4, "cpu": 6}]}
        self.assertAlmostEqual(volumes_report.share(found, "mp4"), 6 / 9)
        self.assertIsNone(volumes_report.share(found, "gif"))

    def test_cores_that_are_not_there(self):
        self.assertEqual(len(volumes_report.cores({"peaks": {1: [2, 2], 2: [4, 3.9]}})), 1)
        self.assertEqual(len(volumes_report.cores({"peaks": {1: [2, 2], 2: [2, 2]}})), 2)
        self.assertEqual(volumes_report.cores({"peaks": {1: [2]}}), [])


class Galleries(Case):
    def test_report(self):
        done = subprocess.run([sys.executable, "-B", os.path.join(BENCH, "galleries.py"),
                               "--rounds", "1", "--count", "40", "--seconds", "0.01", "--build",
                               FOLDER, "--folder", self.folder], check=False, text=True,
                              capture_output=True, timeout=_tiedye.PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        results = json.loads(self.read("galleries.json"))
        self.assertEqual(list(results["rates"]), list(galleries.KINDS))
        for kind in results["rates"].values():
            for rates in kind.values():
                self.assertEqual(len(rates), 1)
                self.assertGreater(rates[0], 1)
        self.assertEqual(done.stdout, self.read("galleries.txt").decode())
        self.assertIn("\nrandom recipes  ", done.stdout)
        self.assertLessEqual(max(map(len, done.stdout.split("\n"))), 80)

    def test_words(self):
        bench = os.path.join(FOLDER, "bench_throughput")
        for words in (["1", "thumbnails", "0", "1", "random"], ["1", "thumbnails", "3"], ["0"]):
            done = subprocess.run([bench, *words], check=False, capture_output=True, text=True,
                                  timeout=_tiedye.PATIENCE)
            self.assertNotEqual(done.returncode, 0)
            self.assertEqual(done.stdout, "")
            self.assertNotEqual(done.stderr, "")


class Diagrams(Case):
    def test_report(self):
        """With something in the place of dot that draws, and something that does not end."""
        script = ('#!/bin/sh\n[ "$1" = -V ] && exit\n'
                  'case $2 in *large*) exec sleep 60 ;; esac\n'
                  'echo \'<svg width="7pt" height="2pt"/>\' > "$4"\n')
        os.chmod(self.path(self.write("dot", script)), 0o755)
        done = subprocess.run([sys.executable, "-B", os.path.join(BENCH, "diagrams.py"), "--quick",
                               "--rounds", "1", "--limit", "0.3", "--build", FOLDER, "--folder",
                               self.folder], check=False, text=True, capture_output=True,
                              timeout=_tiedye.PATIENCE,
                              env={**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}"})
        self.assertEqual(done.returncode, 0, done.stderr)
        networks = json.loads(self.read("diagrams.json"))["networks"]
        self.assertEqual(list(networks), [*diagrams.NETWORKS, diagrams.LARGE])
        large = networks.pop(diagrams.LARGE)
        self.assertEqual((large["boxes"], large["folds"]), (9900, [100, 24]))
        self.assertIsNone(large["seconds"]["dot"])
        for network in networks.values():
            self.assertEqual(network["size"]["dot"], [7, 2])
            self.assertGreater(network["size"]["unfolded"][0], 100)
            self.assertEqual([len(found) for found in network["seconds"].values()], [1, 1, 1])
            self.assertEqual(len(network["library"]), 2)
        self.assertEqual(done.stdout, self.read("diagrams.txt").decode())
        self.assertIn("> 300", done.stdout)
        self.assertLessEqual(max(map(len, done.stdout.split("\n"))), 80)

    def test_words(self):
        bench = os.path.join(FOLDER, "bench_throughput")
        for words in (["1", "diagram", "@nothing", "1"], ["1", "diagram", "@lenet-5", "0"],
                      ["1", "diagram", "@lenet-5"]):
            done = subprocess.run([bench, *words], check=False, capture_output=True, text=True,
                                  timeout=_tiedye.PATIENCE)
            self.assertNotEqual(done.returncode, 0)
            self.assertEqual(done.stdout, "")
            self.assertNotEqual(done.stderr, "")


class Convolver(Liar):
    """Its kernels have names; it computes one evaluation in a second."""

    def ask(self, *words):
        return "1" if words[0] == "time" else super().ask(*words)


class Convolutions(Case):
    def test_who_is_wrong_gives_no_number(self):
        stack = argparse.Namespace(file="a", multiply_adds=lambda: 7)
        bout = convolutions.Bout(stack, argparse.Namespace(seconds=0, rounds=1,
                                                           folder=self.folder))
        said = []
        bout.tell = said.append
        for name, values in (("tiedye", [50, -1]), ("same", [50, -1.001]), ("off", [50, -1.01]),
                             ("few", [50])):
            contestant = Convolver(name, values)
            contestant.ways = ["field ref", "field avx2", "field avx2 --fast", "peak avx2"]
            bout.enter(contestant, ())
        self.assertEqual(bout.play(), {"peak avx2": [1], "avx2": [14], "avx2 --fast": [14],
                                       "same": [14]})
        self.assertEqual(len(said), 2)

    def test_report(self):
        side, cube = ("8", "4") if SANITIZED else ("32", "8")
        done = subprocess.run([sys.executable, "-B", os.path.join(BENCH, "convolutions.py"),
                               "--alone", "--quick", "--side", side, "--cube", cube, "--rounds",
                               "1", "--seconds", "0.001", "--build", FOLDER, "--folder",
                               self.folder], text=True, check=False, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=_tiedye.PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        results = json.loads(self.read("convolutions.json"))
        for title, rates in results["rates"]["1"].items():
            rows = [row for row in rates if not row.startswith("peak")]
            self.assertGreater(len(rows), 0, title)
        self.assertEqual(done.stdout, self.read("convolutions.txt").decode())
        for part in ("GFLOP/s, one core", "Share of peak, one core", "Aims"):
            self.assertIn("\n" + part, done.stdout)
        self.assertLessEqual(max(map(len, done.stdout.split("\n"))), 80)
        left = [name for name in os.listdir(self.folder) if name.endswith(".f32")]
        self.assertEqual(left, [])


if __name__ == "__main__":
    _tiedye.main()
