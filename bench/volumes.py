#!/usr/bin/env python3
"""bench/volumes.py: volumes and films by tiedye, and what a peer makes of volumes.

    bench/volumes.py                 the third part of `make bench`
    bench/volumes.py --quick         small volumes, short films, few rounds
    bench/volumes.py --update-docs   put the last run's report into docs/PERFORMANCE.md

Three parts: how many samples of a grid a second come into memory; how long a picture of a solid
takes; and how many frames of a film a second are drawn, encoded, and made into a file. ONNX Runtime
takes part in the first two (onnx_solid.mjs), and gives no number where its field or its picture is
another. The report goes to standard output and build/bench/volumes.txt, all measurements to
build/bench/volumes.json.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time

import onnx_model
import pictures
import report
import run
import volumes_report
from run import Failure, say

POST = pictures.UNSCALED
# {title: (layers, keys, extent, samples along a side of the grid, of 256)}
NETWORKS = {"20,10,3 [5]": ("20,10,3", POST, 5, 256), "20,10,3 [2]": ("20,10,3", POST, 2, 256),
            "32x6,3": ("32x6,3", "", 2, 256), "30x8,3": ("30x8,3", "sigma_w = 1.3\n", 2, 256),
            "256x3,3": ("256x3,3", "sigma_w = 1.7\n", 2, 128)}
DRAWN = ("20,10,3 [5]", "30x8,3")  # as pictures too: rough, and smooth
SETTINGS = {"solid": {}, "translucent": {"density": 2, "corner": 0},
            "shell": {"opacity": 1, "band": 0.06, "density": 60}}
# The volume keys at their defaults, as onnx_solid.mjs is told them; opacity 0 is even.
CAMERA = {"azimuth": 35, "elevation": 25, "distance": 6.5, "fov": 30, "corner": 1, "opacity": 0,
          "level": 0.5, "band": 0, "density": 60, "step": 0.01, "shading": 0.5,
          "background": [1, 1, 1]}
RECIPE = """v = 1
draw = volume
layers = {layers}
inputs = x,y,z
act = tanh
out = tanh
seed = 1
{keys}extent = {extent}
size = {size}
palette = rgb
tone = affine
antialias = 1
{more}"""
# {title: words of `tiedye animate`}; the last one is smaller, and shorter by TURN.
FILMS = {"20,10,3": ["--layers", "20,10,3", "--init", "unscaled", "--sigma_w", 1, "--sigma_b", 1,
                     "--extent", 5, "--path", "z=-5..5"],
         "32x6,3": ["--layers", "32x6,3", "--path", "z=-2..2"],
         "30x8,3": ["--layers", "30x8,3", "--sigma_w", 1.3, "--path", "z=-2..2"],
         "256x3,3": ["--layers", "256x3,3", "--sigma_w", 1.7, "--path", "z=-2..2"],
         "turning": ["--draw", "volume", "--layers", "20,10,3", "--init", "unscaled", "--sigma_w",
                     1, "--sigma_b", 1, "--extent", 5, "--path", "azimuth=0..360"]}
TURN = 5
PIPED = ("mp4", "webm")  # ffmpeg encodes
FORMATS = (*PIPED, "webp", "gif")
CHECK_SIDE, CHECK_STRIDE = 128, 4  # of the pictures that are compared
OFF = 0.003                        # the share of samples that may be off by more than a code
ENOUGH = 8                         # seconds of a way on one network; then it has no further turn


class Solid:
    """FILE-KIND.tie and FILE-KIND.json of one network, for a grid and for pictures."""

    def __init__(self, options, title):
        self.layers, self.keys, self.extent, side = NETWORKS[title]
        self.side = max(side * options.grid // 256, 1)
        self.model = f"solid-{title.replace(',', '-').replace(' [', '-').strip(']')}"
        self.file = f"{options.folder}/{self.model}"
        self.write("grid", "{0}x{0}x{0}".format(self.side), {}, False)
        self.write("flat", f"{options.picture}x{options.picture}", {}, True)
        for name, more in SETTINGS.items():
            for side in (options.picture, options.check):
                self.write(f"{name}-{side}", f"{side}x{side}", more, True)
        subprocess.run([f"{options.build}/tiedye", "weights", "-q", f"{self.file}-flat.tie",
                        "-o", self.file + ".safetensors"], check=True)
        onnx_model.write(self.file)

    def write(self, kind, size, more, picture):
        keys = "".join(f"{key} = {value}\n" for key, value in more.items())
        with open(f"{self.file}-{kind}.tie", "w", encoding="utf-8") as file:
            file.write(RECIPE.format(layers=self.layers, keys=self.keys, extent=self.extent,
                                     size=size, more=keys))
        setting = {**CAMERA, **more, "model": self.model + ".onnx", "extent": self.extent,
                   "side": int(size.split("x")[0]), "picture": picture}
        with open(f"{self.file}-{kind}.json", "w", encoding="utf-8") as file:
            json.dump(setting, file)


# ---- The field and its pictures -------------------------------------------------------------


class Engines(run.Contestant):
    """tiedye, whose ways are `auto` and `dense` with the best canonical kernels, and `ref`."""

    def __init__(self, options, threads):
        super().__init__("tiedye", [f"{options.build}/bench_throughput", threads])
        self.kinds = {False: {"auto": "blocks", "dense": "field"},
                      True: {"auto": "spectral", "dense": "picture"}}
        self.best = report.best_ways(self.ways)[0].split()[1]
        self.picture = False
        self.peak = [way for way in self.ways if way.startswith("peak ")][-1]
        self.ways = ["auto", "dense"]

    def ask(self, request, word, *words):
        if request != "load":
            kind = self.kinds[self.picture]
            word = f"{kind['dense']} ref" if word == "ref" else f"{kind[word]} {self.best}"
        return super().ask(request, word, *words)


class Bout(run.Match):
    """tiedye and a peer on one grid or one picture. self.apart[row] is how far a row's outputs
    are off, self.evaluations[row] what it took, self.whole[row] the rates of a peer's pictures
    with all that is no evaluation."""

    enough = ENOUGH

    def __init__(self, file, options, picture):
        super().__init__(file, options, options.folder)
        self.picture = picture
        self.apart, self.evaluations, self.whole = {}, {}, {}

    def look(self, contestant, way, *_, **__):
        return super().look(contestant, way, CHECK_STRIDE if self.picture else run.CHECK_STRIDE,
                            kind="B" if self.picture else "f")

    def agrees(self, contestant, way):
        found = self.look(contestant, way)
        if self.expected is None:
            self.expected = found
        row = f"{contestant.name} {way}"
        apart = [abs(a - b) for a, b in zip(found, self.expected)]
        off = sum(distance > 1 for distance in apart) / len(apart)
        good = len(found) == len(self.expected) and (
            off <= OFF if self.picture else max(apart) < run.TOLERANCE)
        if not good:
            self.tell(f"{row}: no number, for it draws something else ({max(apart):.3g} apart, "
                      f"{off:.2%} of it)")
        self.apart[row] = off if self.picture else max(apart)
        return good

    def enter(self, contestant, batches):
        """Pictures are compared where they are small."""
        contestant.picture = self.picture
        side = self.options.check
        contestant.ask("load", f"{self.file}-{side}" if self.picture else self.file)
        if contestant.name == "tiedye":
            self.expected = self.look(contestant, "dense" if self.picture else "ref")
        good = [way for way in batches if self.agrees(contestant, way)]
        contestant.ask("load", f"{self.file}-{self.options.picture}" if self.picture else
                       self.file)
        self.turns += [(f"{contestant.name} {way}", contestant, way) for way in good]

    def time(self, row, contestant, way, seconds):
        rate, *more = map(float, contestant.ask("time", way, seconds).split("\t"))
        if more:
            self.whole.setdefault(row, []).append(more[0])
            self.evaluations[row] = more[1]
        elif contestant.name == "tiedye" and row not in self.evaluations:
            self.evaluations[row] = float(contestant.ask("count", way))
        return rate

    def result(self):
        """Of all that has been measured."""
        rates = self.play()
        return {"rates": rates, "whole": {row: self.whole[row] for row in self.whole
                                          if row in rates},
                "apart": self.apart, "evaluations": self.evaluations}


def ways_of_peer(threads, batches):
    """One session has all cores, or every core one."""
    words = ["session"] if threads == 1 else ["workers", "session"]
    return [f"{word} {batch}" for word in words for batch in batches]


def hold(options, file, picture, contestants, threads):
    bout = Bout(file, options, picture)
    for contestant in contestants:
        batches = options.march if picture else options.batches
        try:
            bout.enter(contestant, contestant.ways if contestant.name == "tiedye" else
                       ways_of_peer(threads, batches))
        except Failure as failure:
            bout.forgive(contestant, failure)
    return bout.result()


def enter_all(options, threads):
    contestants = [Engines(options, threads)]
    if options.onnxruntime:
        try:
            contestants.append(run.Contestant("ONNX Runtime", ["node", "bench/onnx_solid.mjs",
                                                               threads, options.folder]))
        except Failure as failure:
            say(failure)
    return contestants


def ask_peak(options, engines):
    """Operations a second of bare multiply-adds: how much of the cores there is to be had."""
    return float(run.Contestant.ask(engines, "time", engines.peak, options.seconds))


def play_solids(options, solids, versions):
    """{threads: {title: result}} of grids, {threads: {title: {setting: result}}} of pictures, and
    {threads: rates} of the peak."""
    grids, drawn, peaks = {}, {}, {}
    for threads in [1, 2][:os.cpu_count()]:
        contestants = enter_all(options, threads)
        versions.update({contestant.name: contestant.version for contestant in contestants})
        grids[threads], drawn[threads], peaks[threads] = {}, {}, []
        for title, solid in solids.items():
            peaks[threads].append(ask_peak(options, contestants[0]))
            say(f"{report.CORES[threads]}, {title}: the field")
            grids[threads][title] = hold(options, f"{solid.file}-grid", False, contestants,
                                         threads)
        for title in DRAWN:
            drawn[threads][title] = {}
            for setting in SETTINGS:
                say(f"{report.CORES[threads]}, {title}: {setting}")
                peaks[threads].append(ask_peak(options, contestants[0]))
                drawn[threads][title][setting] = hold(options, f"{solids[title].file}-{setting}",
                                                      True, contestants, threads)
        for contestant in contestants:
            contestant.end()
    return grids, drawn, peaks


# ---- Films ----------------------------------------------------------------------------------


RECORDER = """#!/bin/sh
# In ffmpeg's place: keeps its words and what it is fed with.
folder=$(dirname "$0")
for word; do printf '%s\\0' "$word"; done >"$folder/words"
cat >"$folder/frames"
"""


def film_frames(options, title):
    return max(options.frames // (TURN if title == "turning" else 1), 2)


def film_side(options, title):
    return options.film // 2 if title == "turning" else options.film


def film_command(options, title, *more):
    return [f"{options.build}/tiedye", "animate", "-q", "--inputs", "x,y,z", "--loop", "on",
            "--antialias", 1, "--size", "{0}x{0}".format(film_side(options, title)), "--frames",
            film_frames(options, title), *FILMS[title], *more]


def record(options, title, kind):
    """The words of ffmpeg for a film, whose frames are then in the folder's file."""
    folder, film = f"{options.folder}/recorder", f"{options.folder}/film.{kind}"
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/ffmpeg", "w", encoding="utf-8") as file:
        file.write(RECORDER)
    os.chmod(f"{folder}/ffmpeg", 0o755)
    subprocess.run([*map(str, film_command(options, title, "-o", film))], check=True,
                   env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"})
    os.remove(film)
    with open(f"{folder}/words", encoding="utf-8") as file:
        return ["ffmpeg", *file.read().split("\0")[:-2], f"file:{film}"]


def encoder_command(options, title, kind):
    """The encoder alone, and what it reads: frames that were recorded."""
    frames, side = f"{options.folder}/recorder/frames", film_side(options, title)
    if kind in PIPED:
        return record(options, title, kind), frames
    return [f"{options.build}/bench_throughput", os.cpu_count(), "encode", kind, frames, side,
            side, film_frames(options, title), f"{options.folder}/film.{kind}"], None


def measure(command, out):
    """As pictures.measure; a command is words and the file that it reads, or None."""
    words, source = command
    with open(source or os.devnull, "rb") as file:
        done = subprocess.run([sys.executable, "-I", "-S", "bench/launch.py", *map(str, words)],
                              check=False, text=True, stdin=file, stdout=subprocess.PIPE)
    with open(out, "ab"):
        pass  # the format null writes none
    if done.returncode != 0:
        raise Failure(f"{' '.join(map(str, words))} has failed: {done.stdout}")
    return dict(zip(("wall", "cpu", "peak"), map(float, done.stdout.split()[-3:])))


def play_film(options, title, formats):
    """{what: measurements} of one film."""
    def turn(what, words, source, kind):
        who = f"tiedye, {what}" if kind == "null" else f"{title} as {what}"
        return what, who, (words, source), f"{options.folder}/film.{kind}"

    def draw(*words):
        return film_command(options, title, *words, "--format", "null", "-o",
                            f"{options.folder}/film.null")

    turns = [turn("drawn", draw(), None, "null"),
             turn("drawn, dense", draw("--engine", "dense"), None, "null"),
             turn("drawn, antialias 2", draw("--antialias", 2), None, "null")]
    record(options, title, "mp4")
    for kind in formats:
        words = film_command(options, title, "-o", f"{options.folder}/film.{kind}")
        turns.append(turn(kind, words, None, kind))
        turns.append(turn(f"{kind} alone", *encoder_command(options, title, kind), kind))
    found = pictures.race(options, turns, take=measure)
    return {"frames": film_frames(options, title), "found": found}


def play_films(options):
    formats = [kind for kind in FORMATS if kind not in PIPED or shutil.which("ffmpeg")]
    if len(formats) < len(FORMATS):
        say("no films by ffmpeg: apt install ffmpeg")
    films = {}
    for title in FILMS:
        say(f"films, {title}")
        films[title] = play_film(options, title, formats)
    shutil.rmtree(f"{options.folder}/recorder", ignore_errors=True)
    return films


# ---- The whole run --------------------------------------------------------------------------


def play_all(options):
    begin = time.monotonic()
    os.makedirs(options.folder, exist_ok=True)
    options.onnxruntime = not options.alone and run.install_onnxruntime(f"{options.folder}/node")
    versions = {}
    results = {**run.describe(options), "picture": options.picture, "frames": options.frames,
               "film": options.film}
    solids = {title: Solid(options, title) for title in NETWORKS}
    results["networks"] = {title: {"keys": solid.keys, "extent": solid.extent, "side": solid.side}
                           for title, solid in solids.items()}
    results["grids"], results["drawn"], results["peaks"] = play_solids(options, solids, versions)
    results["films"] = play_films(options)
    if shutil.which("ffmpeg"):
        versions["ffmpeg"] = run.first_line("ffmpeg", "-version").split(" Copyright")[0]
    results["versions"], results["took"] = versions, time.monotonic() - begin
    return results


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true",
                        help="2 rounds of 0.1 s, grids of 64, pictures of 128, 30 frames of 128")
    parser.add_argument("--rounds", type=int, help="[5]")
    parser.add_argument("--seconds", type=float, help="of each contestant in a round [0.3]")
    parser.add_argument("--grid", type=int, help="samples of the grids' sides [256]")
    parser.add_argument("--picture", type=int, help="pixels of the pictures' sides [512]")
    parser.add_argument("--film", type=int, help="pixels of the films' sides [512]")
    parser.add_argument("--frames", type=int, help="of a film [300]")
    run.add_options(parser)
    options = parser.parse_args()
    usual = (2, 0.1, 64, 128, 128, 30) if options.quick else (5, 0.3, 256, 512, 512, 300)
    for name, value in zip(("rounds", "seconds", "grid", "picture", "film", "frames"), usual):
        if getattr(options, name) is None:
            setattr(options, name, value)
    if min(options.rounds, options.grid, options.picture, options.film // 4,
           options.frames) < 1 or options.seconds <= 0:
        parser.error("rounds, seconds, frames and sizes are more than 0")
    options.side, options.check = options.grid, min(CHECK_SIDE, options.picture)
    options.batches, options.march = (1024, 8192, 65536), (8192, 32768)
    options.build, options.folder = map(os.path.abspath, (options.build, options.folder))
    return options


def main():
    run.play_part(read_options(), "volumes", volumes_report, play_all)


if __name__ == "__main__":
    run.start(main)
