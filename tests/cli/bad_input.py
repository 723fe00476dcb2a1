#!/usr/bin/env python3
"""What is wrong gets one line that says what, where and what to do, an exit code, and leaves no
file behind."""

import os
import struct
import subprocess
import zlib

import _tiedye
from _tiedye import BINARY, SIGNATURE, Case, join_png, split_png

TINY = ["--size", "8x8"]


def become_nobody(test):
    """How to run as a user without rights, since root may read and write everything."""
    options = {"user": 65534} if os.geteuid() == 0 else {}
    os.chmod(test.folder, 0o777)
    try:
        test.ok("list", "keys", **options)
    except OSError:
        test.skipTest("the program cannot be run as another user")
    return options


class CommandLine(Case):
    def test_commands(self):
        self.bad(2, ['"rendr"', "did you mean render?"], "rendr")
        self.bad(2, ['"nonsense"', "names them all"], "nonsense")
        self.bad(2, ['""'], "")
        self.bad(2, ["--seed", "command comes first"], "--seed", "7")
        self.bad(2, ['"shet"', "sheet"], "help", "shet")

    def test_options(self):
        for word, words in (
                ("--sed", ["did you mean --seed?"]), ("--sigmaw", ["--sigma_w?"]),
                ("--thread", ["--threads?"]), ("--ouput", ["--output?"]),
                ("-seed", ["-seed", "--seed?"]), ("--qwertyuiop", ["--qwertyuiop"]),
                ("-x", ["-x"]), ("---", ["---"]), ("--=3", ["--"]), ("--Seed", ["--seed"]),
                ("--cell", ["render takes no --cell"]),
                ("--count", ["render takes no --count", "sheet"]),
                ("--draw", ["render takes no --draw"]), ("--v", ["takes no --v"]),
                ("--" + "y" * 5000, ["--yyy"])):
            self.bad(2, words + ["tiedye render --help"], "render", word, "7")

    def test_values_of_options(self):
        self.bad(2, ["--seed needs a value"], "render", "--seed")
        self.bad(2, ["-o needs a value"], "render", "-o")
        self.bad(2, ["--no-recipe takes no value"], "render", "--no-recipe=yes")
        self.bad(2, ["-q takes no value"], "render", "-q=1")

    def test_broken_before_anything_is_read(self):
        self.bad(2, ["--bogus"], "render", "missing.png", "--bogus")

    def test_threads(self):
        for value in ("0", "-1", "1025", "4x", "", "2.5", "99999999999999999999"):
            self.bad(2, ["--threads", f'"{value}"', "1 to 1024"], "render", "--threads", value)

    def test_max_memory(self):
        for value in ("0", "-1", "lots", "5Q", "", "512 ", "1MM", "nan", "inf", "1e30"):
            self.bad(2, ["--max-memory", "512M"], "render", "--max-memory", value)
        for value in ("512M", "1g", "2GiB", "1.5GB", "300000000"):
            self.ok("render", *TINY, "--max-memory", value, "--format", "null")

    def test_cpu(self):
        self.bad(2, ["TIEDYE_CPU", "nonsense", "avx2"], "render",
                 env={"TIEDYE_CPU": "nonsense"})
        self.ok("render", *TINY, "--format", "null", env={"TIEDYE_CPU": ""})

    def test_info_and_list(self):
        self.bad(2, ["info needs"], "info")
        self.bad(2, ["exclude each other"], "info", "@tie-dye", "--link", "--json")
        tables = "keys, activations, palettes, presets, networks or formats"
        self.bad(2, [tables], "list")
        self.bad(2, ['"colours"', tables], "list", "colours")
        self.bad(2, ["one table"], "list", "keys", "formats")
        self.bad(2, ["-o FILE"], "weights")

    def test_long_arguments(self):
        self.bad(2, ["--layers"], "render", "--layers", "1" * 100000)
        self.bad(2, ["--layers", "65535"], "render", "--layers",
                 ",".join(["1"] * 65000) + ",9x600")
        self.bad(1, ["aaa"], "render", "a" * 100000)
        self.bad(3, ["@aaa"], "render", "@" + "a" * 100000)

    def test_control_characters(self):
        self.bad(2, ["--seed"], "render", "--seed", "1\n2\x1b[31m")
        self.bad(1, ["no such file"], "render", "a\nb\x1b[2J")


class Values(Case):
    def test_numbers(self):
        for key, value, words in (
                ("seed", "-1", ["18446744073709551615"]),
                ("seed", "18446744073709551616", ["whole"]), ("seed", "1.5", []),
                ("seed", "", []), ("seed", "0x10", []), ("seed", "Random", []),
                ("sigma_w", "-0.1", ["out of range (0 to 1000)"]),
                ("sigma_w", "much", ["number"]), ("sigma_w", "nan", ["number"]),
                ("sigma_b", "inf", ["number"]), ("sigma_b", "1e9", ["out of range"]),
                ("sigma_w", "1,5", ["number"]), ("extent", "0", ["out of range"]),
                ("extent", "-2", ["out of range"]), ("rotate", "90deg", ["number"]),
                ("center", "1", ["X,Y"]), ("center", "1,2,3", ["X,Y"]),
                ("center", "1,b", ['"b"']), ("z", "1e7", ["range"]),
                ("antialias", "0", ["1 to 16"]), ("antialias", "17", ["1 to 16"]),
                ("antialias", "2.5", ["whole"]), ("bits", "12", ["8 or 16"]),
                ("channels", "0", ["1 to"]), ("channels", "-3", ["1 to"])):
            self.bad(2, [f"--{key}", *words], "render", f"--{key}", value)

    def test_choices(self):
        for key, value, words in (
                ("init", "xavier", ["unscaled or fan-in"]),
                ("dist", "cauchy", ["normal or uniform"]), ("residual", "yes", ["off or on"]),
                ("tone", "", ["affine, clip"]), ("palette", "grey", ["gray"]),
                ("act", "tan", ['did you mean "tanh"?']),
                ("out", "maxout", ["tiedye list activations"]), ("inputs", "x,q", ['"q"']),
                ("inputs", "", ["input"]), ("inputs", "x,x", ["twice"])):
            self.bad(2, [f"--{key}", *words], "render", f"--{key}", value)

    def test_layers(self):
        for value, column, words in (
                ("0,3", None, ['"0"', "width"]), ("20,-3", 4, ['"-3"', "width"]),
                ("20,,3", 4, ['""']), ("", None, ["width"]), ("20,10,", 7, ["width"]),
                ("20,1e2,3", 4, ['"1e2"']), ("20x0,3", None, ["count from 1 to 65535"]),
                ("3,20x", 3, ["count from 1"]), ("3,4x70000,3", 3, ["65535"]),
                ("3,20:tan", 6, ['"tan"', 'did you mean "tanh"?']),
                ("16777217,3", None, ["16777216"]),
                ("9,16 wide,3", 3, ["WIDTH[xN][:ACTIVATION]"]), ("20:,3", 4, ["activation"]),
                ("9,con5 16,3", 3, ["no kind", "conv3"]), ("conv3,3", None, ["no width"]),
                ("conv 16,3", None, ["size from 1 to 31"]), ("conv32 8,3", None, ["31"]),
                ("conv3 0,3", None, ["no width"]), ("conv4 8,3", None, ["even", "middle"]),
                ("conv3 8 wide=2,3", None, ["dilation, stride, groups"]),
                ("conv3 8 stride=0,3", None, ["stride from 1 to 64"]),
                ("conv3 8 padding=same,3", None, ["none, circular, mirror, zero"]),
                ("conv3 8 groups=3,3", None, ["groups"]), ("8,pool2", 3, ["outputs"]),
                ("pool0,3", None, ["1 to 64"]), ("pool2 mode=min,3", None, ["max, mean"]),
                ("upsample2 mode=cubic,3", None, ["nearest, linear"]),
                ("upsample2 3,3", None, ["has a width"]), ("9 k=3,3", None, ["none"]),
                ("conv3 8 9,3", None, ["words too many"]), ("dense3 4,3", None, ["size"])):
            place = "--layers:" if column is None else f"--layers, column {column}:"
            self.bad(2, [place, *words], "render", "--layers", value)

    def test_layers_over_the_limit(self):
        self.bad(1, ["layers", "MiB", "--max-memory"], "render", "--layers", "3000,3000,3",
                 "--max-memory", "10M", "-o", "a.png")
        self.bad(1, ["layers", "--max-memory"], "render", "--layers", "16777216x65534,3", "-o",
                 "a.png")
        self.bad(1, ["layers", "--max-memory"], "weights", "--layers", "16777216x60000,3", "-o",
                 "a.safetensors")
        self.bad(1, ["memory", "--max-memory"], "sheet", "--layers", "16777216x2,3", "-o",
                 "a.png")

    def test_sizes(self):
        for value, words in (
                ("3000000000x8", ["PNG", "2147483647"]), ("2147483648x1", ["2147483647"]),
                ("0x8", ["1 or more"]), ("8x-8", ["1 or more"]), ("8", ["1920x1080"]),
                ("8.5x8", ["whole"]), ("axb", ["1920x1080"]), ("A9@300", ["A0 to A6"]),
                ("A3@0", ["dots per inch"]), ("A3@", ["dots per inch"]),
                ("8x8@300", ["A0 to A6"]), ("1e7x1e7mm@10000", ["2147483647"]),
                ("8x8x8x8", ["1920x1080"]), ("8x8x0", ["1 or more"]), ("A3", ["A3@300"])):
            self.bad(2, ["--size", *words], "render", "--size", value)
        self.bad(3, ["size", "volume"], "render", "--size", "8x8x8")

    def test_channels_without_colour(self):
        for words in (["--layers", "20,2"], ["--channels", "4"], ["--layers", "9,65537"]):
            self.bad(3, ["1 or 3", ".npy"], "render", *TINY, *words, "-o", "a.png")
        self.bad(3, ["1 or 3"], "sheet", *TINY, "--channels", "2", "-o", "a.png")
        self.ok("render", *TINY, "--layers", "20,2", "-q", "-o", "a.npy")


class Sources(Case):
    def test_missing(self):
        self.bad(1, ["nofile.tie", "no such file", "@"], "render", "nofile.tie")
        self.bad(1, ["no/such/folder.tie"], "info", "no/such/folder.tie")
        self.bad(2, ["empty"], "render", "")
        self.bad(1, [".", "is a folder"], "render", ".")
        self.bad(1, ["standard input"], "info", "-", stdin=None, preexec_fn=lambda: os.close(0))

    def test_unreadable(self):
        nobody = become_nobody(self)
        self.write("a.tie", "seed = 1\n")
        os.chmod(self.path("a.tie"), 0)
        self.bad(1, ["a.tie", "ermission denied"], "render", "a.tie", **nobody)

    def test_presets(self):
        self.bad(3, ["@tiedye", "did you mean @tie-dye?"], "render", "@tiedye")
        self.bad(3, ["@nonsense", "tiedye list presets"], "render", "@nonsense")
        self.bad(3, ["@"], "render", "@")

    def test_text(self):
        for text, words in (
                ("seed = 3\nlayerz = 3\n", ["a.tie:2:1:", '"layerz"', 'did you mean "layers"?']),
                ("seed = 3\n  seed = x\n", ["a.tie:2:10:", '"x"']),
                ("layers = 30,20:tanhh,3\n", ["a.tie:1:16:", '"tanhh"', '"tanh"']),
                ("\n\nlayers = 30,0,3", ["a.tie:3:13:", '"0"']),
                ("hello\n", ["a.tie:1:1:", "key = value"]), ("= 3\n", ["a.tie:1:1:"]),
                ("draw = film\n", ["a.tie:1:8:", "picture, sheet, grid, inside or volume"]),
                ("v = 2\nnew_key = 7\n", ["a.tie:1:5:", "version 2", "newer tiedye"]),
                ("v = 0\n", ["a.tie:1:5:"]), ("v = old\n", ["a.tie:1:5:"]),
                ("", ["a.tie", "empty"]),
                ("seed = 1\0", ["a.tie", "neither a PNG nor a recipe"]),
                ("#" * 2000000, ["a.tie", "too long"]), ("\x89PN", ["a.tie"])):
            self.write("a.tie", text)
            self.bad(3, words, "render", "a.tie", "-o", "a.png")
            piped = [word.replace("a.tie", "standard input") for word in words]
            self.bad(3, piped, "info", "-", input=text)

    def test_links(self):
        for link, words in (
                ("#v=1&sed=3", ["link:1:6", 'did you mean "seed"?']),
                ("#v=1&seed=%zz", ["link:1:6", "hexadecimal"]),
                ("https://x.org/#v=1&seed=%4", ["hexadecimal"]),
                ("#v=2&seed=3", ["version 2", "newer tiedye"]),
                ("#v=1&layers=20,0", ["link:1:", '"0"']), ("#v=1&seed", ["key = value"])):
            self.bad(3, words, "render", link, "-o", "a.png")


class Pngs(Case):
    def setUp(self):
        super().setUp()
        self.ok("render", *TINY, "--layers", "4,3", "-q", "-o", "good.png")
        self.good = self.read("good.png")

    def refused(self, data, *words):
        self.write("a.png", data)
        for command in ("info", "render", "verify"):
            self.bad(3, ["a.png", *words], command, "a.png")

    def test_foreign(self):
        pixels = zlib.compress(b"\0\1\2\3" * 1)
        header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
        self.refused(join_png([(b"IHDR", header), (b"tEXt", b"Software\0GIMP"), (b"IDAT",
                                                                                 pixels),
                               (b"IEND", b"")]), "no recipe")

    def test_stripped(self):
        self.refused(join_png([c for c in split_png(self.good) if c[0] != b"iTXt"]),
                     "no recipe")

    def test_truncated(self):
        for length in range(0, len(self.good), 7):
            self.refused(self.good[:length])
        self.write("a.png", self.good + b"rubbish")  # what follows the end is nobody's business
        self.ok("verify", "a.png")

    def test_flipped_bits(self):
        """A wrong bit is found by a checksum, wherever it is; or the file is still right."""
        for at in range(8, len(self.good), 11):
            data = bytearray(self.good)
            data[at] ^= 1 << at % 8
            self.write("a.png", bytes(data))
            for command in ("info", "verify"):
                result = self.tiedye(command, "a.png")
                self.assertIn(result.returncode, (0, 3), result.stderr)
                self.assertLessEqual(result.stderr.count("\n"), 1)
                self.assertEqual(result.stderr == "", result.returncode == 0)

    def test_broken_pixels(self):
        chunks = [(kind, b"\x78\x9c" + b"nonsense" if kind == b"IDAT" else body)
                  for kind, body in split_png(self.good)]
        self.write("a.png", join_png(chunks))
        self.bad(3, ["a.png"], "verify", "a.png")

    def test_kinds_never_written(self):
        for kind, bits, step in ((6, 8, 4), (4, 8, 2), (3, 8, 1), (0, 4, 1)):
            header = struct.pack(">IIBBBBB", 8, 8, bits, kind, 0, 0, 0)
            rows = zlib.compress((b"\0" + b"\0" * (8 * step * bits // 8)) * 8)
            chunks = [(b"IHDR", header)] + ([(b"PLTE", b"abc")] if kind == 3 else [])
            chunks += [c for c in split_png(self.good) if c[0] in (b"iTXt", b"IEND")]
            chunks.insert(-1, (b"IDAT", rows))
            self.write("a.png", join_png(chunks))
            self.bad(3, ["a.png"], "verify", "a.png")
            self.ok("info", "a.png")  # its recipe is fine

    def with_recipe(self, text):
        body = b"tiedye\0\0\0\0\0" + text.encode()
        self.write("a.png", join_png([(kind, body if kind == b"iTXt" else data)
                                      for kind, data in split_png(self.good)]))

    def test_recipes_inside(self):
        for text, words in (
                ("v = 2\nlayers = fractal\n", ["version 2", "newer tiedye"]),
                ("v = 1\nlayerz = 3\n", ["a.png:2:1:", 'did you mean "layers"?']),
                ("rubbish", ["a.png:1:1:"])):
            self.with_recipe(text)
            for command in ("info", "render", "verify", "weights"):
                more = ["-o", "a.safetensors"] if command == "weights" else []
                self.bad(3, words, command, "a.png", *more)

    def test_recipe_over_the_limit(self):
        self.with_recipe("v = 1\nlayers = 16777216x60000,3\nsize = 8x8\n")
        self.bad(1, ["layers", "--max-memory"], "verify", "a.png")

    def test_other_formats(self):
        for data in (b"\xff\xd8\xff\xe0\0\x10JFIF\0", b"GIF89a\1\0\1\0\0\0\0;", b"\0" * 100,
                     SIGNATURE.replace(b"\r\n", b"\n") + b"\0\0\0\x0dIHDR"):
            self.write("a.png", data)
            self.bad(3, ["a.png", "neither a PNG nor a recipe"], "render", "a.png")
            self.bad(3, ["a.png", "not a PNG"], "verify", "a.png")


class Outputs(Case):
    def test_names(self):
        self.bad(1, ["nodir/x.png", "nodir", "mkdir"], "render", *TINY, "-o", "nodir/x.png")
        os.mkdir(self.path("folder"))
        for name in ("folder", "folder/", ".", "/"):
            self.bad(1, [name, "is a folder"], "render", *TINY, "-o", name)
        self.bad(2, ["empty"], "render", *TINY, "-o", "")
        self.bad(1, ["File name too long"], "render", *TINY, "-o", "a" * 300 + "a.png")
        self.write("file", "")
        self.bad(1, ["file/x.png"], "render", *TINY, "-o", "file/x.png")
        self.bad(1, ["nodir", "mkdir"], "weights", "-o", "nodir/x.safetensors")

    def test_formats(self):
        for name in ("x.jpg", "x", "x.png.bak", ".png", "x."):
            self.bad(2, [name, "png, ppm, npy"], "render", *TINY, "-o", name)
        self.bad(2, ["jpg", "png, ppm, npy"], "render", *TINY, "--format", "jpg")
        for name in ("mp4", "webm", "webp", "gif", "apng"):
            self.bad(2, [name, "no picture"], "render", *TINY, "-o", "x." + name)
        self.bad(2, ["png, ppm, npy"], "render", *TINY, "--format", "")
        self.bad(2, ["standard output", "--format"], "render", *TINY, "-o", "-")

    def test_full_disk(self):
        for name in ("png", "ppm", "npy", "hash"):
            self.bad(1, ["/dev/full", "full"], "render", *TINY, "-o", "/dev/full", "--format",
                     name)
        self.bad(1, ["/dev/full", "full"], "weights", "-o", "/dev/full")
        with open("/dev/full", "w", encoding="ascii") as full:
            self.bad(1, ["standard output", "full"], "list", "keys", stdout=full)
            self.bad(1, ["standard output", "full"], "info", "@tie-dye", stdout=full)
            self.bad(1, ["standard output", "full"], "render", *TINY, "-o", "-", "--format",
                     "png",
                     stdout=full)

    def test_file_size_limit(self):
        """A disk that becomes full on the way: the old file stays, nothing new is left."""
        self.write("a.ppm", "precious")
        before = self.snapshot()
        render = f"'{BINARY}' render --size 200x200 --layers 3 -o a.ppm"
        command = f"ulimit -f 8; trap '' XFSZ; exec {render}"
        result = subprocess.run(["bash", "-c", command], cwd=self.folder, check=False,
                                text=True,
                                stderr=subprocess.PIPE)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertRegex(result.stderr, r"\Atiedye: a.ppm: [^\n]+\n\Z")
        self.assertEqual(self.snapshot(), before)

    def test_not_writable(self):
        nobody = become_nobody(self)
        self.write("a.png", "")
        os.chmod(self.path("a.png"), 0o444)
        self.bad(1, ["a.png", "ermission denied"], "render", *TINY, "-o", "a.png", **nobody)
        os.mkdir(self.path("folder"), 0o555)
        self.bad(1, ["folder/b.png", "ermission denied"], "render", *TINY, "-o", "folder/b.png",
                 **nobody)

    def closed(self, *arguments, lines=1):
        """Run it with a reader that goes away after some lines; nothing must be told."""
        process = self.start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(lines):
            process.stdout.readline()
        process.stdout.close()
        told = process.stderr.read()
        process.stderr.close()
        process.wait()
        self.assertEqual(told, b"")

    def test_closed_pipe(self):
        before = self.snapshot()
        self.closed("list", "keys")
        self.closed("list", "keys", lines=0)
        self.closed("render", "--size", "600x600", "--layers", "3", "-q", "-o", "-", "--format",
                    "ppm")
        self.closed("render", "--size", "600x600", "--layers", "3", "-q", "-o", "-", "--format",
                    "npy", lines=0)
        self.assertEqual(self.snapshot(), before)

    def test_closed_pipe_in_a_shell(self):
        command = f"'{BINARY}' list keys | head -1"
        result = subprocess.run(["sh", "-c", command], check=True, text=True,
                                stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)
        self.assertEqual((result.stdout, result.stderr), ("recipe\n", ""))


if __name__ == "__main__":
    _tiedye.main()
