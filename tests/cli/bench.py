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
import run  # noqa: E402

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

    def test_errors(self):
        self.write("bad.tie", "layers = 0\n")
        answers = self.ask(("load", "a"), ("time", "field abacus", "0"), ("dance",), ("load", "b"),
                           ("time", "field ref", "0"), ("load", "bad"), ("time", "field ref", "0"))
        for number in (2, 3, 5, 7):
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


if __name__ == "__main__":
    _tiedye.main()
