#!/usr/bin/env python3
"""bench/pictures.py: whole pictures by the spectral engine, the dense one, and peers.

    bench/pictures.py                 the second part of `make bench`
    bench/pictures.py --quick         small pictures and few rounds, to see that all is well
    bench/pictures.py --update-docs   put the last run's report into docs/PERFORMANCE.md

Three parts: how many points a second are drawn into memory, on one core; how long commands take
from a recipe or a model to a PNG, on all cores; and what tiedye takes for very large pictures and
for sheets. A peer whose picture is another gives no number. The report goes to standard output and
build/bench/pictures.txt, all measurements to build/bench/pictures.json.
"""

import argparse
import os
import subprocess
import sys
import time

import onnx_model
import pictures_report
import png
import report
import run
from run import Failure, say

UNSCALED = "init = unscaled\nsigma_w = 1\nsigma_b = 1\n"
NETWORKS = {"20,10,3": (UNSCALED, 5), "100,50,3": (UNSCALED, 5), "16x8,3": ("sigma_w = 1.5\n", 2),
            "30x27,3": ("sigma_w = 1.3\n", 2.6), "256x3,3": ("sigma_w = 1.7\n", 2)}
RECIPE = """v = 1
layers = {layers}
inputs = x,y
act = tanh
out = tanh
seed = 1
{keys}extent = {extent}
size = {side}x{side}
palette = rgb
tone = affine
antialias = 1
"""
SHARP = "sharp@0.35.5"
SHARP_VERSION = """const {versions} = require('%s/node_modules/sharp');
console.log(`sharp ${versions.sharp} (libpng ${versions.png}, zlib-ng ${versions['zlib-ng']})`)"""
PILLOW_VERSION = """import torch, PIL
print(f'PyTorch {torch.__version__}, Pillow {PIL.__version__}')"""
CHECK_SIDE = 256  # of the pictures that are compared
OFF = 0.001       # the share of samples that may be off by more than one code
ENOUGH = 10       # seconds of a command on one network; then it has no further turn
LARGE = "20,10,3"  # is drawn as a very large picture too


class Network:
    """FILE-SIDE.tie, FILE.safetensors and FILE.onnx of one network."""

    def __init__(self, options, layers):
        self.layers, (self.keys, self.extent) = layers, NETWORKS[layers]
        self.file = f"{options.folder}/picture-{layers.replace(',', '-')}"
        for side in {*options.sides, options.large, options.check}:
            self.write_recipe(side)
        subprocess.run([f"{options.build}/tiedye", "weights", "-q", self.recipe(options.check),
                        "-o", self.file + ".safetensors"], check=True)
        onnx_model.write(self.file)

    def recipe(self, side):
        return f"{self.file}-{side}.tie"

    def write_recipe(self, side):
        with open(self.recipe(side), "w", encoding="utf-8") as file:
            file.write(RECIPE.format(layers=self.layers, keys=self.keys, extent=self.extent,
                                     side=side))


# ---- The field alone ------------------------------------------------------------------------


class Drawer(run.Contestant):
    """tiedye with pictures of one side; its ways are the best kernels of either engine."""

    def __init__(self, options, side):
        super().__init__("tiedye", [f"{options.build}/bench_throughput", 1])
        self.side = side
        self.kernels = {f"{engine} {side}": report.best_ways(self.ways, kind)[0]
                        for engine, kind in (("spectral", "spectral"), ("dense", "picture"))}
        self.ways = list(self.kernels)

    def ask(self, request, word, *words):
        """The file of the side, and the name of the way."""
        word = f"{word}-{self.side}" if request == "load" else self.kernels.get(word, word)
        return super().ask(request, word, *words)


def enter_onnxruntime(match, options, network, drawer):
    """ONNX Runtime gets the points of the network's view, and must agree with the reference."""
    run.write_points(options.folder, drawer.side, network.extent)
    peer = run.Contestant("ONNX Runtime", ["node", "bench/onnxruntime.mjs", 1, options.folder])
    drawer.ask("load", network.file)
    match.agrees(drawer, "field ref")  # is what others are compared with
    match.enter(peer, [batch for batch in (1024, 8192, 65536, 1048576)
                       if batch <= drawer.side ** 2])
    return peer


def play_field(options, network, versions):
    """{row: rates}: points a second on one core."""
    match = run.Match(network.file, options, options.folder)
    contestants = [Drawer(options, side) for side in options.sides]
    versions["tiedye"] = contestants[0].version
    if options.onnxruntime:
        try:
            peer = enter_onnxruntime(match, options, network, contestants[0])
            versions["ONNX Runtime"] = peer.version
            contestants.append(peer)
        except Failure as failure:
            say(failure)
    for drawer in contestants[:len(options.sides)]:
        match.enter(drawer, [])
    rates = match.play()
    for contestant in contestants:
        contestant.end()
    return rates


# ---- Whole commands -------------------------------------------------------------------------


def measure(command, out):
    """{wall, cpu, peak} of a command that writes `out`: seconds, and bytes."""
    if os.path.exists(out):
        os.remove(out)
    done = subprocess.run([sys.executable, "-I", "-S", "bench/launch.py", *map(str, command)],
                          check=False, text=True, stdout=subprocess.PIPE)
    if done.returncode != 0 or not os.path.exists(out):
        raise Failure(f"{' '.join(map(str, command))} has failed")
    return dict(zip(("wall", "cpu", "peak"), map(float, done.stdout.split())))


def tiedye_command(options, engine):
    return lambda network, side, out: [f"{options.build}/tiedye", "render", network.recipe(side),
                                       "--engine", engine, "-q", "-o", out]


def find_commands(options, versions):
    """{name: function of a network, a side and a file that gives a command}"""
    commands = {f"tiedye, {engine}": tiedye_command(options, engine)
                for engine in ("dense", "spectral")}
    if options.onnxruntime and run.install_package(f"{options.folder}/node", "sharp", SHARP,
                                                   "20 MB"):
        versions["sharp"] = run.first_line("node", "-e",
                                           SHARP_VERSION % f"{options.folder}/node")
        commands["ONNX Runtime, sharp"] = lambda network, side, out: [
            "node", "bench/onnx_picture.mjs", network.file + ".onnx", side, network.extent, out]
    python = None if options.alone else run.python_with("numpy, torch, PIL.Image")
    if python:
        versions["PyTorch"] = run.first_line(python, "-c", PILLOW_VERSION)
        commands["PyTorch, Pillow"] = lambda network, side, out: [
            python, "-B", "bench/torch_picture.py", network.file + ".safetensors", side,
            network.extent, out]
    elif not options.alone:
        say("no PyTorch: there is no python3 that has numpy, torch and PIL")
    return commands


def is_alike(one, other):
    """Whether two pictures, as png.read gives them, are the same but for a code or few samples."""
    off = sum(abs(a - b) > 1 for a, b in zip(one[2], other[2]))
    return one[:2] == other[:2] and off <= OFF * len(one[2])


def choose_alike(options, network, commands, tell=say):
    """The commands whose picture is that of tiedye's dense engine, which is the first."""
    out, good, expected = f"{options.folder}/picture.png", {}, None
    for name, command in commands.items():
        try:
            measure(command(network, options.check, out), out)
            found = png.read(out)
        except (Failure, ValueError) as failure:
            if expected is None:
                raise
            tell(f"{name}, {network.layers}: no number: {failure}")
            continue
        expected = expected or found
        if is_alike(found, expected):
            good[name] = command
        else:
            tell(f"{name}, {network.layers}: no number, for its picture is another")
    return good


def race(options, turns, tell=say, take=measure):
    """{key: measurements} of turns (key, who, command, out); who has had enough time has no
    further turn, but everything is measured once. A peer that fails is left out."""
    found, spent, failed = {}, {}, set()
    for _ in range(options.rounds):
        for key, who, command, out in turns:
            if who in failed or key in found and spent[who] >= ENOUGH:
                continue
            try:
                measured = take(command, out)
            except Failure as failure:
                if who.startswith("tiedye"):
                    raise
                tell(f"{who}: no number: {failure}")
                failed.add(who)
                continue
            found.setdefault(key, []).append(measured)
            spent[who] = spent.get(who, 0) + measured["wall"]
            os.remove(out)
    return {key: found[key] for key, who, _, _ in turns if who not in failed}


def play_commands(options, network, commands):
    """{side: {name: measurements}}"""
    out = f"{options.folder}/picture.png"
    commands = choose_alike(options, network, commands)
    found = race(options, [((side, name), name, command(network, side, out), out)
                           for side in options.sides for name, command in commands.items()])
    return {side: {name: found[side, name] for name in commands if (side, name) in found}
            for side in options.sides}


def play_alone(options, network):
    """{title: measurements} of what is measured of tiedye only."""
    large, sheet = f"{options.folder}/picture.png", f"{options.folder}/sheet.png"
    return race(options, [
        (f"{LARGE}, {options.large} x {options.large}", "tiedye, large",
         tiedye_command(options, "spectral")(network, options.large, large), large),
        ("sheet of 32, 256 x 256 each", "tiedye, sheet",
         [f"{options.build}/tiedye", "sheet", "--layers", "20,10,3", "--count", 32, "--columns", 8,
          "--size", "256x256", "-q", "-o", sheet], sheet)])


# ---- The whole run --------------------------------------------------------------------------


def play_all(options):
    begin = time.monotonic()
    os.makedirs(options.folder, exist_ok=True)
    options.onnxruntime = not options.alone and run.install_onnxruntime(f"{options.folder}/node")
    versions = {}
    results = {**run.describe(options), "sides": options.sides, "large": options.large}
    networks = {layers: Network(options, layers) for layers in NETWORKS}
    results["networks"] = {layers: {"keys": network.keys, "extent": network.extent}
                           for layers, network in networks.items()}
    results["rates"], results["commands"] = {1: {}}, {}
    for layers, network in networks.items():
        say(f"the field, {layers}")
        results["rates"][1][layers] = play_field(options, network, versions)
    commands = find_commands(options, versions)
    for layers, network in networks.items():
        say(f"commands, {layers}")
        results["commands"][layers] = play_commands(options, network, commands)
    say(f"tiedye alone, {options.large} x {options.large}")
    results["alone"] = play_alone(options, networks[LARGE])
    results["versions"], results["took"] = versions, time.monotonic() - begin
    return results


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true",
                        help="3 rounds of 0.1 s, sides 256 and 1024, 4096 for 32768")
    parser.add_argument("--rounds", type=int, help="[7]")
    parser.add_argument("--seconds", type=float, help="of each contestant in a round [0.3]")
    parser.add_argument("--sides", help="pixels of the pictures' sides [1024,4096]")
    parser.add_argument("--large", type=int, help="pixels of the large picture's side [32768]")
    run.add_options(parser)
    options = parser.parse_args()
    usual = (3, 0.1, "256,1024", 4096) if options.quick else (7, 0.3, "1024,4096", 32768)
    for name, value in zip(("rounds", "seconds", "sides", "large"), usual):
        if getattr(options, name) is None:
            setattr(options, name, value)
    options.sides = [int(side) for side in options.sides.split(",")]
    if min(options.rounds, options.large, *options.sides) < 1 or options.seconds <= 0:
        parser.error("rounds, seconds and pixels are more than 0")
    options.side = options.sides[0]
    options.check = min(CHECK_SIDE, options.sides[-1])
    options.build, options.folder = map(os.path.abspath, (options.build, options.folder))
    return options


def main():
    run.play_part(read_options(), "pictures", pictures_report, play_all)


if __name__ == "__main__":
    run.start(main)
