#!/usr/bin/env python3
"""tiedye diagram --compare: the table, the chart with its data and script, and what may stand in
the way of them."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest
import xml.etree.ElementTree

import _tiedye
from _tiedye import Case

SVG = "{http://www.w3.org/2000/svg}"
GNUPLOT = shutil.which("gnuplot")
needs_gnuplot = unittest.skipIf(GNUPLOT is None, "there is no gnuplot")


class Table(Case):
    def networks(self):
        return json.loads(self.ok("diagram", "--compare", "--json"))["networks"]

    def test_same_in_both_forms(self):
        lines = self.ok("diagram", "--compare", "--text").splitlines()
        networks = self.networks()
        self.assertEqual(len(lines), len(networks) + 1)
        for line, network in zip(lines[1:], networks):
            words = line.split(None, 6)
            self.assertEqual(words, [network["name"], str(network["year"]),
                                     str(network["layers"]), f"{network['parameters']:,}",
                                     f"{network['macs']:,}", f"{network['top1']:.3f}",
                                     network["top1_source"]])

    def test_same_as_each_network_alone(self):
        for network in self.networks():
            alone = json.loads(self.ok("diagram", "@" + network["name"], "--json"))
            for key in ("title", "parameters", "macs"):
                self.assertEqual(network[key], alone[key], network["name"])

    def test_who(self):
        networks = {network["name"]: network for network in self.networks()}
        self.assertGreaterEqual(len(networks), 20)
        self.assertEqual(networks["resnet-152"]["layers"], 152)
        for name in ("lenet-5", "u-net", "gpt-2"):
            self.assertNotIn(name, networks)
        accuracies = [network["top1"] for network in networks.values()]
        self.assertEqual(accuracies, sorted(accuracies))

    def test_table_and_chart(self):
        if GNUPLOT is None:
            self.skipTest("there is no gnuplot")
        both = self.ok("diagram", "--compare", "--json", "-q", "-o", "n.svg")
        self.assertEqual(json.loads(both)["networks"], self.networks())
        self.assertEqual(sorted(self.snapshot()), ["n.dat", "n.gp", "n.svg"])


class Chart(Case):
    def draw(self, *words, name="n.svg", **options):
        result = self.tiedye("diagram", "--compare", "-o", name, *words, **options)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result

    def shown(self):
        """Networks that are drawn: those whose weights are not another's as well."""
        networks = json.loads(self.ok("diagram", "--compare", "--json"))["networks"]
        return [network for network in networks if network["name"] != "inception-v3-aux"]

    @needs_gnuplot
    def test_svg(self):
        result = self.draw()
        self.assertRegex(result.stderr, r"\An\.svg  accuracy [^\n]*, \d+\.\d\d s\n\Z")
        self.assertEqual(result.stdout, "")
        self.assertEqual(sorted(self.snapshot()), ["n.dat", "n.gp", "n.svg"])
        root = xml.etree.ElementTree.fromstring(self.read("n.svg"))
        self.assertEqual((root.get("width"), root.get("height")), ("960", "540"))
        words = ["".join(text.itertext()).strip() for text in root.iter(SVG + "text")]
        titles = [title.text for title in root.iter(SVG + "title")]
        for network in self.shown():
            self.assertEqual(words.count(network["title"]), 2, network["name"])
            tips = [title for title in titles if network["top1_source"] in title
                    and title.startswith(network["title"] + " (")]
            self.assertEqual(len(tips), 2, network["name"])
            self.assertIn(f"{network['layers']} layers", tips[0])
        self.assertIn("torchvision 0.14", root.find(SVG + "desc").text)
        self.assertTrue(any("torchvision 0.14 (" in text for text in words))
        self.assertEqual(sum(text.startswith("What a further layer") for text in words), 1)

    @needs_gnuplot
    def test_svg_is_plain(self):
        """No script, no date, no letters too small for a slide, fonts that exist."""
        self.draw()
        text = self.read("n.svg").decode()
        for word in ("<script", "onmouse", "gnuplot_svg", ":Bold", ":Italic", "GNUPLOT"):
            self.assertNotIn(word, text)
        sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)"', text)]
        self.assertGreaterEqual(min(sizes), 8)
        self.assertEqual(text.count("font-family="), text.count("Verdana, sans-serif"))

    @needs_gnuplot
    def test_same_bytes(self):
        self.draw()
        before = self.snapshot()
        time.sleep(1.1)
        self.draw(env={"LC_ALL": "C.UTF-8", "TZ": "Asia/Tokyo", "GNUTERM": "dumb"})
        self.assertEqual(self.snapshot(), before)

    @needs_gnuplot
    def test_dark(self):
        self.draw("--dark")
        self.assertIn(b'height="540" fill="#16181c"', self.read("n.svg"))

    @needs_gnuplot
    def test_nobodys_settings(self):
        """A gnuplot start-up file of the user changes nothing."""
        self.draw()
        before = self.read("n.svg")
        os.remove(self.path("n.svg"))
        self.write(".gnuplot", "set title 'mine'\n")
        self.draw(env={"HOME": self.folder})
        self.assertEqual(self.read("n.svg"), before)

    @needs_gnuplot
    def test_other_formats(self):
        self.draw(name="n.png")
        png = self.read("n.png")
        self.assertEqual(png[:8], b"\x89PNG\r\n\x1a\n")
        self.assertEqual([int.from_bytes(png[at:at + 4], "big") for at in (16, 20)], [1920, 1080])
        self.draw(name="n.pdf")
        self.assertEqual(self.read("n.pdf")[:5], b"%PDF-")
        self.draw("--format", "svg", name="n.dat")
        self.assertIn("n.dat.dat", self.snapshot())

    @needs_gnuplot
    def test_script_by_hand(self):
        """The script draws the same picture in its folder."""
        os.mkdir(self.path("sub"))
        for name in ("sub/n.png", "sub/it's.png", "sub/|cat.png", "sub/<cat.png", "sub/~.png",
                     "sub/$x.png", "sub/`touch evil`.png", "sub/Grüße.png", "sub/a b.PNG",
                     "sub/.png", "sub/-.png"):
            self.draw("--format", "png", name=name)
            drawn = self.read(name)
            os.remove(self.path(name))
            stem = name if name == "sub/.png" else name[:-4]
            subprocess.run([GNUPLOT, "./" + os.path.basename(stem) + ".gp"], check=True,
                           cwd=self.path("sub"), stdout=subprocess.DEVNULL,
                           stdin=subprocess.DEVNULL, env=_tiedye.ENVIRONMENT)
            self.assertEqual(self.read(name), drawn, name)
        self.assertNotIn("evil", " ".join(os.listdir(self.path("sub"))).split())

    @needs_gnuplot
    def test_data(self):
        self.draw()
        lines = [line for line in self.read("n.dat").decode().splitlines()
                 if line and line[0] != "#"]
        networks = json.loads(self.ok("diagram", "--compare", "--json"))["networks"]
        rows = {line.split()[0]: line for line in lines}
        self.assertEqual(sorted(rows), sorted(network["name"] for network in networks))
        for network in networks:
            words = rows[network["name"]].split(None, 6)
            self.assertEqual(words[1:6], [str(network["macs"]), str(network["parameters"]),
                                          f"{network['top1']:g}", str(network["layers"]),
                                          str(network["year"])])
            self.assertEqual(words[6], f'"{network["title"]}" "{network["top1_source"]}"')

    @needs_gnuplot
    def test_to_a_pipe(self):
        self.draw()
        drawn = self.read("n.svg")
        for name in ("n.svg", "n.dat", "n.gp"):
            os.remove(self.path(name))
        self.assertEqual(self.ok("diagram", "--compare", "-q", "-o", "-", "--format", "svg",
                                 text=False), drawn)
        self.assertEqual(self.snapshot(), {})

    @needs_gnuplot
    def test_without_a_name(self):
        """Nothing is overwritten unasked."""
        for name in ("tiedye-networks.svg", "tiedye-networks-2.svg"):
            self.ok("diagram", "--compare", "-q")
            self.assertIn(name, self.snapshot())
            self.assertIn(name[:-3] + "dat", self.snapshot())


class Trouble(Case):
    def test_without_gnuplot(self):
        """Data and script are written, and one line says what is missing."""
        result = self.tiedye("diagram", "--compare", "-o", "n.svg", env={"PATH": "/nowhere"})
        self.assertEqual(result.returncode, 4, result.stderr)
        self.assertRegex(result.stderr, r"\Atiedye: [^\n]*apt install gnuplot-nox\)\. [^\n]*"
                                        r"written: n\.dat, n\.gp\n\Z")
        self.assertEqual(sorted(self.snapshot()), ["n.dat", "n.gp"])
        if GNUPLOT is not None:
            self.ok("diagram", "--compare", "-q", "-o", "other.svg")
            self.assertEqual(self.read("n.dat"), self.read("other.dat"))
            subprocess.run([GNUPLOT, "n.gp"], check=True, cwd=self.folder)
            self.assertIn(b"ResNet-152", self.read("n.svg"))

    def test_without_gnuplot_to_a_pipe(self):
        self.bad(4, ["gnuplot", "apt install gnuplot-nox"], "diagram", "--compare", "-o", "-",
                 "--format", "svg", env={"PATH": "/nowhere"})

    def fake(self, script):
        """A program of that name, in a folder beside the test's; its PATH."""
        os.mkdir(self.path("bin"))
        self.write("bin/gnuplot", "#!/bin/sh\n" + script)
        os.chmod(self.path("bin/gnuplot"), 0o755)
        return {"PATH": self.path("bin") + ":" + os.environ["PATH"]}

    def test_gnuplot_fails(self):
        path = self.fake("cat >/dev/null; printf '\\n      ^\\n  line 7: no such thing\\n\\n' >&2\n"
                         "exit 1\n")
        for name in ("n.svg", "n.png"):
            self.bad(1, ["gnuplot failed (exit status 1): line 7: no such thing\n"], "diagram",
                     "--compare", "-o", name, env=path)

    def test_interrupt(self):
        path = self.fake("exec sleep 100\n")
        before = self.snapshot()
        process = self.start("diagram", "--compare", "-q", "-o", "n.png",
                             env={**_tiedye.ENVIRONMENT, **path})
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(20), 130)
        self.assertEqual(self.snapshot(), before)

    def test_files_of_others_stay(self):
        for name in ("n.dat", "n.gp"):
            self.write(name, "1 2 3\n")
            self.bad(2, [name, "in the way", "another name"], "diagram", "--compare", "-o",
                     "n.svg")
            os.remove(self.path(name))
        os.mkdir(self.path("n.dat"))
        self.bad(2, ["n.dat", "in the way"], "diagram", "--compare", "-o", "n.svg")

    def test_folders(self):
        self.bad(1, ["does not exist"], "diagram", "--compare", "-o", "a/n.svg")
        os.mkdir(self.path("shut"))
        os.chmod(self.path("shut"), 0o555)
        if os.access(self.path("shut"), os.W_OK):
            self.skipTest("this user may write everywhere")
        self.bad(1, ["shut"], "diagram", "--compare", "-o", "shut/n.svg")

    def test_bad_input(self):
        for words, arguments in ((["leave out @vgg-16"], ["@vgg-16"]),
                                 (["leave out x.onnx"], ["x.onnx"]),
                                 (["keys"], ["--layers", "3"]),
                                 (["--unfold"], ["--unfold"]),
                                 (["--growth"], ["--growth"]),
                                 (["--depth"], ["--depth", "3"]),
                                 (["--sizes"], ["--sizes", "n=3"]),
                                 (["--aspect"], ["--aspect", "1:1"]),
                                 ([".svg, .png or .pdf"], ["-o", "n.jpg"]),
                                 ([".svg, .png or .pdf"], ["-o", "-"]),
                                 ([".svg, .png or .pdf"], ["-o", "n.svg", "--format", "gif"]),
                                 (["standard output"], ["--text", "--json"]),
                                 (["standard output"], ["--json", "-o", "-"]),
                                 (["line breaks"], ["-o", "a\nb.svg"]),
                                 (["takes no value"], ["--compare=yes"])):
            self.bad(2, words, "diagram", "--compare", *arguments)

    def test_full_disk(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("there is no /dev/full")
        result = self.tiedye("diagram", "--compare", "--text", stdout=open("/dev/full", "w",
                                                                           encoding="utf-8"))
        self.assertEqual(result.returncode, 1)


if __name__ == "__main__":
    sys.exit(_tiedye.main())
