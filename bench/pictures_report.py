"""The report of bench/pictures.py: its measurements as tables of 80 columns."""

import statistics

from report import Cores, machine, number, warnings

BEGIN = "<!-- written by bench/pictures.py --update-docs -->\n"
END = "<!-- end of pictures -->"
ENGINES = ("spectral", "dense")
# What was aimed for: times ONNX Runtime at a side, and seconds for a PNG of 4096 x 4096.
TIMES = {(1024, "20,10,3"): 10, (4096, "20,10,3"): 25, (4096, "256x3,3"): 150}
SIDE, SECONDS = 4096, {"20,10,3": 0.1, "100,50,3": 0.1, "16x8,3": 0.1, "30x27,3": 0.1,
                       "256x3,3": 0.25}
LARGE, LARGE_SECONDS, LARGE_BYTES, SHEET_SECONDS = 32768, 6, 64e6, 0.04


def row(name, cells):
    return f"{name:<{80 - 12 * len(cells)}}" + "".join(f"{cell:>12}" for cell in cells)


def median(measurements, of):
    """Of the wall time, the CPU time or the peak of memory; None without measurements."""
    return statistics.median(found[of] for found in measurements) if measurements else None


# ---- Tables ---------------------------------------------------------------------------------


def field(cores, names, sides):
    def points(title, name):
        return row(title, cores.cells(lambda layers: cores.median(layers, name)[0],
                                      lambda rate: number(rate / 1e6)))
    lines = ["", row("Mpoints/s, one core", names)]
    for side in sides:
        lines += [points(f"{engine}, {side}", f"{engine} {side}") for engine in ENGINES]
    if has_onnx(cores, names):
        batches = cores.cells(lambda layers: cores.median(layers, "ONNX Runtime")[1] or None, str)
        lines += [points("ONNX Runtime", "ONNX Runtime"), row("  points at once", batches)]
    return lines


def has_onnx(cores, names):
    return any(cores.median(layers, "ONNX Runtime")[0] for layers in names)


def ratios(cores, names, sides):
    if not has_onnx(cores, names):
        return []
    return ["", row("To ONNX Runtime", names)] + [
        row(f"{engine}, {side}", cores.cells(
            lambda layers, name=f"{engine} {side}": cores.to_onnx(layers, name),
            lambda times: number(times) + "x"))
        for side in sides for engine in ENGINES]


def commands(results, names, side, of, title):
    """One measure of all commands at one side."""
    found = [results["commands"][layers][side] for layers in names]
    rows = sorted({name for cell in found for name in cell}, key=order)
    values = [[median(cell.get(name), of) for cell in found] for name in rows]
    return ["", row(f"{title}, {side} x {side}", names)] + [
        row(name, ["-" if value is None else number(value) for value in line])
        for name, line in zip(rows, values)]


def order(name):
    """The spectral engine first, then the dense one, then peers."""
    return not name.startswith("tiedye"), name.endswith("dense"), name


def alone(results):
    lines = ["", row("tiedye alone", ("wall s", "CPU s", "peak MB", "times"))]
    for title, found in results["alone"].items():
        lines.append(row(title, (number(median(found, "wall")), number(median(found, "cpu")),
                                 number(median(found, "peak") / 1e6), len(found))))
    return lines


# ---- Aims -----------------------------------------------------------------------------------


def aim(title, found, wanted, unit):
    """A row; times and shares are to be as many as wanted, all else no more. None where nothing
    was found."""
    if found is None:
        return None
    text = number(found)
    good = float(text) >= wanted if unit in ("x", "%") else float(text) <= wanted
    return f"{title:<54}{f'{text}/{wanted:g}{unit}':>20}  {'ok' if good else '--'}"


def aims(results, cores):
    lines = [aim(f"{layers}, {side}: to ONNX Runtime", cores.to_onnx(layers, f"spectral {side}"),
                 times, "x") for (side, layers), times in TIMES.items()]
    for layers, seconds in SECONDS.items():
        found = results["commands"][layers].get(SIDE, {}).get("tiedye, spectral")
        lines.append(aim(f"{layers}, {SIDE}: the command", median(found, "wall"), seconds, " s"))
    large, sheet = results["alone"].values()
    if results["large"] == LARGE:
        title = next(iter(results["alone"]))
        lines += [aim(title, median(large, "wall"), LARGE_SECONDS, " s"),
                  aim(title, median(large, "peak") / 1e6, LARGE_BYTES / 1e6, " MB")]
    lines.append(aim(list(results["alone"])[1], median(sheet, "wall"), SHEET_SECONDS, " s"))
    return ["", "Aims"] + [line for line in lines if line is not None]


# ---- All of it ------------------------------------------------------------------------------


def heading(results):
    return machine(results) + [
        "", "tanh in all layers, seed 1, palette rgb, antialias 1; the same weights for all.",
        f"The field: {results['rounds']} rounds of {results['seconds']:g} s for each, taking "
        "turns; medians.",
        f"Commands: {results['rounds']} times, taking turns, fewer for slow ones; "
        "medians.", *warnings(results)]


def make(results):
    names, sides = list(results["networks"]), results["sides"]
    cores = Cores(results, 1)
    lines = heading(results) + field(cores, names, sides) + ratios(cores, names, sides)
    for side in sides:
        for of, title in (("wall", "Wall s"), ("cpu", "CPU s")):
            lines += commands(results, names, side, of, title)
    lines += alone(results) + aims(results, cores)
    lines += ["", f"The run took {results['took'] / 60:.1f} minutes."]
    return "\n".join(line.rstrip() for line in lines) + "\n"
