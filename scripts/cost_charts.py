#!/usr/bin/env python3
"""scripts/cost_charts.py [TIEDYE]: how many evaluations the spectral engine takes a pixel, against
the resolution and against the scale of the weights, as charts for docs/PERFORMANCE.md.

Writes docs/charts/cost-by-*.dat (the numbers) and .gp (the script of the chart), and with gnuplot
(gnuplot-nox) the .png beside them. Takes two minutes."""

import json
import math
import os
import shutil
import subprocess
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
CHARTS = os.path.join(ROOT, "docs", "charts")
UNSCALED = "init=unscaled&sigma_w=1&sigma_b=1&extent=5"
NETWORKS = {"20,10,3": UNSCALED, "100,50,3": UNSCALED, "16x8,3": "sigma_w=1.5",
            "30x27,3": "sigma_w=1.3&extent=2.6", "256x3,3": "sigma_w=1.7"}
SIDES = [2 ** power for power in range(8, 16)]
DEPTHS = (2, 4, 8, 16)
SIGMA_B = 0.3
SCALES = [0.5 + 0.125 * step for step in range(29)]
COLOURS = ("#7b3294", "#c2588b", "#e66101", "#2a9d8f", "#3366aa")

HEAD = """set terminal pngcairo size 900,520 font 'DejaVu Sans,11'
set output '{name}.png'
set border 3 lc rgb '#555555'
set tics nomirror textcolor rgb '#333333'
set grid ytics lc rgb '#dddddd'
set logscale y
set format y '%g'
set ylabel 'network evaluations per pixel'
set yrange [{low}:2]
set key {key} Left reverse samplen 2
"""


def evaluations(tiedye, link):
    """A pixel, drawn without antialiasing."""
    done = subprocess.run([tiedye, "render", link + "&palette=rgb&antialias=1&engine=spectral",
                           "--format", "null", "-q", "-o", "x", "--report", "--json"],
                          check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)["evaluations_per_pixel"]


def critical_scale(sigma_b):
    """Where chi_1 = 1 for tanh: sigma_w^2 = 1 / E[phi'^2], sigma_b^2 = q - sigma_w^2 E[phi^2]
    (Poole et al. 2016), found by bisection in q."""
    points = [-8 + 16 * (i + 0.5) / 4000 for i in range(4000)]
    weights = [math.exp(-z * z / 2) / math.sqrt(2 * math.pi) * 16 / 4000 for z in points]

    def at(q):
        values = [math.tanh(math.sqrt(q) * z) for z in points]
        slope = sum(w * (1 - v * v) ** 2 for w, v in zip(weights, values))
        square = sum(w * v * v for w, v in zip(weights, values))
        return 1 / slope, q - square / slope
    low, high = 1e-6, 5.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if at(middle)[1] < sigma_b ** 2 else (low, middle)
    return math.sqrt(at(low)[0])


def write_chart(name, title, columns, rows, script):
    """The numbers, the script, and if there is a gnuplot the chart."""
    with open(f"{CHARTS}/{name}.dat", "w", encoding="utf-8") as file:
        file.write(f"# {title}; scripts/cost_charts.py\n# " + "  ".join(columns) + "\n")
        for row in rows:
            file.write("  ".join(f"{value:.6g}" for value in row) + "\n")
    with open(f"{CHARTS}/{name}.gp", "w", encoding="utf-8") as file:
        file.write(script)
    if shutil.which("gnuplot"):
        subprocess.run(["gnuplot", f"{name}.gp"], cwd=CHARTS, check=True)
    else:
        print("no chart: gnuplot is missing (gnuplot-nox)", file=sys.stderr)


def curves(name, titles):
    return ", ".join(f"'{name}.dat' using 1:{i + 2} with linespoints pt 7 ps 0.6 lw 2 "
                     f"lc rgb '{colour}' title '{title}'"
                     for i, (title, colour) in enumerate(zip(titles, COLOURS)))


def chart_resolution(tiedye):
    name = "cost-by-resolution"
    rows = [[side] + [evaluations(tiedye, f"#v=1&layers={layers}&{keys}&size={side}x{side}")
                      for layers, keys in NETWORKS.items()] for side in SIDES]
    script = HEAD.format(name=name, low="1e-5", key="bottom left") + (
        "set logscale x 2\nset xrange [220:38000]\n"
        f"set xtics ({', '.join(str(side) for side in SIDES)})\n"
        "set xlabel 'pixels across'\n"
        "set arrow from graph 0, first 1 to graph 1, first 1 nohead dt 2 lc rgb '#888888'\n"
        "set label 'dense: one evaluation a pixel' at graph 0.98, first 1.3 right "
        "textcolor rgb '#666666'\n"
        f"plot {curves(name, NETWORKS)}\n")
    write_chart(name, "evaluations a pixel", ["side", *NETWORKS], rows, script)


def chart_scale(tiedye):
    name = "cost-by-scale"
    critical = critical_scale(SIGMA_B)
    rows = [[scale] + [evaluations(tiedye, f"#v=1&layers=64x{depth},3&sigma_w={scale}"
                                           f"&sigma_b={SIGMA_B}&size=1024x1024")
                       for depth in DEPTHS] for scale in SCALES]
    script = HEAD.format(name=name, low="1e-3", key="bottom right") + (
        "set xrange [0.4:4.1]\nset xlabel 'sigma_w'\n"
        f"set arrow from {critical:.4f}, graph 0 to {critical:.4f}, graph 1 nohead "
        "lw 1.5 dt 3 lc rgb '#444444'\n"
        f"set label 'order' at {critical - 0.05:.4f}, graph 0.95 right textcolor rgb '#444444'\n"
        f"set label 'chaos' at {critical + 0.05:.4f}, graph 0.95 left textcolor rgb '#444444'\n"
        "set arrow from graph 0, first 1 to graph 1, first 1 nohead dt 2 lc rgb '#888888'\n"
        f"plot {curves(name, [f'{depth} layers of 64' for depth in DEPTHS])}\n")
    write_chart(name, f"evaluations a pixel at 1024 x 1024; chi_1 = 1 at {critical:.4f}",
                ["sigma_w", *(f"depth {depth}" for depth in DEPTHS)], rows, script)


def chart_hill():
    """What the nodes of a tile do not see: nodes of a parabola that is a hill between them."""
    name = "hidden-hill"
    nodes = [-math.cos(math.pi * j / 8) for j in range(9)]

    def height(x):
        return 2 - 250 * (x - 0.19) ** 2
    script = HEAD.format(name=name, low="1", key="bottom center").replace(
        "set logscale y\nset format y '%g'\nset ylabel 'network evaluations per pixel'\n"
        "set yrange [1:2]\n",
        "set ylabel 'pre-activation z of a neuron'\nset yrange [-80:24]\n") + (
        "set xrange [-0.75:1.05]\nset xlabel 'along a tile (its border is at 1)'\nset samples 400\n"
        "set object rectangle from graph 0, first -5 to graph 1, first 5 fc rgb '#f6e8d5' "
        "fs noborder behind\n"
        "set label 'where tanh bends' at graph 0.02, first 6.8 textcolor rgb '#8a6d3b'\n"
        "plot 2 - 250 * (x - 0.19) ** 2 with lines lw 2 lc rgb '#3366aa' title 'z', "
        f"'{name}.dat' using 1:2 with points pt 7 ps 1.3 lc rgb '#7b3294' title 'at the nodes', "
        f"'{name}.dat' using 1:3 with lines dt 2 lw 2 lc rgb '#e66101' "
        "title 'what the rule allows for between them'\n")
    rows = [(x, height(x)) for x in nodes]
    jump = max(abs(b[1] - a[1]) for a, b in zip(rows, rows[1:]))
    top = max(value for _, value in rows) + jump / 4
    write_chart(name, "nodes of 2 - 250 (x - 0.19)^2, and their greatest value + jump / 4",
                ["x", "z", "reach"], [row + (top,) for row in rows], script)


def main():
    tiedye = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else f"{ROOT}/build/release/tiedye")
    os.makedirs(CHARTS, exist_ok=True)
    chart_hill()
    chart_resolution(tiedye)
    chart_scale(tiedye)


if __name__ == "__main__":
    main()
