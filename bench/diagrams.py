#!/usr/bin/env python3
"""bench/diagrams.py: how long `tiedye diagram` takes, and how large its pictures are.

    bench/diagrams.py                 a part of `make bench`
    bench/diagrams.py --quick         few rounds, to see that all is well
    bench/diagrams.py --update-docs   put the last run's report into docs/PERFORMANCE.md

Built-in networks, and one of 9,900 operators, drawn folded and unfolded, and by Graphviz's dot, in
turns. dot is given the same layers, as tiedye says them, or all operators of the large one. The
report goes to standard output and build/bench/diagrams.txt, all measurements to
build/bench/diagrams.json.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time

import report
import run
from onnx_model import IR_VERSION, OPSET, field, tensor
from run import Failure, say

BEGIN = "<!-- written by bench/diagrams.py --update-docs -->\n"
NETWORKS = ("resnet-152", "inception-v4", "vit-b-16", "gpt-2")
LARGE = "9,900 operators"
WAYS = ("folded", "unfolded", "dot")
EXPORT = "tests/foreign/export_networks.py"
# Seconds and MB.
AIMS = {"the library, 9,900 operators": 0.05, "a file of 240 MB": 0.1, "its memory": 50}

# ---- Networks -------------------------------------------------------------------------------


def large_operators(layers=100):
    """[(type, name, inputs)]: each layer 24 times convolution, ReLU, convolution and a sum with
    what came in, and once without the second convolution."""
    operators, last = [], "x"
    for number in range(layers * 25):
        kinds = ("Conv", "Relu", "Conv", "Add") if number % 25 < 24 else ("Conv", "Relu", "Add")
        begin = last
        for place, kind in enumerate(kinds):
            name = f"n{number}_{place}"
            inputs = [last, begin] if kind == "Add" else [last]
            operators.append((kind, name, inputs))
            last = name
    return operators


def write_large(path):
    """The same as an ONNX file, each convolution with weights of its own."""
    def end(name):
        sizes = b"".join(field(1, field(1, size)) for size in (1, 8, 16, 16))
        return field(1, name) + field(2, field(1, field(1, 1) + field(2, sizes)))

    nodes, weights = [], []
    for kind, name, inputs in large_operators():
        if kind == "Conv":
            weights.append(field(5, tensor(f"{name}.w", (8, 8, 1, 1), bytes(256))))
            inputs = [*inputs, f"{name}.w"]
        nodes.append(field(1, b"".join(field(1, source) for source in inputs) + field(2, name) +
                           field(3, name) + field(4, kind)))
    graph = (b"".join(nodes) + field(2, "large") + b"".join(weights) + field(11, end("x")) +
             field(12, end(name)))
    with open(path, "wb") as file:
        file.write(field(1, IR_VERSION) + field(7, graph) + field(8, field(2, OPSET)))


def write_dot(path, edges):
    """edges: {box: (words, [boxes that it takes from])}."""
    lines = ["digraph {", "node [shape=box, fontname=\"DejaVu Sans\", fontsize=8.3, height=0.2]"]
    for box, (words, sources) in edges.items():
        lines.append(f'{box} [label="{words}"]')
        lines += [f"{source} -> {box}" for source in sources]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join([*lines, "}", ""]))


def layers_as_edges(found):
    def box(number):
        return f"l{number}" if number >= 0 else f"i{-number}"
    return {box(number): (" ".join(filter(None, [layer["what"], layer["width"], layer["marks"]])),
                          map(box, layer["inputs"]))
            for number, layer in enumerate(found["layers"])}


def prepare(options):
    """{name: {source, dot, boxes, layers, operators}}, files included."""
    large = f"{options.folder}/large.onnx"
    write_large(large)
    networks = {}
    for name, source in [*((name, "@" + name) for name in NETWORKS), (LARGE, large)]:
        found = json.loads(subprocess.run([options.tiedye, "diagram", source, "--json"], text=True,
                                          check=True, stdout=subprocess.PIPE).stdout)
        edges = layers_as_edges(found)
        if name == LARGE:
            edges = {box: (kind, sources) for kind, box, sources in large_operators()}
        path = f"{options.folder}/{os.path.basename(source).lstrip('@')}.dot"
        write_dot(path, edges)
        networks[name] = {"source": source, "dot": path, "boxes": len(edges),
                          "folds": [fold["count"] for fold in found["folds"]]}
    return networks


# ---- Rounds ---------------------------------------------------------------------------------


def clock(command, limit=None):
    """Seconds, peak of memory in MB; None where it takes longer than `limit` seconds."""
    begin = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while limit is not None and process.poll() is None:
            if time.monotonic() - begin > limit:
                process.kill()
                return None
            time.sleep(0.002)
        if limit is None:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        took = time.monotonic() - begin
    if process.returncode != 0:
        raise Failure(f"{command[0]} has failed ({process.returncode})")
    return took, None if limit is not None else usage.ru_maxrss * 1024 / 1e6


def size_of(path):
    """Width and height in points."""
    with open(path, encoding="utf-8") as file:
        head = file.read(2000)
    return [float(re.search(rf'<svg[^>]* {name}="([\d.]+)pt"', head, re.DOTALL).group(1))
            for name in ("width", "height")]


def command_of(options, network, way, picture):
    if way == "dot":
        return ["dot", "-Tsvg", network["dot"], "-o", picture]
    return [options.tiedye, "diagram", network["source"], "-q", "-o", picture,
            *(["--unfold"] if way == "unfolded" else [])]


def play(options, networks):
    """Fills in seconds and sizes by way: None where dot does not come to an end."""
    there = shutil.which("dot")
    if not there:
        say("no dot: it is Debian's package graphviz")
    for name, network in networks.items():
        say(f"diagrams, {name}")
        network["seconds"], network["size"] = {way: [] for way in WAYS}, {}
        for _ in range(options.rounds):
            for way in WAYS:
                if way == "dot" and (not there or network["seconds"]["dot"] is None):
                    continue
                picture = f"{options.folder}/{way}.svg"
                found = clock(command_of(options, network, way, picture),
                              options.limit if way == "dot" else None)
                if found is None:
                    network["seconds"][way] = None
                    continue
                network["seconds"][way].append(found[0])
                network["size"][way] = size_of(picture)


def ask_library(options, network):
    """Seconds to read and fold, and to draw."""
    done = subprocess.run([f"{options.build}/bench_throughput", "1", "diagram", network["source"],
                           str(options.times)], text=True, check=True, stdout=subprocess.PIPE)
    return [float(word) for word in done.stdout.split()]


def export_file(options):
    """ResNet-152 as torch writes it, once; None without torch."""
    path = f"{options.folder}/resnet152.onnx"
    if options.large_file or os.path.exists(path):
        return options.large_file or path
    python = run.python_with("torchvision")
    if python is None or options.quick:
        return None
    say("writing ResNet-152 with torch, 240 MB")
    done = subprocess.run([python, "-B", EXPORT, "resnet152", "-o", options.folder], check=False,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return path if done.returncode == 0 else None


def read_file(options):
    """Of a large file: its size in MB, seconds, peaks of memory."""
    path = export_file(options)
    if path is None:
        return None
    picture = f"{options.folder}/folded.svg"
    found = [clock([options.tiedye, "diagram", path, "-q", "-o", picture])
             for _ in range(options.rounds)]
    return {"size": os.path.getsize(path) / 1e6, "seconds": [took for took, _ in found],
            "peaks": [peak for _, peak in found]}


# ---- The report -----------------------------------------------------------------------------


def times(network, limit):
    median = {way: statistics.median(found) if found else None
              for way, found in network["seconds"].items()}
    dot = network["seconds"]["dot"]
    cells = ["-" if median[way] is None else f"{1e3 * median[way]:.1f}" for way in WAYS]
    if dot is None:
        cells[2] = f"> {1e3 * limit:.0f}"
    ratio = limit / median["folded"] if dot is None else (median["dot"] or 0) / median["folded"]
    cells.append("-" if not ratio else f"{'> ' if dot is None else ''}{ratio:.1f}x")
    return cells


def sizes(network):
    return ["{:.0f} x {:.0f}".format(*network["size"][way]) if way in network["size"] else "-"
            for way in WAYS]


def aims(results):
    found = {"the library, 9,900 operators": sum(results["networks"][LARGE]["library"])}
    if results["file"]:
        found["a file of 240 MB"] = statistics.median(results["file"]["seconds"])
        found["its memory"] = max(results["file"]["peaks"])
    return [report.row(name, [f"{value:.3f}/{AIMS[name]:g} s" if AIMS[name] < 1 else
                              f"{value:.0f}/{AIMS[name]:g} MB",
                              "ok" if value <= AIMS[name] else "--"])
            for name, value in found.items()]


def make(results):
    networks = results["networks"]
    lines = report.machine(results) + ["", f"{results['rounds']} rounds, taking turns; medians.",
                                       *report.warnings(results)]
    lines += ["", report.row("Milliseconds", [*WAYS, "dot, times"])]
    lines += [report.row(name, times(network, results["limit"]))
              for name, network in networks.items()]
    lines += ["", f"{'Points':<20}" + "".join(f"{way:>19}" for way in WAYS)]
    lines += [f"{name:<20}" + "".join(f"{cell:>19}" for cell in sizes(network))
              for name, network in networks.items()]
    lines += ["", report.row("The library alone, ms", ["boxes of dot", "read, folded", "drawn"])]
    lines += [report.row(name, [network["boxes"],
                                *(f"{1e3 * took:.2f}" for took in network["library"])])
              for name, network in networks.items()]
    lines += ["", "Aims", *aims(results), "",
              f"The run took {results['took'] / 60:.1f} minutes."]
    return "\n".join(line.rstrip() for line in lines) + "\n"


# ---- All of it ------------------------------------------------------------------------------


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="2 rounds, dot no longer than 5 s")
    parser.add_argument("--rounds", type=int, help="[7]")
    parser.add_argument("--seconds", type=float, default=1, help="nothing here takes turns by time")
    parser.add_argument("--limit", type=float, help="seconds that dot may take [60]")
    parser.add_argument("--large-file", help="ResNet-152 as an ONNX file, else torch writes it")
    parser.add_argument("--build", default="build/release", help="the programs [%(default)s]")
    parser.add_argument("--folder", default="build/bench", help="the files [%(default)s]")
    parser.add_argument("--update-docs", action="store_true",
                        help="put the last run's report into docs/PERFORMANCE.md, and run nothing")
    options = parser.parse_args()
    options.rounds = options.rounds or (2 if options.quick else 7)
    options.limit = options.limit or (5 if options.quick else 60)
    options.times = 3 if options.quick else 20
    options.side = 0
    options.build, options.folder = map(os.path.abspath, (options.build, options.folder))
    options.tiedye = f"{options.build}/tiedye"
    return options


def main():
    options = read_options()
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    text_file = f"{options.folder}/diagrams.txt"
    if options.update_docs:
        if not os.path.exists(text_file):
            raise Failure("there is no report yet: run make bench")
        report.update_docs(text_file, BEGIN)
        return
    if not os.path.exists(f"{options.build}/bench_throughput"):
        raise Failure(f"there is no {options.build}/bench_throughput: run make bench")
    os.makedirs(options.folder, exist_ok=True)
    begin = time.monotonic()
    results = {**run.describe(options), "limit": options.limit,
               "versions": {"tiedye": run.first_line(options.tiedye, "--version")}}
    if shutil.which("dot"):
        results["versions"]["dot"] = subprocess.run(["dot", "-V"], text=True, check=False,
                                                    capture_output=True).stderr.strip()
    networks = results["networks"] = prepare(options)
    play(options, networks)
    for network in networks.values():
        network["library"] = ask_library(options, network)
    results["file"] = read_file(options)
    results["took"] = time.monotonic() - begin
    with open(f"{options.folder}/diagrams.json", "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1)
    text = make(results)
    with open(text_file, "w", encoding="utf-8") as file:
        file.write(text)
    print(text, end="")


if __name__ == "__main__":
    run.start(main)
