"""The report of bench/convolutions.py: its measurements as tables of 80 columns."""

import statistics

from pictures_report import aim
from report import CORES, machine, number, scaling_warning, warnings
from volumes_report import PEER, cell, times, wide_row

BEGIN = "<!-- written by bench/convolutions.py --update-docs -->\n"
END = "<!-- end of convolutions -->"
# What was aimed for, of the best fused kernels: times ONNX Runtime, and a share of the
# multiply-add peak where there are so many channels.
TIMES, SHARE, WIDE = 1, 70, 64


def median(rates, name):
    return statistics.median(rates[name]) if rates.get(name) else None


def peak(rates):
    """Operations a second of the quickest loop of multiply-adds, None where there is none."""
    return max((median(rates, name) for name in rates if name.startswith("peak ")), default=None)


def kernels(found):
    """The rows of tiedye, in their order."""
    names = [name for rates in found for name in rates]
    return [name for name in dict.fromkeys(names) if name != PEER and not name.startswith("peak ")]


def ratio(rates, name, of):
    rate = median(rates, name)
    return rate / of if rate and of else None


def heads(results):
    stacks = results["stacks"].values()
    return ["", wide_row("Kernels", [" x ".join("3" * axes).replace(" ", "")
                                     for _, axes, _ in stacks]),
            wide_row("channels", [channels for channels, _, _ in stacks]),
            wide_row("layers", [count for _, _, count in stacks])]


def tables(results, threads):
    found, cores = list(results["rates"][threads].values()), CORES[threads]
    rows = kernels(found)

    def table(title, names, value, text):
        lines = [wide_row(name, [cell(value(rates, name), text) for rates in found])
                 for name in names]
        return ["", f"{title}, {cores}", *lines]
    peers = [PEER] if any(rates.get(PEER) for rates in found) else []
    lines = table("GFLOP/s", rows + peers, lambda rates, name: ratio(rates, name, 1e9), number)
    lines.append(wide_row("multiply-add peak", [cell(peak(rates), lambda rate: number(rate / 1e9))
                                                for rates in found]))
    if peers:
        lines += table(f"To {PEER}", rows,
                       lambda rates, name: ratio(rates, name, median(rates, PEER)), times)
    return lines + table("Share of peak", rows + peers,
                         lambda rates, name: ratio(rates, name, peak(rates)), "{:.0%}".format)


def cores_there(results):
    """How many times as quick two threads are, where nothing but the cores' number counts."""
    peaks = [list(filter(None, map(peak, found.values()))) for found in results["rates"].values()]
    if len(peaks) < 2 or not all(peaks):
        return []
    return scaling_warning(statistics.median(peaks[1]) / statistics.median(peaks[0]))


def aims(results):
    lines = []
    for threads, found in results["rates"].items():
        best = kernels(found.values())[-1]
        for (title, rates), (channels, _, _) in zip(found.items(), results["stacks"].values()):
            name = f"{title}, {CORES[threads]}"
            lines.append(aim(f"{name}: to {PEER}", ratio(rates, best, median(rates, PEER)), TIMES,
                             "x"))
            share = ratio(rates, best, peak(rates))
            if channels >= WIDE:
                lines.append(aim(f"{name}: of the peak", share and 100 * share, SHARE, "%"))
    return ["", "Aims, of the best fused kernels"] + [line for line in lines if line is not None]


def heading(results):
    return machine(results) + [
        "", "Convolutions without padding or activation, the same weights and inputs for all.",
        f"{results['side']} x {results['side']} cells, in space {results['cube']} x "
        f"{results['cube']} x {results['cube']}, of the last layer's output.",
        f"{results['rounds']} rounds of {results['seconds']:g} s for each, taking turns, fewer for "
        "slow ones; medians.", *cores_there(results), *warnings(results)]


def make(results):
    lines = heading(results) + heads(results)
    for threads in results["rates"]:
        lines += tables(results, threads)
    lines += aims(results) + ["", f"The run took {results['took'] / 60:.1f} minutes."]
    return "\n".join(line.rstrip() for line in lines) + "\n"
