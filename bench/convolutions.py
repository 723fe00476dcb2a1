#!/usr/bin/env python3
"""bench/convolutions.py: layers that are convolutions, next to ONNX Runtime's.

    bench/convolutions.py                 the fourth part of `make bench`
    bench/convolutions.py --quick         small rasters, few rounds
    bench/convolutions.py --update-docs   put the last run's report into docs/PERFORMANCE.md

Both are given the same weights and compute the same cells of the last layer from the same channels
of the first (onnx_conv.mjs); who computes something else gives no number. The report goes to
standard output and build/bench/convolutions.txt, all measurements to
build/bench/convolutions.json.
"""

import argparse
import json
import os
import subprocess
import time

import convolutions_report
import onnx_model
import report
import run
from run import Failure, say

# {title: (channels, axes, convolutions)}
STACKS = {"16 channels": (16, 2, 1), "64 channels": (64, 2, 1),
          "16 channels in space": (16, 3, 1), "3 x 16 channels": (16, 2, 3),
          "3 x 64 channels": (64, 2, 3), "3 x 16 channels in space": (16, 3, 3)}
SIZE = 3  # of all kernels
# Channels of the first layer are waves some cells long, so that every tap counts.
RECIPE = """v = 1
{draw}layers = {channels}:sin,{convolutions}
channels = {channels}
inputs = {inputs}
act = identity
out = identity
seed = 1
sigma_w = {scale}
size = {size}
raster = {side}
"""
WAVE = 1 / 8      # of the channels, of the cells' number
CHECK_STRIDE = 61  # of lines that are compared: prime, so that those of all channels differ
ENOUGH = 10        # seconds of a way on one stack; then it has no further turn


class Stack:
    """FILE.tie, FILE.onnx and FILE.json."""

    def __init__(self, options, title):
        self.channels, self.axes, self.count = STACKS[title]
        self.side = options.cube if self.axes == 3 else options.side
        self.file = f"{options.folder}/convolutions-{self.count}-{self.channels}-{self.axes}"
        with open(self.file + ".tie", "w", encoding="utf-8") as file:
            file.write(self.recipe())
        subprocess.run([f"{options.build}/tiedye", "weights", "-q", self.file + ".tie", "-o",
                        self.file + ".safetensors"], check=True)
        self.write_model()

    def recipe(self):
        size = "x".join([str(self.side)] * self.axes)
        return RECIPE.format(draw="draw = volume\n" if self.axes == 3 else "", size=size,
                             channels=self.channels, inputs="x,y,z"[:2 * self.axes - 1],
                             side=self.side, scale=WAVE * self.side,
                             convolutions=",".join([f"conv{SIZE} {self.channels}"] * self.count))

    def shape(self, made):
        """Of the channels that `made` convolutions have made."""
        side = self.side + (SIZE - 1) * (self.count - made)
        return [1, self.channels] + [side] * self.axes

    def write_model(self):
        inputs, outputs = self.shape(0), self.shape(self.count)
        layers = onnx_model.read_network(self.file + ".safetensors")[1:]
        with open(self.file + ".onnx", "wb") as file:
            file.write(onnx_model.convolutions(layers, inputs, outputs))
        with open(self.file + ".json", "w", encoding="utf-8") as file:
            json.dump({"inputs": inputs, "outputs": outputs}, file)

    def multiply_adds(self):
        """Of all cells that somebody looks at."""
        return sum(self.channels ** 2 * SIZE ** self.axes * self.shape(made)[-1] ** self.axes
                   for made in range(1, self.count + 1))


def kernels_of(ways):
    """The instruction sets that have fused kernels, with and without them; or the best one."""
    sets = [way.split(" ", 1)[1] for way in ways if way.startswith("field ")]
    fused = [cpu for cpu in sets if cpu + " --fast" in sets or cpu.endswith(" --fast")]
    return fused or sets[-1:]


class Bout(run.Match):
    """Rates are operations a second."""

    enough = ENOUGH

    def __init__(self, stack, options):
        super().__init__(stack.file, options, options.folder)
        self.operations = 2 * stack.multiply_adds()

    def look(self, contestant, way, *_, **__):
        return super().look(contestant, way, CHECK_STRIDE)

    def agrees(self, contestant, way):
        if self.expected is None:
            self.expected = self.look(contestant, way)
            self.within = run.TOLERANCE * max(map(abs, self.expected))
        return super().agrees(contestant, way)

    def enter(self, contestant, batches):
        """Tiedye enters first, and leaves what the convolutions are fed in a file."""
        contestant.ask("load", self.file)
        ways = {contestant.name: ""}
        if contestant.name == "tiedye":
            ways = {cpu: f"layers {cpu}" for cpu in kernels_of(contestant.ways)}
            contestant.ask("feed", next(iter(ways.values())), self.file + ".f32")
            self.turns += [(way, contestant, way)
                           for way in report.best_ways(contestant.ways, "peak")]
        self.turns += [(row, contestant, way) for row, way in ways.items()
                       if self.agrees(contestant, way)]

    def time(self, row, contestant, way, seconds):
        rate = super().time(row, contestant, way, seconds)
        return rate if row.startswith("peak ") else rate * self.operations


def hold(options, stack, contestants):
    bout = Bout(stack, options)
    for contestant in contestants:
        try:
            bout.enter(contestant, ())
        except Failure as failure:
            bout.forgive(contestant, failure)
    os.remove(stack.file + ".f32")
    return bout.play()


def play_all(options):
    begin = time.monotonic()
    os.makedirs(options.folder, exist_ok=True)
    results = {**run.describe(options), "cube": options.cube, "rates": {}, "versions": {}}
    stacks = {title: Stack(options, title) for title in STACKS}
    peers = []
    if not options.alone and run.install_onnxruntime(f"{options.folder}/node"):
        peers = [("ONNX Runtime", ["node", "bench/onnx_conv.mjs"])]
    for threads in [1, 2][:os.cpu_count()]:
        contestants = run.enter_all(options, threads, peers)
        results["versions"] = {one.name: one.version for one in contestants}
        results["rates"][threads] = {}
        for title, stack in stacks.items():
            say(f"{report.CORES[threads]}, {title}")
            results["rates"][threads][title] = hold(options, stack, contestants)
        for contestant in contestants:
            contestant.end()
    results["stacks"] = STACKS
    results["took"] = time.monotonic() - begin
    return results


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true",
                        help="2 rounds of 0.1 s, rasters of 256 x 256 and 32 x 32 x 32")
    parser.add_argument("--rounds", type=int, help="[5]")
    parser.add_argument("--seconds", type=float, help="of each contestant in a round [0.3]")
    parser.add_argument("--side", type=int, help="cells of the planes' sides [1024]")
    parser.add_argument("--cube", type=int, help="cells of the cubes' sides [128]")
    run.add_options(parser)
    options = parser.parse_args()
    usual = (2, 0.1, 256, 32) if options.quick else (5, 0.3, 1024, 128)
    for name, value in zip(("rounds", "seconds", "side", "cube"), usual):
        if getattr(options, name) is None:
            setattr(options, name, value)
    if min(options.rounds, options.side, options.cube) < 1 or options.seconds <= 0:
        parser.error("rounds, seconds and cells are more than 0")
    options.build, options.folder = map(os.path.abspath, (options.build, options.folder))
    return options


def main():
    run.play_part(read_options(), "convolutions", convolutions_report, play_all)


if __name__ == "__main__":
    run.start(main)
