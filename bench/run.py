#!/usr/bin/env python3
"""bench/run.py: tiedye and its peers on this machine, in the same run, taking turns.

    bench/run.py                 what `make bench` runs once everything is built
    bench/run.py --quick         fewer and shorter rounds, to see that all is well
    bench/run.py --update-docs   put the last run's report into docs/PERFORMANCE.md

Every contestant is a process that speaks the lines described in bench/throughput.c. All are given
the same weights and points, and one whose outputs differ gives no number. The report goes to
standard output and build/bench/report.txt, all measurements to build/bench/results.json.
"""

import argparse
import array
import datetime
import json
import os
import shutil
import subprocess
import sys
import time

import onnx_model
import report

NETWORKS = ["20,10,3", "64,64,3", "32x16,3", "256x3,3"]  # the layers of recipes
# Weights large enough that every layer bends, and small enough that rounding errors do not grow.
RECIPE = """v = 1
layers = {layers}
inputs = x,y
act = tanh
out = tanh
seed = 1
sigma_w = 1.2
extent = 2
size = {side}x{side}
palette = rgb
antialias = 1
engine = dense
"""
CHECK_STRIDE = 64  # as in bench/throughput.c
TOLERANCE = 1e-4
ONNXRUNTIME = "onnxruntime-node@1.30.0"


def say(text):
    print("bench:", text, file=sys.stderr, flush=True)


# ---- What everyone is given -----------------------------------------------------------------


def write_points(folder, side, extent=2):
    """x, y of the pixels' centres, row by row from the top; and those of every 64th row."""
    steps = [(2 * i + 1 - side) * extent / side for i in range(side)]
    with open(f"{folder}/points.f32", "wb") as points, open(f"{folder}/check.f32", "wb") as check:
        for i, y in enumerate(reversed(steps)):
            row = array.array("f", [value for x in steps for value in (x, y)])
            row.tofile(points)
            if i % CHECK_STRIDE == 0:
                row.tofile(check)


def write_network(build, file, layers, side):
    """FILE.tie, .safetensors and .onnx; returns the multiply-adds of one point."""
    with open(file + ".tie", "w", encoding="utf-8") as recipe:
        recipe.write(RECIPE.format(layers=layers, side=side))
    subprocess.run([f"{build}/tiedye", "weights", "-q", file + ".tie", "-o", file + ".safetensors"],
                   check=True)
    onnx_model.write(file)
    return sum(shape[0] * shape[1] for _, shape, _ in
               onnx_model.read_network(file + ".safetensors"))


# ---- Contestants ----------------------------------------------------------------------------


class Failure(Exception):
    pass


class Contestant:
    """A process that answers a line with a line."""

    def __init__(self, name, command):
        self.name = name
        self.process = subprocess.Popen([str(word) for word in command], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.version, *self.ways = self.read().split("\t")

    def read(self):
        answer = self.process.stdout.readline().rstrip("\n")
        if not answer:
            raise Failure(f"{self.name} has ended ({self.process.wait()})")
        if answer.startswith("error: "):
            raise Failure(f"{self.name}: {answer[len('error: '):]}")
        return answer

    def ask(self, *words):
        try:
            self.process.stdin.write("\t".join(map(str, words)) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # read says what has become of it
        return self.read()

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def python_with(module):
    """A Python that has a module; Debian's packages are for /usr/bin/python3."""
    for python in (sys.executable, "/usr/bin/python3"):
        test = subprocess.run([python, "-c", f"import {module}"], check=False,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if test.returncode == 0:
            return python
    return None


def install_package(folder, name, package, size):
    """Whether there is a package below `folder`, which npm is asked for once."""
    if os.path.exists(f"{folder}/node_modules/{package.split('@')[0]}/package.json"):
        return True
    if not shutil.which("npm") or not shutil.which("node"):
        say(f"no {name}: it needs node and npm")
        return False
    say(f"installing {package} from npm into {folder}, {size} on the disk")
    os.makedirs(folder, exist_ok=True)
    install = subprocess.run(["npm", "install", "--prefix", folder, "--ignore-scripts",
                              "--no-audit", "--no-fund", "--loglevel=error", package],
                             check=False, stdout=subprocess.DEVNULL)
    if install.returncode != 0:
        say(f"no {name}: npm has failed ({install.returncode})")
    return install.returncode == 0


def install_onnxruntime(folder):
    return install_package(folder, "ONNX Runtime", ONNXRUNTIME, "300 MB")


def find_peers(folder):
    """[(name, command without its arguments)] of those that are there."""
    peers = []
    if install_onnxruntime(f"{folder}/node"):
        peers.append(("ONNX Runtime", ["node", "bench/onnxruntime.mjs"]))
    for name, module in (("NumPy", "numpy"), ("PyTorch", "torch")):
        python = python_with(module)
        if python:
            peers.append((name, [python, "-B", "bench/python_peer.py", module]))
        else:
            say(f"no {name}: there is no python3 that has {module}")
    return peers


# ---- Rounds ---------------------------------------------------------------------------------


class Match:
    """All contestants on one network: self.rates[row] has a rate for each round."""

    enough = float("inf")  # seconds of a row: then it has no further turn
    within = TOLERANCE

    def __init__(self, file, options, folder, tell=say):
        self.file, self.options, self.folder, self.tell = file, options, folder, tell
        self.turns, self.rates, self.expected = [], {}, None

    def look(self, contestant, way, *stride, kind="f"):
        """What a way computes, a part of it."""
        path, found = f"{self.folder}/outputs.f32", array.array(kind)
        contestant.ask("check", way, path, *stride)
        with open(path, "rb") as file:
            found.frombytes(file.read())
        os.remove(path)
        return found

    def agrees(self, contestant, way):
        """Whether a way computes what the reference kernels do."""
        found = self.look(contestant, way)
        if self.expected is None:
            self.expected = found
        good = len(found) == len(self.expected) and all(
            abs(a - b) < self.within for a, b in zip(found, self.expected))
        if not good:
            self.tell(f"{contestant.name}, {way}: no number, for its outputs are others")
        return good

    def forgive(self, contestant, failure):
        """A peer that fails is left out; without tiedye there is nothing to compare."""
        if contestant.name == "tiedye":
            raise failure
        self.tell(failure)

    def enter(self, contestant, batches):
        """Tiedye enters first, with the reference as its first way."""
        contestant.ask("load", self.file)
        if contestant.name == "tiedye":
            self.turns += [(way, contestant, way) for way in contestant.ways
                           if not way.startswith(("field", "turned")) or
                           self.agrees(contestant, way)]
        else:
            self.turns += [(f"{contestant.name} {batch}", contestant, batch) for batch in batches
                           if self.agrees(contestant, batch)]

    def is_near_best(self, row, contestant):
        """Of a peer's batches only those that may turn out to be its best go on."""
        best = max(self.rates[other][0] for other, owner, _ in self.turns if owner is contestant)
        return contestant.name == "tiedye" or self.rates[row][0] > 0.8 * best

    def time(self, row, contestant, way, seconds):
        """Points a second."""
        return float(contestant.ask("time", way, seconds))

    def play(self):
        spent = {}
        for number in range(-1, self.options.rounds):  # the first is to get warm
            for turn in list(self.turns):
                row, contestant, way = turn
                brief = number < 0 or row.startswith("peak")
                seconds = self.options.seconds / (3 if brief else 1)
                begin = time.monotonic()
                if spent.get(row, 0) >= self.enough:
                    continue
                try:
                    rate = self.time(row, contestant, way, seconds)
                    self.rates.setdefault(row, []).append(rate)
                    spent[row] = spent.get(row, 0) + time.monotonic() - begin
                except Failure as failure:
                    self.forgive(contestant, failure)
                    self.turns.remove(turn)
                    self.rates.pop(row, None)
                time.sleep(0.01)  # threads that wait by spinning go to sleep
            if number < 0:
                self.turns = [turn for turn in self.turns if self.is_near_best(*turn[:2])]
                self.rates = {row: rates for row, rates in self.rates.items()
                              if spent[row] >= self.enough}
        return self.rates


def enter_all(options, threads, peers):
    """Tiedye, and of `peers` (as find_peers gives them) those that start."""
    contestants = [Contestant("tiedye", [f"{options.build}/bench_throughput", threads])]
    for name, command in peers:
        try:
            contestants.append(Contestant(name, command + [threads, options.folder]))
        except Failure as failure:
            say(failure)
    return contestants


def play_all(options, networks, peers):
    """{threads: {layers: {row: rates}}}, and the contestants' versions."""
    rates, versions = {}, {}
    for threads in [1, 2][:os.cpu_count()]:
        contestants = enter_all(options, threads, peers)
        tiedye = contestants[0]
        tiedye.ways = [way for way in tiedye.ways if report.is_wanted(way, tiedye.ways)]
        versions = {contestant.name: contestant.version for contestant in contestants}
        rates[threads] = {}
        for layers, network in networks.items():
            say(f"{report.CORES[threads]}, {layers}")
            match = Match(network["file"], options, options.folder)
            for contestant in contestants:
                try:
                    match.enter(contestant, options.batches)
                except Failure as failure:
                    match.forgive(contestant, failure)
            rates[threads][layers] = match.play()
        for contestant in contestants:
            contestant.end()
    return rates, versions


# ---- The whole run --------------------------------------------------------------------------


def first_line(*command):
    try:
        run = subprocess.run(command, text=True, check=True, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL)
        return run.stdout.split("\n")[0].strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def cpu_name():
    facts = {}
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            key, _, value = line.partition(":")
            facts.setdefault(key.strip(), value.strip())
    name = facts.get("model name", os.uname().machine)
    if "cpu family" in facts:
        name += f" (family {facts['cpu family']}, model {facts['model']})"
    return name


def compiler(build):
    with open(f"{build}/CMakeCache.txt", encoding="utf-8") as file:
        for line in file:
            if line.startswith("CMAKE_C_COMPILER:"):
                return first_line(line.split("=")[1].strip(), "--version")
    return "unknown"


def describe(options):
    return {"date": datetime.date.today().isoformat(), "cpu": cpu_name(),
            "cores": os.cpu_count(), "system": f"{os.uname().sysname} {os.uname().release}",
            "compiler": compiler(options.build), "load": os.getloadavg()[0],
            "commit": first_line("git", "describe", "--always", "--dirty"),
            "rounds": options.rounds, "seconds": options.seconds, "side": options.side}


def add_options(parser):
    """Those that all parts have."""
    parser.add_argument("--alone", action="store_true", help="without peers")
    parser.add_argument("--build", default="build/release", help="the programs [%(default)s]")
    parser.add_argument("--folder", default="build/bench", help="the files [%(default)s]")
    parser.add_argument("--update-docs", action="store_true",
                        help="put the last run's report into docs/PERFORMANCE.md, and run nothing")


def save(options, name, results, text):
    """All measurements as JSON, the report as text, which is printed too."""
    with open(f"{options.folder}/{name}.json", "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1)
    with open(f"{options.folder}/{name}.txt", "w", encoding="utf-8") as file:
        file.write(text)
    print(text, end="")


def play_part(options, name, page, play):
    """Another part of `make bench`, whose report is of the module `page`: run it, or update the
    documents with its last run."""
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    if options.update_docs:
        if not os.path.exists(f"{options.folder}/{name}.txt"):
            raise Failure("there is no report yet: run make bench")
        report.update_docs(f"{options.folder}/{name}.txt", page.BEGIN, page.END)
        return
    if not os.path.exists(f"{options.build}/bench_throughput"):
        raise Failure(f"there is no {options.build}/bench_throughput: run make bench")
    results = play(options)
    save(options, name, results, page.make(results))


def run(options):
    os.makedirs(options.folder, exist_ok=True)
    begin = time.monotonic()
    results = describe(options)
    write_points(options.folder, options.side)
    networks = {}
    for layers in NETWORKS:
        file = f"{options.folder}/{layers.replace(',', '-')}"
        networks[layers] = {"file": file, "multiply_adds":
                            write_network(options.build, file, layers, options.side)}
    results["networks"] = networks
    peers = [] if options.alone else find_peers(options.folder)
    results["rates"], results["versions"] = play_all(options, networks, peers)
    results["took"] = time.monotonic() - begin
    with open(f"{options.folder}/results.json", "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1)
    text = report.make(results)
    with open(f"{options.folder}/report.txt", "w", encoding="utf-8") as file:
        file.write(text)
    print(text, end="")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="3 rounds of 0.1 s")
    parser.add_argument("--rounds", type=int, help="[7]")
    parser.add_argument("--seconds", type=float, help="of each contestant in a round [0.3]")
    parser.add_argument("--side", type=int, default=1024, help="pixels of a picture's side [1024]")
    add_options(parser)
    options = parser.parse_args()
    if options.rounds is None:
        options.rounds = 3 if options.quick else 7
    if options.seconds is None:
        options.seconds = 0.1 if options.quick else 0.3
    options.batches = [1024, 8192, 65536, options.side ** 2]
    options.build, options.folder = map(os.path.abspath, (options.build, options.folder))
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    if min(options.rounds, options.side) < 1 or options.seconds <= 0:
        parser.error("rounds, seconds and pixels are more than 0")
    if not options.update_docs and not os.path.exists(f"{options.build}/bench_throughput"):
        raise Failure(f"there is no {options.build}/bench_throughput: run make bench")
    if options.update_docs and not os.path.exists(f"{options.folder}/report.txt"):
        raise Failure("there is no report yet: run make bench")
    if options.update_docs:
        report.update_docs(f"{options.folder}/report.txt")
    else:
        run(options)


def start(command):
    """A part's main, and what becomes of its failure."""
    try:
        command()
    except Failure as failure:
        say(failure)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    start(main)
