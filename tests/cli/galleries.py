#!/usr/bin/env python3
"""Galleries: the measure written a second time, the page, and what a folder may hold."""

import html.parser
import json
import os
import signal
import subprocess
import time
import unittest

import _look
import _tiedye
from _tiedye import Case, read_png

QUICK = ["--among", "24", "--keep", "5", "--size", "24x16"]
SOURCES = (["--layers", "14x4,3", "--sigma_w", "2.6", "--sigma_b", "0.8"],
           ["--layers", "9x3,3", "--sigma_w", "2.8", "--palette", "rgb"])
VOID = ("meta", "link", "img", "br")


class Page(html.parser.HTMLParser):
    """Tags that are closed as they should be, and what they say."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.links, self.broken = [], [], [], []
        self.feed(text)
        self.close()
        if self.open:
            self.broken.append(self.open)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if len(attributes) != len(attrs):
            self.broken.append((tag, attrs))
        self.links += [value for name, value in attrs if name in ("src", "href", "srcset")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.broken.append("/" + tag)

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


class Galleries(Case):
    def gallery(self, *arguments, folder="wall", **options):
        """The JSON that it prints."""
        return json.loads(self.ok("gallery", *arguments, "-q", "--json", "-o", folder, **options))

    def files(self, folder="wall"):
        return sorted(os.listdir(self.path(folder)))

    def page(self, folder="wall"):
        page = Page(self.read(f"{folder}/index.html").decode())
        self.assertEqual(page.broken, [])
        return page

    # ---- What is kept

    def thumbnails(self, source, count):
        """Looks at the candidates, as `render` draws them."""
        looks = []
        for k in range(count):
            self.ok("render", *source, "--seed", str(30 + k), "--size", "96x96", "--antialias",
                    "1", "--engine", "dense", "-q", "-o", f"{k}.png")
            looks.append(_look.Look(read_png(self.read(f"{k}.png")).samples))
        return looks

    def check_measure(self, source, keep):
        """Every number that is told, and who is chosen."""
        self.ok("render", *source, "--seed", "30", "--size", "8x8", "-q", "-o", "source.png")
        found = self.gallery("source.png", "--among", "14", "--keep", str(keep),
                             "--size", "8x8")
        looks = self.thumbnails(source, 14)
        sights = [look.sight() for look in looks]
        for name in ("good", "blank", "saturated", "noisy"):
            self.assertEqual(found[name], sights.count(name), name)
        good = [k for k in range(14) if sights[k] == "good"]
        self.assertGreater(len(good), 8)
        chosen = [good[i] for i in _look.choose([looks[k] for k in good], keep)]
        pictures = found["pictures"]
        self.assertEqual(sorted(picture["candidate"] for picture in pictures), sorted(chosen))
        self.assertEqual(pictures[0]["candidate"], chosen[0], "the best comes first")
        for picture in pictures:
            self.assertAlmostEqual(picture["interest"], looks[picture["candidate"]].interest,
                                   delta=1e-4)
            self.assertEqual(picture["recipe"]["seed"], str(30 + picture["candidate"]))
        return [looks[picture["candidate"]] for picture in pictures]

    @unittest.skipIf(_tiedye.SANITIZED, "slow, and run without sanitizers")
    def test_measure(self):
        self.check_measure(SOURCES[0], 3)
        self.assertTrue(any(look.ends > 0.3 for look in self.check_measure(SOURCES[1], 12)))

    def test_same_on_all_machines(self):
        texts = set()
        for threads, cpu in (("1", ""), ("2", "ref"), ("7", "sse2"), ("3", "")):
            texts.add(self.ok("gallery", *QUICK, "-q", "--json", "-o", "wall", "--threads",
                              threads, env={"TIEDYE_CPU": cpu}))
        self.assertEqual(len(texts), 1)
        self.assertNotEqual(texts.pop(), self.ok("gallery", *QUICK, "--seed", "2", "-q", "--json",
                                                 "-o", "other"))

    def test_keys_hold(self):
        """In every random recipe; `seed` is the gallery's."""
        found = self.gallery(*QUICK, "--palette", "dusk", "--tone", "rank", "--seed", "9")
        self.assertEqual(found["seed"], "9")
        for picture in found["pictures"]:
            self.assertEqual(picture["recipe"]["palette"], "dusk")
            self.assertNotEqual(picture["recipe"]["seed"], "9")
        self.assertGreater(len({picture["recipe"]["layers"] for picture in found["pictures"]}), 1)

    def test_sources(self):
        """Candidates are the source's seeds, and keys change it."""
        found = self.gallery("@marble", *QUICK, "--seed", "100")
        for picture in found["pictures"]:
            self.assertEqual(int(picture["recipe"]["seed"]), 100 + picture["candidate"])
            self.assertEqual(picture["recipe"]["sigma_w"], 2.6)

    def test_pictures(self):
        """Each is its recipe's picture, at its size, and a link says the same."""
        found = self.gallery(*QUICK)
        self.assertEqual(found["kept"], len(found["pictures"]))
        self.assertEqual(self.files(), sorted([picture["file"] for picture in found["pictures"]]
                                              + ["index.html"]))
        for k, picture in enumerate(found["pictures"]):
            seed = picture["recipe"]["seed"]
            self.assertEqual(picture["file"], f"{k + 1:02}-{seed}.png")
            png = read_png(self.read("wall/" + picture["file"]))
            self.assertEqual((png.width, png.height), (24, 16))
            self.assertEqual(png.recipe(), self.ok("info", picture["link"]))
            self.assertIn("identical", self.ok("verify", "wall/" + picture["file"]))

    def test_few_are_good(self):
        result = self.tiedye("gallery", "--among", "60", "--keep", "60", "--size", "8x8", "-o",
                             "wall")
        self.assertEqual(result.returncode, 0, result.stderr)
        last = result.stderr.splitlines()[-1]
        self.assertRegex(last, r"\Akept (\d+) of 60, all that are good: \d+ blank, \d+ "
                               r"saturated, \d+ noisy\Z")
        self.assertEqual(len(self.files()) - 1, int(last.split()[1]))
        self.assertLess(int(last.split()[1]), 60)
        self.bad(1, ["none of 4 is good", "4 blank"], "gallery", "@silk", "--sigma_w", "0",
                 "--among", "4", "-q", "-o", "none")

    def test_what_is_said(self):
        result = self.tiedye("gallery", *QUICK, "-o", "wall")
        self.assertEqual(result.stdout, "")
        self.assertRegex(result.stderr,
                         r"\Alooked at 24 thumbnails, \d+\.\d s\nwall/index.html  5 pictures, "
                         r"\d+\.\d s\nkept 5 of 24: \d+ blank, \d+ saturated, \d+ noisy\n\Z")
        self.assertEqual(self.tiedye("gallery", *QUICK, "-q", "-o", "wall").stderr, "")

    # ---- The page

    def test_page(self):
        found = self.gallery(*QUICK)
        page = self.page()
        links = [link for link in page.links if link != "data:,"]
        self.assertEqual(set(links), {picture["file"] for picture in found["pictures"]})
        frames = [a for a in page.all("a") if a.get("class") == "frame"]
        for frame, picture in zip(frames, found["pictures"]):
            self.assertEqual(frame["href"], picture["file"])
            self.assertEqual(frame["data-link"], picture["link"])
            self.assertEqual(frame["data-recipe"], self.ok("info", picture["link"]))
        self.assertEqual(len(frames), 5)

    def test_page_stands_alone(self):
        self.gallery(*QUICK)
        text = self.read("wall/index.html").decode()
        for word in ("http:", "https:", "//cdn", "@import", "url(", "fetch(", "XMLHttp"):
            self.assertNotIn(word, text)
        page = self.page()
        self.assertTrue(all(image.get("alt") is not None for image in page.all("img")))
        self.assertTrue(all(image["alt"] for image in page.all("img")[:5]))
        self.assertEqual(page.all("html"), [{"lang": "en"}])
        self.assertTrue(text.startswith("<!DOCTYPE html>\n"))
        names = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
        script = text.split("<script>")[1]
        for name in ("view", "large", "title", "recipe", "copy", "share", "save", "before", "next",
                     "close", "said"):
            self.assertIn(name, names)
            self.assertIn(f"by('{name}')", script)

    # ---- The folder

    def test_again(self):
        """The earlier pictures go, what others put there stays."""
        self.gallery(*QUICK)
        self.write("wall/notes.txt", "mine")
        self.write("wall/01-7.png.bak", "mine")
        found = self.gallery(*QUICK, "--seed", "2", "--keep", "3", folder="wall/")
        self.assertEqual(self.files(), sorted(
            [picture["file"] for picture in found["pictures"]] +
            ["index.html", "notes.txt", "01-7.png.bak"]))

    def test_the_same_again(self):
        self.gallery(*QUICK)
        before = self.snapshot()
        self.gallery(*QUICK)
        self.assertEqual(self.snapshot(), before)

    def test_names_in_an_earlier_page(self):
        """Only names that a gallery gives are removed, whatever a page says."""
        self.gallery(*QUICK)
        text = self.read("wall/index.html").decode()
        first = '<a class="frame" href="'
        for name in ("../other.png", "notes.txt", "7.png", "01-x.png", "01_7.png", "/etc/01-2.png"):
            text = text.replace("<main>", f'<main>{first}{name}">', 1)
        self.write("wall/index.html", text)
        for name in ("other.png", "wall/notes.txt", "wall/7.png", "wall/01-x.png", "wall/01_7.png"):
            self.write(name, "mine")
        self.gallery(*QUICK, "--seed", "2")
        for name in ("other.png", "wall/notes.txt", "wall/7.png", "wall/01-x.png", "wall/01_7.png"):
            self.assertEqual(self.read(name), b"mine")

    def test_page_of_somebody_else(self):
        os.mkdir(self.path("site"))
        self.write("site/index.html", "<h1>Mine</h1>")
        self.bad(1, ["site/index.html", "not the page of a gallery"], "gallery", *QUICK, "-o",
                 "site")

    def test_bad_input(self):
        self.write("file", "")
        self.write("film.tie", "path = z=0..1\ninputs = x,y,z\n")
        for code, words, arguments in (
                (2, ["needs -o DIR"], []),
                (2, ["needs -o DIR"], ["-o", ""]),
                (2, ["-o DIR", "standard output"], ["-o", "-"]),
                (2, ["--among", '"0"', "from 1 to"], ["-o", "out", "--among", "0"]),
                (2, ["--among", '"-5"'], ["-o", "out", "--among", "-5"]),
                (2, ["--among", '"ten"'], ["-o", "out", "--among", "ten"]),
                (2, ["--among", "99999999999999999999"],
                 ["-o", "out", "--among", "99999999999999999999"]),
                (2, ["--keep", "from 1 to 1000"], ["-o", "out", "--keep", "1001"]),
                (2, ["--keep", "7 of 5"], ["-o", "out", "--among", "5", "--keep", "7"]),
                (1, ["file", "no folder"], ["-o", "file"]),
                (1, ["a/b", "does not exist"], ["-o", "a/b"]),
                (3, ["draw", "single pictures"], ["@order-to-chaos", "-o", "out"]),
                (3, ["draw", "single pictures"], ["@voxels", "-o", "out"]),
                (3, ["path", "film"], ["film.tie", "-o", "out"]),
                (3, ["field"], ["field.npy", "-o", "out"]),
                (3, ["channels"], ["--channels", "2", "-o", "out"]),
                (2, ["palette"], ["--palette", "dask", "-o", "out"]),
                (2, ["takes no --count"], ["--count", "3", "-o", "out"]),
                (1, ["--max-memory"], ["--max-memory", "20K", "-o", "out"])):
            if "field.npy" in arguments:
                self.ok("render", "--size", "8x8", "-q", "-o", "field.npy")
            self.bad(code, words, "gallery", *arguments)

    def test_write_failure(self):
        """A picture's name is a folder: one line, and no picture stays."""
        found = self.gallery(*QUICK)
        os.mkdir(self.path("other"))
        os.mkdir(self.path("other/" + found["pictures"][2]["file"]))
        self.bad(1, ["is a folder"], "gallery", *QUICK, "-q", "-o", "other")

    def test_interrupts(self):
        """While it looks, and while it draws: nothing is left."""
        for keys, wait in ((["--among", "1000000"], None),
                           (["--among", "40", "--keep", "9", "--size", "3000x3000"], ".png")):
            process = self.start("gallery", *keys, "-q", "-o", "wall", stderr=subprocess.DEVNULL)
            begin = time.monotonic()
            while time.monotonic() - begin < 60 and not (
                    os.path.isdir(self.path("wall")) and
                    (wait is None or any(name.endswith(wait) and name[0] != "."
                                         for name in self.files()))):
                time.sleep(0.02)
            time.sleep(0.2)
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(timeout=60), 130)
            self.assertEqual(self.snapshot(), {})


if __name__ == "__main__":
    _tiedye.main()
