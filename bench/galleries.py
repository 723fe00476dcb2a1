#!/usr/bin/env python3
"""bench/galleries.py: how many thumbnails `tiedye gallery` looks at in a second.

    bench/galleries.py                 a part of `make bench`
    bench/galleries.py --quick         few thumbnails, to see that all is well
    bench/galleries.py --update-docs   put the last run's report into docs/PERFORMANCE.md

Random recipes, and the seeds of the default recipe, on one core and on two, in turns; drawing,
looking and choosing included. The report goes to standard output and build/bench/galleries.txt,
all measurements to build/bench/galleries.json.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

import report
import run
from run import Failure, say
from volumes_report import cores as cores_had

BEGIN = "<!-- written by bench/galleries.py --update-docs -->\n"
KINDS = {"random": "random recipes", "seeds": "seeds of 32x6,3"}
AIM = 1000  # random recipes a second, on two cores


def measure(options, threads, kind, seed):
    """Thumbnails a second."""
    command = [f"{options.build}/bench_throughput", str(threads), "thumbnails", str(options.count),
               str(seed), kind]
    done = subprocess.run(command, text=True, check=False, stdout=subprocess.PIPE,
                          env={**os.environ, "OMP_WAIT_POLICY": "passive"})
    if done.returncode != 0:
        raise Failure("bench_throughput has failed")
    return float(done.stdout)


def play(options, contestants):
    """{kind: {threads: rates}}, where every round has a seed of its own; {threads: rates} of bare
    multiply-adds."""
    rates = {kind: {threads: [] for threads in contestants} for kind in KINDS}
    peaks = {threads: [] for threads in contestants}
    for number in range(1, options.rounds + 1):
        say(f"thumbnails, round {number} of {options.rounds}")
        for threads, tiedye in contestants.items():
            way = [way for way in tiedye.ways if way.startswith("peak ")][-1]
            peaks[threads].append(float(tiedye.ask("time", way, min(options.seconds, 0.3))))
            for kind, found in rates.items():
                found[threads].append(measure(options, threads, kind, number))
    return rates, peaks


def make(results):
    rates = results["rates"]
    median = {kind: {threads: statistics.median(found) for threads, found in mine.items()}
              for kind, mine in rates.items()}
    cores = list(next(iter(median.values())))
    lines = report.machine(results) + [
        "", f"{results['rounds']} rounds of {results['count']} thumbnails of 96 x 96 each, taking "
        "turns; medians.", *cores_had(results), *report.warnings(results), "",
        report.row("Thumbnails/s", [report.CORES[threads] for threads in cores])]
    lines += [report.row(KINDS[kind], [report.number(mine[threads]) for threads in cores])
              for kind, mine in median.items()]
    if 2 in cores:
        found = median["random"][2]
        lines += ["", report.row("Aim: random recipes", [f"{found:.0f}/{AIM}"]) +
                  (" ok" if found >= AIM else " --")]
    lines += ["", f"The run took {results['took'] / 60:.1f} minutes."]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="2 rounds of 200")
    parser.add_argument("--rounds", type=int, help="[5]")
    parser.add_argument("--count", type=int, help="thumbnails of a round [2000]")
    parser.add_argument("--seconds", type=float, default=1,
                        help="of bare multiply-adds, at most 0.3")
    parser.add_argument("--build", default="build/release", help="the programs [%(default)s]")
    parser.add_argument("--folder", default="build/bench", help="the files [%(default)s]")
    parser.add_argument("--update-docs", action="store_true",
                        help="put the last run's report into docs/PERFORMANCE.md, and run nothing")
    options = parser.parse_args()
    options.rounds = options.rounds or (2 if options.quick else 5)
    options.count = options.count or (200 if options.quick else 2000)
    if min(options.rounds, options.count) < 1:
        parser.error("rounds and thumbnails are more than 0")
    options.side = 96
    options.build, options.folder = map(os.path.abspath, (options.build, options.folder))
    return options


def main():
    options = read_options()
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    text_file = f"{options.folder}/galleries.txt"
    if options.update_docs:
        if not os.path.exists(text_file):
            raise Failure("there is no report yet: run make bench")
        report.update_docs(text_file, BEGIN)
        return
    if not os.path.exists(f"{options.build}/bench_throughput"):
        raise Failure(f"there is no {options.build}/bench_throughput: run make bench")
    os.makedirs(options.folder, exist_ok=True)
    begin = time.monotonic()
    contestants = {threads: run.Contestant("tiedye", [f"{options.build}/bench_throughput", threads])
                   for threads in [1, 2][:os.cpu_count()]}
    results = {**run.describe(options), "count": options.count,
               "versions": {"tiedye": contestants[1].version}}
    results["rates"], results["peaks"] = play(options, contestants)
    for tiedye in contestants.values():
        tiedye.end()
    results["took"] = time.monotonic() - begin
    with open(f"{options.folder}/galleries.json", "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1)
    text = make(results)
    with open(text_file, "w", encoding="utf-8") as file:
        file.write(text)
    print(text, end="")


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        say(failure)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
