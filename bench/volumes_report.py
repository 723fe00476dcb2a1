"""The report of bench/volumes.py: its measurements as tables of 80 columns."""

import statistics

from pictures_report import median, row
from report import CORES, machine, number, scaling_warning, warnings

BEGIN = "<!-- written by bench/volumes.py --update-docs -->\n"
END = "<!-- end of volumes -->"
PEER = "ONNX Runtime"
TIMES = 20  # as quick as ONNX Runtime is what was aimed for


def wide_row(name, cells):
    return f"{name:<26}" + "".join(f"{cell:>9}" for cell in cells)


def cell(value, text=number):
    return "-" if value is None else text(value)


def times(value):
    return number(value) + "x"


def best(result, name, of="rates"):
    """(median rate, its row) of tiedye's engine or of the peer's quickest way, (None, None) where
    there is no number."""
    rows = [f"tiedye {name}"] if name != PEER else [
        row for row in result["rates"] if row.startswith(PEER)]
    found = [(statistics.median(result["rates"][row]), row) for row in rows
             if result["rates"].get(row)]
    rate, row = max(found, default=(None, None))
    if of == "rates" or row is None:
        return rate, row
    return statistics.median(result[of][row]) if result[of].get(row) else None, row


def to_peer(result, name, of="rates"):
    rate, peer = best(result, name)[0], best(result, PEER, of)[0]
    return rate / peer if rate and peer else None


def has_peer(results):
    return any(best(result, PEER)[0] for result in results)


# ---- The field ------------------------------------------------------------------------------


def sides(results):
    return ["", row("The field", list(results["networks"])),
            row("samples along a side", [network["side"]
                                         for network in results["networks"].values()])]


def field(grids, threads):
    found = list(grids.values())
    lines = ["", row(f"Mvoxel/s, {CORES[threads]}", list(grids))]
    for name in ("auto", "dense"):
        lines.append(row(name, [cell(best(result, name)[0], lambda rate: number(rate / 1e6))
                                for result in found]))
    if not has_peer(found):
        return lines
    lines.append(row(PEER, [cell(best(result, PEER)[0], lambda rate: number(rate / 1e6))
                            for result in found]))
    lines.append(row("  points at once", [cell(best(result, PEER)[1],
                                               lambda name: name.split()[-1])
                                          for result in found]))
    if threads > 1:
        lines.append(row("  sessions", [cell(best(result, PEER)[1], lambda name: str(
            threads if "workers" in name else 1)) for result in found]))
    return lines + [row(f"{name} to {PEER}", [cell(to_peer(result, name), times)
                                              for result in found])
                    for name in ("auto", "dense")]


def proof(results):
    """What was evaluated, and how far outputs are off."""
    grids = results["grids"][1]
    cubes = [network["side"] ** 3 for network in results["networks"].values()]
    lines = ["", row("Evaluations/voxel", list(grids))]
    for name in ("auto", "dense"):
        lines.append(row(name, [cell(result["evaluations"].get(f"tiedye {name}"),
                                     lambda count, cube=cube: f"{count / cube:.3f}")
                                for result, cube in zip(grids.values(), cubes)]))
    lines += ["", row("Off by, at most", list(grids))]
    for name, find in (("auto", lambda result: "tiedye auto"), ("dense", lambda _: "tiedye dense"),
                       (PEER, lambda result: best(result, PEER)[1])):
        cells = [result["apart"].get(find(result)) for result in grids.values()]
        if any(value is not None for value in cells):
            lines.append(row(name, [cell(value, "{:.1e}".format) for value in cells]))
    return lines


# ---- Pictures -------------------------------------------------------------------------------


def picture_heads(drawn, title):
    return [wide_row("", [name.split()[0] if i == 0 else "" for name, settings in drawn.items()
                          for i in range(len(settings))]),
            wide_row(title, [setting[:8] for settings in drawn.values() for setting in settings])]


def solids(results, threads):
    drawn = results["drawn"][threads]
    found = [result for settings in drawn.values() for result in settings.values()]
    pixels = results["picture"] ** 2

    def milliseconds(name, of="rates"):
        return [cell(best(result, name, of)[0], lambda rate: number(1000 * pixels / rate))
                for result in found]
    lines = ["", *picture_heads(drawn, f"ms a picture, {CORES[threads]}")]
    lines += [wide_row(name, milliseconds(name)) for name in ("auto", "dense")]
    if has_peer(found):
        lines += [wide_row(f"{PEER}, evaluating", milliseconds(PEER)),
                  wide_row("  the whole program", milliseconds(PEER, "whole"))]
        lines += [wide_row(f"{name} to {PEER}", [cell(to_peer(result, name), times)
                                                 for result in found])
                  for name in ("auto", "dense")]
    return lines


def picture_counts(results):
    drawn = results["drawn"][1]
    found = [result for settings in drawn.values() for result in settings.values()]
    lines = ["", *picture_heads(drawn, "Evaluations a pixel")]
    for name in ("auto", "dense", PEER):
        cells = [result["evaluations"].get(best(result, name)[1]) for result in found]
        if any(cells):
            lines.append(wide_row(name, [cell(count, lambda n: number(n / results["picture"] ** 2))
                                         for count in cells]))
    lines += ["", *picture_heads(drawn, "Off by more than a code")]
    for name in ("auto", PEER):
        cells = [result["apart"].get(best(result, name)[1]) for result in found]
        if any(value is not None for value in cells):
            lines.append(wide_row(name, [cell(share, "{:.2%}".format) for share in cells]))
    return lines


# ---- Films ----------------------------------------------------------------------------------


def rate(film, seconds):
    return cell(seconds and film["frames"] / seconds)


def share(found, kind):
    encoding, drawing = median(found.get(f"{kind} alone"), "cpu"), median(found["drawn"], "cpu")
    return encoding and encoding / (encoding + drawing)


def kinds_of(films):
    names = [name for film in films.values() for name in film["found"]]
    return [name for name in dict.fromkeys(names)
            if not name.startswith("drawn") and not name.endswith(" alone")]


def films_table(results):
    films = results["films"]
    lines = ["", row("Frames a second", list(films)),
             row("frames", [film["frames"] for film in films.values()])]
    for name in ("drawn", "drawn, dense", "drawn, antialias 2"):
        lines.append(row(name, [rate(film, median(film["found"].get(name), "wall"))
                                for film in films.values()]))
    for kind in kinds_of(films):
        for name, what in ((kind, kind), ("  encoder alone", f"{kind} alone")):
            lines.append(row(name, [rate(film, median(film["found"].get(what), "wall"))
                                    for film in films.values()]))
        lines.append(row("  encoder's share", [cell(share(film["found"], kind), "{:.0%}".format)
                                               for film in films.values()]))
    return lines


# ---- Aims -----------------------------------------------------------------------------------


def aim(title, found, wanted):
    if found is None:
        return None
    text = number(found)
    return f"{title:<54}{f'{text}/{wanted:g}x':>20}  {'ok' if float(text) >= wanted else '--'}"


def aims(results):
    lines = []
    for threads, grids in results["grids"].items():
        lines += [aim(f"{title}, the field, {CORES[int(threads)]}: to {PEER}",
                      to_peer(result, "auto"), TIMES) for title, result in grids.items()]
    for threads, drawn in results["drawn"].items():
        lines += [aim(f"{title}, {setting}, {CORES[int(threads)]}: to {PEER}",
                      to_peer(result, "auto"), TIMES)
                  for title, settings in drawn.items() for setting, result in settings.items()]
    for title, film in results["films"].items():
        for kind in kinds_of(results["films"]):
            encoding = median(film["found"].get(f"{kind} alone"), "wall")
            lines.append(aim(f"{title}, {kind}: encoding to drawing", encoding and
                             encoding / median(film["found"]["drawn"], "wall"), 1))
    return ["", "Aims"] + [line for line in lines if line is not None]


def cores(results):
    """How many times as quick two threads are, where nothing but the cores' number counts."""
    peaks = [statistics.median(rates) for rates in results["peaks"].values()]
    if len(peaks) < 2:
        return []
    return scaling_warning(peaks[1] / peaks[0])


# ---- All of it ------------------------------------------------------------------------------


def heading(results):
    return machine(results) + [
        "", "tanh in all layers, seed 1; the same weights for all. [5] and [2] are extents.",
        f"The field and pictures: {results['rounds']} rounds of {results['seconds']:g} s for each, "
        "taking turns,", "fewer for slow ones; medians. Films: "
        f"{results['rounds']} times, taking turns, fewer for slow ones.",
        f"Pictures of {results['picture']} x {results['picture']}, films of "
        f"{results['film']} x {results['film']}, the turning one of half that.",
        *cores(results), *warnings(results)]


def make(results):
    lines = heading(results) + sides(results)
    for threads, grids in results["grids"].items():
        lines += field(grids, threads)
    lines += proof(results)
    for threads in results["drawn"]:
        lines += solids(results, threads)
    lines += picture_counts(results) + films_table(results) + aims(results)
    lines += ["", f"The run took {results['took'] / 60:.1f} minutes."]
    return "\n".join(line.rstrip() for line in lines) + "\n"
