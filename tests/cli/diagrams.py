#!/usr/bin/env python3
"""tiedye diagram from outside: what it says of known networks, its pictures as XML, its files,
and what it answers to what it cannot draw."""

import json
import os
import re
import shutil
import subprocess
import threading
import unittest
import xml.etree.ElementTree as ElementTree

import _tiedye
from _tiedye import Case

SVG = "{http://www.w3.org/2000/svg}"

# Parameters and multiply-adds, from publications or by running the definitions (at one picture of
# the size that they are for).
KNOWN = {"alexnet": (61100840, 714188480), "convnext-tiny": (28589128, 4455531264),
         "densenet-121": (7978856, 2834161664), "googlenet": (6998552, None),
         "inception-v3": (23834568, 5713216096), "inception-v3-aux": (27161264, None),
         "inception-v4": (42679816, 12253974624), "lenet-5": (60000, None),
         "mobilenet-v2": (3504872, 300774272), "resnet-18": (11689512, None),
         "resnet-34": (21797672, None), "resnet-50": (25557032, 4089184256),
         "resnet-50-v1": (25557032, 3857973248), "resnet-101": (44549160, None),
         "resnet-152": (60192808, 11513626624), "resnet-152-v1": (60192808, 11282415616),
         "vgg-16": (138357544, 15470264320), "vgg-19": (143667240, 19632062464),
         "vit-b-16": (86567656, 17563828224)}

FOLDS = {"inception-v4": [("inception-a", 4), ("inception-b", 7), ("inception-c", 3)],
         "resnet-50": [("bottleneck", count) for count in (3, 4, 6, 3)],
         "resnet-152": [("bottleneck", count) for count in (3, 8, 36, 3)],
         "convnext-tiny": [("convnext", count) for count in (3, 3, 9, 3)],
         "vit-b-16": [("encoder", 12)], "gpt-2": [("decoder", 12)],
         "alexnet": [], "densenet-121": [], "u-net": []}

SMALL = "network Small\ninput 8x8x3\nconv3 4 x3\nmean, dense 2\n"


def svg_of(text):
    """A picture as a tree; bytes must be well-formed XML."""
    return ElementTree.fromstring(text)


def ids_of(svg):
    return [element.get("id") for element in svg.iter() if element.get("id") is not None]


def layers_of(svg):
    return [name for name in ids_of(svg) if name.startswith("layer-")]


def size_of(svg):
    return tuple(float(re.fullmatch(r"([\d.]+)pt", svg.get(name)).group(1))
                 for name in ("width", "height"))


# Of the stages, as torchvision's networks have them when they are run.
STAGES = [
    ("resnet-50", "all_parameters", [215808, 1219584, 7098368, 14964736]),
    ("resnet-152", "all_parameters", [215808, 2339840, 40613888, 14964736]),
    ("resnet-152", "all_macs", [667942912, 1901068288, 8015314944, 809238528]),
    ("inception-v4", "parameters", [317632, 2936256, 4553088]),
    ("inception-v4", "macs", [387609600, 847264768, 290979840]),
]


class Networks(Case):
    def names(self):
        return [line.split()[0] for line in self.ok("list", "networks").splitlines()]

    def read(self, *words):
        return json.loads(self.ok("diagram", *words, "--json"))

    def draw(self, *words):
        return svg_of(self.ok("diagram", *words, "-q", "-o", "-", "--format", "svg", text=False))

    def test_totals(self):
        names = [name.lstrip("@") for name in self.names()]
        self.assertLessEqual(set(KNOWN) | set(FOLDS), set(names))
        for name in names:
            found = self.read("@" + name)
            layers = found["layers"]
            self.assertEqual(sum(layer["parameters"] for layer in layers), found["parameters"])
            self.assertEqual(sum(layer["macs"] for layer in layers), found["macs"])
            self.assertEqual((found["unknown"], found["macs_unknown"]), (0, 0), name)
            parameters, macs = KNOWN.get(name, (None, None))
            self.assertIn(parameters, (found["parameters"], None), name)
            self.assertIn(macs, (found["macs"], None), name)
            if name in FOLDS:
                self.assertEqual([(fold["name"], fold["count"]) for fold in found["folds"]],
                                 FOLDS[name], name)

    def test_stages(self):
        """All copies of a fold together, the first with its projection."""
        for name, key, stages in STAGES:
            folds = self.read("@" + name)["folds"]
            self.assertEqual([fold[key] for fold in folds], stages, name)
        reductions = [layer for layer in self.read("@inception-v4")["layers"]
                      if layer["block"] == "reduction-a"]
        self.assertEqual((sum(layer["parameters"] for layer in reductions),
                          sum(layer["macs"] for layer in reductions)), (2306112, 1097164800))

    def test_links(self):
        """Layers take from layers before them; from the last one nobody takes."""
        for name in ("resnet-50", "u-net", "densenet-121"):
            layers = self.read("@" + name)["layers"]
            taken = set()
            for at, layer in enumerate(layers):
                self.assertTrue(layer["inputs"])
                self.assertTrue(all(-1 <= source < at for source in layer["inputs"]))
                taken.update(layer["inputs"])
            self.assertEqual(taken, set(range(-1, len(layers) - 1)))
        joins = [layer for layer in self.read("@resnet-50")["layers"] if layer["what"] == "add"]
        self.assertEqual([len(layer["inputs"]) for layer in joins], 16 * [2])

    def test_pictures(self):
        for name in self.names():
            svg = self.draw(name)
            ids = ids_of(svg)
            self.assertEqual(len(ids), len(set(ids)), name)
            self.assertEqual([svg[0].tag, svg[1].tag], [SVG + "title", SVG + "desc"])
            self.assertEqual(svg.get("aria-labelledby"), "title desc")
            self.assertIn(svg[0].text, svg[1].text)
            self.assertTrue(layers_of(svg))
            for side in ("width", "height"):  # whole pixels at 144 an inch
                self.assertEqual(float(svg.get(side)[:-2]) * 2 % 1, 0, name)
            for words in svg.iter(SVG + "text"):
                self.assertGreaterEqual(float(words.get("font-size")), 8)

    def test_slides(self):
        for name in ("@inception-v4", "@resnet-152", "@vit-b-16"):
            width, height = size_of(self.draw(name))
            self.assertTrue(width <= 960 and height <= 540, f"{name}: {width} x {height}")

    def test_growth(self):
        self.assertEqual(self.read("@densenet-121")["folds"], [])
        folds = self.read("@densenet-121", "--growth")["folds"]
        self.assertEqual([(fold["count"], fold["growth"]) for fold in folds],
                         [(count, "+32 each") for count in (6, 12, 24, 16)])

    def test_unfold(self):
        found = self.read("@resnet-152", "--unfold")
        self.assertEqual(found["folds"], [])
        everything = sorted(f"layer-{i + 1}" for i in range(len(found["layers"])))
        self.assertEqual(sorted(layers_of(self.draw("@resnet-152", "--unfold"))), everything)
        self.assertLess(len(layers_of(self.draw("@resnet-152"))), len(everything) / 5)

    def test_depth(self):
        deep = len(layers_of(self.draw("@inception-v4")))
        flat = self.draw("@inception-v4", "--depth", "1")
        self.assertGreater(deep, len(layers_of(flat)))
        self.assertEqual(layers_of(self.draw("@inception-v4", "--depth", "9")),
                         layers_of(self.draw("@inception-v4")))

    def test_aspect(self):
        wide, high = (size_of(self.draw("@inception-v4", "--unfold", "--aspect", aspect))
                      for aspect in ("3:1", "0.5"))
        self.assertGreater(wide[0] / wide[1], 2 * high[0] / high[1])

    def test_dark(self):
        light, dark = self.draw("@lenet-5"), self.draw("@lenet-5", "--dark")
        papers = [int(svg.find(SVG + "rect").get("fill")[1:], 16) for svg in (light, dark)]
        self.assertEqual(papers[0], 0xffffff)
        self.assertLess(papers[1], 0x202020)
        self.assertEqual(ids_of(light), ids_of(dark))

    def test_text(self):
        text = self.ok("diagram", "@resnet-50", "--text")
        for words in ("25,557,032 parameters", "4,089,184,256 multiply-adds", "bottleneck ×6",
                      "first: projection, stride 2", "112×112×64"):
            self.assertIn(words, text)
        self.assertEqual(text, self.ok("diagram", "@resnet-50", "--text"))

    def test_same_bytes(self):
        words = ("diagram", "@inception-v3", "-q", "-o", "-", "--format", "svg")
        self.assertEqual(self.ok(*words), self.ok(*words, env={"LC_ALL": "C", "TZ": "Asia/Tokyo"}))


class Sources(Case):
    def title(self, *words):
        return json.loads(self.ok("diagram", *words, "--json"))["title"]

    def test_descriptions(self):
        self.write("a.net", SMALL)
        found = json.loads(self.ok("diagram", "a.net", "--json"))
        self.assertEqual(found["title"], "Small")
        self.assertEqual(found["parameters"], 3 * 4 * 9 + 4 + 2 * (4 * 4 * 9 + 4) + 4 * 2 + 2)
        self.write("no-ending", SMALL)
        self.assertEqual(self.title("no-ending"), "Small")

    def test_recipes(self):
        self.write("a.tie", "layers = 20,10,3\n")
        self.ok("render", "a.tie", "--size", "8x8", "-q", "-o", "a.png")
        for source in (["a.tie"], ["a.png"], ["--layers", "20,10,3"]):
            found = json.loads(self.ok("diagram", *source, "--json"))
            self.assertEqual(found["parameters"],
                             found["inputs"][0]["shape"][1] * 20 + 20 + 20 * 10 + 10 + 33)
        self.assertEqual(self.title("a.tie", "--layers", "5,3"), "5,3")
        preset = self.ok("list", "presets").split()[0]
        self.assertTrue(svg_of(self.ok("diagram", preset, "-q", "-o", "-", "--format", "svg")))

    def test_refused(self):
        self.write("a.net", SMALL)
        self.write("a.tie", "layers = 20,10,3\n")
        self.write("b.onnx", "nothing that could be read")
        self.write("b.net", "network X\n")
        self.write("c.net", "network X\ninput 8x8x3\nconf3 4\n")
        os.mkdir(self.path("folder"))
        self.bad(3, ["@inception-v5", "did you mean @inception-v"], "diagram", "@inception-v5")
        self.bad(3, ["@resnet-5o", "@resnet-50"], "diagram", "@resnet-5o")
        self.bad(1, ["missing.onnx", "o such file"], "diagram", "missing.onnx")
        self.bad(1, ["missing", "no such file"], "diagram", "missing")
        self.bad(1, ["folder"], "diagram", "folder")
        self.bad(3, ["b.onnx", "no ONNX model or is damaged"], "diagram", "b.onnx")
        self.bad(3, ["b.net:1:", "no layers"], "diagram", "b.net")
        self.bad(3, ["c.net:3:1", "conv"], "diagram", "c.net")
        self.bad(2, ["keys are of recipes", "@lenet-5"], "diagram", "@lenet-5", "--seed", "3")
        self.bad(2, ["a.net", "alone"], "diagram", "a.net", "a.tie")

    def test_options(self):
        for words in (["--aspect", "0"], ["--aspect", "x"], ["--aspect", "16:"],
                      ["--aspect", "-1"], ["--aspect", "11"], ["--aspect", "1:11"],
                      ["--aspect", "nan"], ["--depth", "0"], ["--depth", "x"],
                      ["--depth", "1001"]):
            self.bad(2, [words[0], words[1]], "diagram", "@lenet-5", *words)
        self.bad(2, ["--unfold", "--growth"], "diagram", "@lenet-5", "--unfold", "--growth")
        self.bad(2, ["--text", "--json"], "diagram", "@lenet-5", "--text", "--json")
        self.bad(2, ["--text", "-o -"], "diagram", "@lenet-5", "--text", "-o", "-")
        self.bad(2, ["x.bmp", ".svg"], "diagram", "@lenet-5", "-o", "x.bmp")
        self.bad(2, [".svg"], "diagram", "@lenet-5", "-o", "-")


class Weights(Case):
    def test_no_lines(self):
        """How weights are joined is not known, so that no line says it."""
        self.ok("weights", "--layers", "16x8,3", "-q", "-o", "w.safetensors")
        svg = svg_of(self.ok("diagram", "w.safetensors", "-q", "-o", "-", "--format", "svg",
                             text=False))
        self.assertEqual(len(layers_of(svg)), 2)
        self.assertEqual(list(svg.iter(SVG + "path")), [])
        found = json.loads(self.ok("diagram", "w.safetensors", "--json"))
        self.assertEqual((found["parameters"], found["folds"][0]["count"]), (2003, 8))


class Names(Case):
    """Whatever a file calls things, the picture is well-formed."""

    HOSTILE = [b"a&b<c>\"d'", b"\xff\xfe\x80 half \xc3", b"\x01\x02 bell\x07\x7f",
               b"\xed\xa0\x80 half a pair", b"\xef\xbf\xbe \xef\xbf\xbf no characters",
               b"x" * 3000, "☃ 雪 𝄞".encode(), b"]]>", b"\xc2\x85\xe2\x80\xa8 lines"]

    @staticmethod
    def message(*fields):
        """Protocol buffers: numbers of fields, and bytes or integers."""
        data = b""
        for number, value in fields:
            if isinstance(value, int):
                data += bytes([number << 3]) + Names.varint(value)
            else:
                data += bytes([number << 3 | 2]) + Names.varint(len(value)) + value
        return data

    @staticmethod
    def varint(value):
        data = b""
        while value > 127:
            data += bytes([value & 127 | 128])
            value >>= 7
        return data + bytes([value])

    def model(self, name):
        """Two operators, one of them unknown, called as `name` says."""
        size = self.message((1, self.message((1, 4))))
        kind = self.message((1, self.message((1, 1), (2, size))))
        known = self.message((1, b"x"), (2, b"y"), (3, name), (4, b"Relu"))
        unknown = self.message((1, b"y"), (1, name), (2, b"z"), (3, name), (4, name or b"Q"))
        graph = self.message((1, known), (1, unknown), (2, name),
                             (11, self.message((1, b"x"), (2, kind))),
                             (11, self.message((1, name), (2, kind))),
                             (12, self.message((1, b"z"))))
        return self.message((1, 7), (7, graph), (8, self.message((2, 13))))

    def test_names(self):
        for number, name in enumerate(self.HOSTILE):
            self.write(f"{number}.onnx", self.model(name))
            result = self.tiedye("diagram", f"{number}.onnx", "-q", "-o", "-", "--format", "svg",
                                 text=False)
            self.assertEqual(result.returncode, 0, (name, result.stderr))
            svg = svg_of(result.stdout)
            self.assertEqual(len(layers_of(svg)), 2, name)
            for form in ("--text", "--json"):
                text = self.ok("diagram", f"{number}.onnx", form, text=False).decode()
                self.assertNotRegex(text, "[\x00-\x09\x0b-\x1f\x7f-\x9f]", name)
            json.loads(text)

    def test_unknown(self):
        """What is not known is named, in every form."""
        self.write("u.onnx", self.model(b"Frobnicate"))
        found = json.loads(self.ok("diagram", "u.onnx", "--json"))
        self.assertEqual((found["unknown"], found["unknown_types"]), (1, ["Frobnicate"]))
        self.assertIn("1 of unknown types: Frobnicate", self.ok("diagram", "u.onnx", "--text"))
        result = self.tiedye("diagram", "u.onnx", "-o", "u.svg")
        self.assertEqual(result.returncode, 0)
        self.assertIn("operators of types that tiedye does not know: 1;", result.stderr)
        self.assertIn("frobnicate", self.read("u.svg").decode())

    def test_titles(self):
        for name in (b"a&b<c>.net", b"\xff\xfe.onnx", b"tab\tand\nline.onnx"):
            path = os.path.join(self.folder.encode(), name)
            with open(path, "wb") as file:
                file.write(self.model(b"n") if name.endswith(b"onnx") else SMALL.encode())
            svg = svg_of(self.ok("diagram", path, "-q", "-o", "-", "--format", "svg", text=False))
            self.assertTrue(svg[0].text)
            self.ok("diagram", path, "-q")
        self.assertEqual(len([name for name in os.listdir(self.folder)
                              if name.startswith("tiedye-")]), 3)


class Files(Case):
    def test_default_names(self):
        for name in ("tiedye-LeNet-5.svg", "tiedye-LeNet-5-2.svg", "tiedye-LeNet-5-3.svg"):
            said = self.tiedye("diagram", "@lenet-5").stderr
            self.assertIn(name, said)
            self.assertIn("60000 parameters", said)
            svg_of(self.read(name))
        self.assertEqual(len(os.listdir(self.folder)), 3)

    def test_overwritten(self):
        self.write("a.svg", "old")
        self.ok("diagram", "@lenet-5", "-q", "-o", "a.svg")
        svg_of(self.read("a.svg"))
        self.assertEqual(os.listdir(self.folder), ["a.svg"])

    def test_nowhere(self):
        os.mkdir(self.path("a"))
        self.bad(1, ["no/a.svg"], "diagram", "@lenet-5", "-o", "no/a.svg")
        self.bad(1, ["a"], "diagram", "@lenet-5", "-o", "a", "--format", "svg")

    @unittest.skipUnless(shutil.which("rsvg-convert"), "needs rsvg-convert")
    def test_converted(self):
        self.ok("diagram", "@lenet-5", "-q", "-o", "a.png")
        self.ok("diagram", "@lenet-5", "-q", "-o", "a.pdf")
        self.ok("diagram", "@lenet-5", "-q", "-o", "a.svg")
        width, height = size_of(svg_of(self.read("a.svg")))
        header = self.read("a.png")[:24]
        self.assertEqual(header[:8], b"\x89PNG\r\n\x1a\n")
        for got, points in zip((header[16:20], header[20:24]), (width, height)):
            self.assertLess(abs(int.from_bytes(got, "big") - 2 * points), 1.5)
        self.assertEqual(self.read("a.pdf")[:5], b"%PDF-")
        self.assertEqual(self.ok("diagram", "@lenet-5", "-q", "-o", "-", "--format", "png",
                                 text=False)[:8], header[:8])

    def test_without_converter(self):
        self.write("kept.png", "old")
        for name in ("a.png", "a.pdf", "kept.png"):
            self.bad(4, ["rsvg-convert", "librsvg2-bin", ".svg"], "diagram", "@lenet-5", "-q",
                     "-o", name, env={"PATH": self.folder})

    def test_converter_fails(self):
        script = self.write("rsvg-convert", "#!/bin/sh\n/bin/cat >/dev/null\nexit 3\n")
        os.chmod(self.path(script), 0o755)
        self.bad(1, ["rsvg-convert"], "diagram", "@lenet-5", "-q", "-o", "a.png",
                 env={"PATH": self.folder})

    def test_closed_pipe(self):
        forms = [["--text"], ["--json"], ["-q", "-o", "-", "--format", "svg"]]
        if shutil.which("rsvg-convert"):  # which writes in our place
            forms.append(["-q", "-o", "-", "--format", "png"])
        for words in forms:
            process = self.start("diagram", "@resnet-152", "--unfold", *words,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            process.stdout.close()
            self.assertEqual(process.stderr.read(), b"")
            process.stderr.close()

    def test_fifo(self):
        os.mkfifo(self.path("a.svg"))
        got = []
        reader = threading.Thread(target=lambda: got.append(self.read("a.svg")))
        reader.start()
        self.ok("diagram", "@lenet-5", "-q", "-o", "a.svg")
        reader.join()
        svg_of(got[0])


class Large(Case):
    def test_deep(self):
        """Blocks within blocks, each with a shortcut."""
        lines = ["network Deep", "input 8x8x4", "default padding=same"]
        for i in range(15):
            inner = f", b{i - 1}" if i > 0 else ""
            lines += [f"block b{i}", f"  add {{ same | conv3 4{inner} }}", "end"]
        self.write("deep.net", "\n".join([*lines, "b14", "mean, dense 2", ""]))
        svg = svg_of(self.ok("diagram", "deep.net", "-q", "-o", "-", "--format", "svg"))
        self.assertEqual(len(layers_of(svg)), 2 * 15 + 2)

    def test_long(self):
        lines = [f"conv{3 if i % 3 else 5} 4" for i in range(5000)]
        self.write("long.net", "\n".join(["network Long", "input 8x8x4", "default padding=same",
                                          *lines, ""]))
        folds = json.loads(self.ok("diagram", "long.net", "--json"))["folds"]
        self.assertEqual([fold["count"] for fold in folds], [1666, 2])
        svg = svg_of(self.ok("diagram", "long.net", "--unfold", "-q", "-o", "-", "--format",
                             "svg"))
        self.assertEqual(len(layers_of(svg)), 5000)


if __name__ == "__main__":
    _tiedye.main()
