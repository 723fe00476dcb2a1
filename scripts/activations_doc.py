#!/usr/bin/env python3
"""scripts/activations_doc.py TIEDYE [--check]: write docs/ACTIVATIONS.md and docs/activations/, the
page of the table of activations: a row each, with its curve (drawn from the library's own values)
and one network seen through it. With --check nothing is written: the script says what is missing,
stale or left over, and exits with 1 where anything is."""

import html
import json
import os
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
PAGE = os.path.join(ROOT, "docs", "ACTIVATIONS.md")
FOLDER = os.path.join(ROOT, "docs", "activations")
RECIPE = ("inputs=x,y,r", "layers=24x2,1", "out=identity", "seed=2", "sigma_w=1.7", "sigma_b=0.8",
          "palette=stops", "tone=rank")
SIDE = 112  # of a picture, in pixels

HEAD = """\
<!-- Made by scripts/activations_doc.py from the table in include/tiedye/base.h: edit those. -->
# Activations

`act` is the activation of the hidden layers, `out` that of the last one, and each layer may
have its own:

    tiedye render --act gelu --out sin
    tiedye render --layers 20:sin,3:sigmoid
    tiedye render --layers 16:gaussian,16x3:tanh,8:square,3
    tiedye grid --across act=tanh,relu,sin,gaussian,step --down seed=1..4 -o grid.png

Classes: *smooth* is analytic on the real line, *kinked* continuous with a corner in the
function or in one of its derivatives, *stepped* discontinuous. The error is stated over all
floats, in units in the last place (NUMERICS.md says how it is measured). `tone = affine` maps
the range of `out` to [0, 1]; where a range is infinite, [-1, 1] and clips, and `rescale`,
`rank` and `logistic` are the tones to take.

Dots in the curves mark 2 and 1 (4 and 4 where a curve is drawn smaller). Every picture is the
same network:

    tiedye render {words} --act NAME

`tiedye list activations --json` prints this table with values from -8 to 8. The constants of
`selu` are 1.0507009873554805 and 1.6732632423543772 (their product is 1.7580993408473766);
`square`, `triangle` and `sawtooth` have periods of 4, 4 and 2, and a slope of 1 (or a jump) at
0, so that they compare with `sin`.

| name | formula | class | range | ulp | source | curve | picture |
|---|---|---|---|---|---|---|---|
"""


def rows_of(binary):
    return json.loads(subprocess.run([binary, "list", "activations", "--json"], check=True,
                                     stdout=subprocess.PIPE, text=True).stdout)


def recipe_words(name):
    return [part for word in (*RECIPE, f"act={name}", f"size={SIDE}x{SIDE}")
            for part in (f"--{word.split('=', 1)[0]}", word.split("=", 1)[1])]


def page(rows):
    words = " ".join(f"--{word.replace('=', ' ', 1)}" for word in RECIPE)
    lines = []
    for row in rows:
        low = "(-inf" if row["low"] is None else f"[{row['low']:g}"
        high = "inf)" if row["high"] is None else f"{row['high']:g}]"
        formula = row["formula"].replace("|", "\\|")
        images = " | ".join(
            f'<img src="activations/{row["name"]}.{kind}" width="{width}" '
            f'alt="{what} {row["name"]}">'
            for kind, width, what in (("svg", 224, "curve of"), ("png", SIDE, "a network of")))
        lines.append(f"| `{row['name']}` | `{formula}` | {row['class']} | {low}, {high} | "
                     f"{row['ulp']:g} | {row['source']} | {images} |\n")
    return HEAD.replace("{words}", words) + "".join(lines)


# ---- Curves ---------------------------------------------------------------------------------

UNIT, WIDTH, HEIGHT = 26, 224, 112  # pixels a unit of x and y; of the drawing


def thinned(run):
    """The run without the points that lie on the line between their neighbours."""
    kept = run[:1]
    for (x, y), (next_x, next_y) in zip(run[1:], run[2:]):
        slope = (next_y - kept[-1][1]) / (next_x - kept[-1][0])
        if abs(kept[-1][1] + slope * (x - kept[-1][0]) - y) > 2e-3:
            kept.append((x, y))
    return kept + run[-1:]


def strokes(row, reach):
    """The curve as runs of points (x, y); where a stepped one jumps, a new run begins."""
    samples, runs = row["samples"], [[]]
    for i, y in enumerate(samples["values"]):
        x = samples["from"] + i * samples["step"]
        if abs(x) > reach:
            continue
        if row["class"] == "stepped" and runs[-1] and abs(y - runs[-1][-1][1]) > 0.5:
            middle = x - samples["step"] / 2
            runs[-1].append((middle, runs[-1][-1][1]))
            runs.append([(middle, y)])
        runs[-1].append((x, y))
    return [thinned(run) for run in runs]


def curve(row):
    small = row["high"] is not None and row["high"] > 2  # bends beyond the usual frame
    unit, mark_x, mark_y, reach = (UNIT / 2, 4, 4, 8) if small else (UNIT, 2, 1, 4)
    top = HEIGHT * 3 // 4 if small else HEIGHT // 2

    def at(x, y):
        return f"{WIDTH / 2 + x * unit:.1f},{top - y * unit:.1f}"

    def text(x, y, words, anchor):
        return (f'<text x="{WIDTH / 2 + x * unit + (0 if anchor == "middle" else 6):.4g}" '
                f'y="{top - y * unit + (12 if anchor == "middle" else 3.5):.4g}" '
                f'text-anchor="{anchor}">{words}</text>')

    axes = (f'M{at(-4.2 * UNIT / unit, 0)}L{at(4.2 * UNIT / unit, 0)}'
            f'M{WIDTH / 2},4V{HEIGHT - 4}')
    dots = "".join(f'<circle cx="{at(x, y).split(",")[0]}" cy="{at(x, y).split(",")[1]}" r="1.8"/>'
                   for x, y in ((mark_x, 0), (-mark_x, 0), (0, mark_y), (0, -mark_y))
                   if top - y * unit < HEIGHT)
    labels = text(mark_x, 0, mark_x, "middle") + text(-mark_x, 0, f"-{mark_x}", "middle")
    labels += text(0, mark_y, mark_y, "start")
    labels += "" if small else text(0, -mark_y, f"-{mark_y}", "start")
    lines = "".join(f'<polyline points="{" ".join(at(x, max(-9, min(9, y))) for x, y in run)}"/>'
                    for run in strokes(row, reach))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'width="{WIDTH}" height="{HEIGHT}">\n<title>{html.escape(row["name"])}: '
            f'{html.escape(row["formula"])}</title>\n'
            f'<rect width="{WIDTH}" height="{HEIGHT}" rx="6" fill="#f7f5f0"/>\n'
            f'<path d="{axes}" stroke="#b9b4a8" fill="none"/>\n'
            f'<g fill="#6d675b" font-family="sans-serif" font-size="10">{dots}{labels}</g>\n'
            '<g fill="none" stroke="#a02c6c" stroke-width="2" stroke-linejoin="round">'
            f'{lines}</g>\n'
            '</svg>\n')


# ---- Writing and checking -------------------------------------------------------------------


def texts(rows):
    """Path and contents of all that is text."""
    result = {os.path.join(FOLDER, f"{row['name']}.svg"): curve(row) for row in rows}
    result[PAGE] = page(rows)
    return result


def pictures(rows):
    return {row["name"]: os.path.join(FOLDER, f"{row['name']}.png") for row in rows}


def write(binary, rows):
    os.makedirs(FOLDER, exist_ok=True)
    for path, text in texts(rows).items():
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    for name, path in pictures(rows).items():
        subprocess.run([binary, "render", *recipe_words(name), "-q", "-o", path], check=True)
    for name in sorted(left_over(rows)):
        os.remove(os.path.join(FOLDER, name))


def left_over(rows):
    wanted = {f"{row['name']}.{kind}" for row in rows for kind in ("svg", "png")}
    return set(os.listdir(FOLDER)) - wanted


def link_of(binary, *words):
    return subprocess.run([binary, "info", *words, "--link"], check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout


def differs(binary, path):
    return subprocess.run([binary, "verify", path], check=False, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode != 0


def check(binary, rows):
    findings = []
    for path, text in texts(rows).items():
        if not os.path.exists(path):
            findings.append(f"{path} is missing")
        elif open(path, encoding="utf-8").read() != text:
            findings.append(f"{path} is stale")
    for name, path in pictures(rows).items():
        if not os.path.exists(path):
            findings.append(f"{path} is missing")
        elif link_of(binary, path) != link_of(binary, *recipe_words(name)):
            findings.append(f"{path} is of another recipe")
        elif differs(binary, path):
            findings.append(f"{path} shows what is no longer drawn")
    findings += [f"{os.path.join(FOLDER, name)} is of no activation" for name in left_over(rows)]
    return findings


def main():
    words = [word for word in sys.argv[1:] if word != "--check"]
    if len(words) != 1:
        sys.exit("usage: scripts/activations_doc.py TIEDYE [--check]")
    binary = os.path.abspath(words[0])
    rows = rows_of(binary)
    if "--check" not in sys.argv:
        write(binary, rows)
        return
    findings = check(binary, rows)
    for finding in findings:
        print(os.path.relpath(finding, ROOT) if finding.startswith(ROOT) else finding)
    if findings:
        sys.exit("make the page anew: scripts/activations_doc.py build/release/tiedye")


if __name__ == "__main__":
    main()
