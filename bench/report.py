"""The report of bench/run.py: its measurements as tables of 80 columns."""

import statistics

CORES = {1: "one core", 2: "two cores"}
PAGE = "docs/PERFORMANCE.md"
BEGIN, END = "<!-- written by bench/run.py --update-docs -->\n", "<!-- end -->"
PEERS = ("ONNX Runtime", "NumPy", "PyTorch")
# What was aimed for: times ONNX Runtime, or a share of the multiply-add peak.
TARGETS = {False: {"20,10,3": "1.4x", "64,64,3": "1.0x", "32x16,3": "1.0x", "256x3,3": "50%"},
           True: {"20,10,3": "2.0x", "64,64,3": "1.4x", "32x16,3": "1.4x", "256x3,3": "90%"}}
# What else is drawn by the best kernels, and how its row is called.
OTHERS = {"turned": "turned", "linear": "without tanh", "picture": "8-bit picture"}


def best_ways(ways, kind="field"):
    """The best kernels that are canonical, and the best that are fused, where there are any."""
    mine = [way for way in ways if way.startswith(kind + " ")]
    return ([way for way in mine if "--fast" not in way][-1:] +
            [way for way in mine if "--fast" in way][-1:])


def is_wanted(way, ways):
    """Of all instruction sets the field and the peak are timed, of the best the rest too; the
    spectral engine is bench/pictures.py's."""
    kind = way.split()[0]
    return kind in ("field", "peak") or kind in OTHERS and way in best_ways(ways, kind)


def row(name, cells):
    return f"{name:<26}" + "".join(f"{cell:>13}" for cell in cells)


def number(value):
    return f"{value:.{3 if value < 1 else 2 if value < 10 else 1 if value < 100 else 0}f}"


class Cores:
    """The results on one number of cores; every method gives a cell for each network."""

    def __init__(self, results, threads):
        self.rates = results["rates"][threads]
        self.networks = results["networks"]
        self.rows = list(dict.fromkeys(name for rates in self.rates.values() for name in rates))

    def median(self, layers, name):
        """Points a second; of a peer those of its best batch, and which that is."""
        rates = self.rates[layers]
        if name in rates:
            return statistics.median(rates[name]), ""
        found = [(statistics.median(rates[way]), way.split()[-1]) for way in rates
                 if way.startswith(name + " ")]
        return max(found, default=(None, ""))

    def peak(self, layers):
        """Operations a second of the quickest loop of multiply-adds."""
        return max(self.median(layers, name)[0] for name in self.rows if name.startswith("peak "))

    def share(self, layers, name):
        """Of the peak."""
        rate = self.median(layers, name)[0]
        return rate and 2 * self.networks[layers]["multiply_adds"] * rate / self.peak(layers)

    def to_onnx(self, layers, name):
        rate, peer = self.median(layers, name)[0], self.median(layers, "ONNX Runtime")[0]
        return rate / peer if rate and peer else None

    def cells(self, value, text):
        values = [value(layers) for layers in self.networks]
        return ["-" if found is None else text(found) for found in values]

    # ---- Tables

    def points_row(self, title, name):
        return row(title, self.cells(lambda layers: self.median(layers, name)[0],
                                     lambda rate: number(rate / 1e6)))

    def points(self):
        lines = []
        for kind, cpu in (name.split(" ", 1) for name in self.rows):
            if kind != "field":
                continue
            lines.append(self.points_row(cpu, f"field {cpu}"))
            lines += [self.points_row("  " + title, f"{other} {cpu}")
                      for other, title in OTHERS.items() if f"{other} {cpu}" in self.rows]
        for name in PEERS:
            if any(self.median(layers, name)[0] for layers in self.networks):
                lines.append(self.points_row(name, name))
                lines.append(row("  points at once", self.cells(
                    lambda layers, name=name: self.median(layers, name)[1] or None, str)))
        return lines

    def ratios(self):
        lines = []
        for way in best_ways(self.rows):
            lines.append(row(way.split(" ", 1)[1], self.cells(
                lambda layers, way=way: self.to_onnx(layers, way), lambda times: f"{times:.2f}x")))
        return lines

    def shares(self):
        lines = []
        for name in best_ways(self.rows) + list(PEERS):
            cells = self.cells(lambda layers, name=name: self.share(layers, name), "{:.0%}".format)
            if set(cells) != {"-"}:
                lines.append(row(name.removeprefix("field "), cells))
        return lines

    def tanh_shares(self):
        """Of the time of a point, what goes away with the activations."""
        def share(layers, cpu):
            linear = self.median(layers, "linear " + cpu)[0]
            return linear and 1 - self.median(layers, "field " + cpu)[0] / linear
        return [row(cpu, self.cells(lambda layers, cpu=cpu: share(layers, cpu), "{:.0%}".format))
                for cpu in (way.split(" ", 1)[1] for way in best_ways(self.rows))]

    def targets(self):
        def target(layers, way):
            aim = TARGETS["--fast" in way][layers]
            found = (self.share if aim.endswith("%") else self.to_onnx)(layers, way)
            if found is None:
                return None
            text = f"{100 * found:.0f}" if aim.endswith("%") else f"{found:.2f}"
            return f"{text}/{aim} {'ok' if float(text) >= float(aim[:-1]) else '--'}"
        return [row(way.split(" ", 1)[1],
                    self.cells(lambda layers, way=way: target(layers, way), str))
                for way in best_ways(self.rows)]

    def peaks(self):
        """Of each loop the median over all networks' rounds, GFLOP/s."""
        return {name: statistics.median([rate for rates in self.rates.values()
                                         for rate in rates.get(name, [])]) / 1e9
                for name in self.rows if name.startswith("peak ")}


def scaling(one, two):
    """How many times as quick; the peak's row says how much of two cores there was to be had."""
    def times(layers, rate):
        return rate(one, layers) and rate(two, layers) / rate(one, layers)

    def line(title, rate):
        return row(title, one.cells(lambda layers: times(layers, rate), "{:.2f}x".format))
    lines = [line("multiply-add peak", Cores.peak)]
    had = statistics.median(times(layers, Cores.peak) for layers in one.networks)
    if had < 1.8:
        lines.insert(0, f"ONLY {had:.1f} OF 2 CORES WERE TO BE HAD: what follows says nothing of "
                        "scaling,\nnor the other figures for two cores of speed.")
    for name in best_ways(one.rows) + ["ONNX Runtime"]:
        if any(one.median(layers, name)[0] for layers in one.networks):
            lines.append(line(name.removeprefix("field "), lambda cores, layers, name=name:
                              cores.median(layers, name)[0]))
    return lines


def machine(results):
    """What was measured when, and on what."""
    versions = [text for name, text in results["versions"].items() if name != "tiedye"]
    return [f"{results['versions']['tiedye']} ({results['commit']}), {results['date']}",
            f"{results['cpu']}, {results['cores']} cores, {results['system']}",
            results["compiler"], *versions]


def warnings(results):
    lines = []
    if results["load"] > 0.5:
        lines.append(f"THE MACHINE WAS BUSY AT THE START (load {results['load']:.1f}).")
    if results["rounds"] * results["seconds"] < 1:
        lines.append("A QUICK RUN: good for nothing but to see that all is well.")
    return lines


def scaling_warning(had):
    """What is to be said where two cores compute `had` times what one does."""
    lines = [f"Bare multiply-adds on two cores: {had:.2f} times those on one."]
    if had < 1.8:
        lines.append("SO TWO CORES WERE NOT TO BE HAD: their figures say nothing of speed.")
    return lines


def heading(results):
    lines = ["", f"{results['rounds']} rounds of {results['seconds']:g} s for each, taking turns; "
             "medians.", "{0} x {0} points of [-2, 2]^2, tanh in all layers, the same weights for "
             "all.".format(results["side"])]
    return machine(results) + lines + warnings(results)


def make(results):
    sections = {CORES[threads]: Cores(results, threads) for threads in results["rates"]}
    names = list(results["networks"])
    lines = heading(results)
    for title, cores in sections.items():
        lines += ["", row(f"Mpoints/s, {title}", names)] + cores.points()
    peaks = {title: cores.peaks() for title, cores in sections.items()}
    lines += ["", row("Multiply-adds, GFLOP/s", peaks)]
    lines += [row(name.removeprefix("peak "), [number(found[name]) for found in peaks.values()])
              for name in next(iter(peaks.values()))]
    tables = (("To ONNX Runtime", Cores.ratios), ("Share of peak", Cores.shares),
              ("Time in tanh", Cores.tanh_shares), ("Aims", Cores.targets))
    for heading_of, table in tables:
        for title, cores in sections.items():
            lines += ["", row(f"{heading_of}, {title}", names)] + table(cores)
    if len(sections) == 2:
        lines += ["", row("Two cores to one", names)] + scaling(*sections.values())
    lines += ["", f"The run took {results['took'] / 60:.1f} minutes."]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def update_docs(path, begin=BEGIN, end=END, where=PAGE):
    """What stands between the lines `begin` and `end` of a page becomes the report in `path`."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(where, encoding="utf-8") as file:
        page = file.read()
    head, found, rest = page.partition(begin)
    _, closed, tail = rest.partition(end)
    if not found or not closed:
        raise SystemExit(f"bench: {where} has no lines {begin.strip()} and {end}")
    with open(where, "w", encoding="utf-8") as file:
        file.write(f"{head}{begin}```text\n{text}```\n{end}{tail}")
