#!/usr/bin/env python3
"""Networks on a raster, from outside: a second writing of convolutions, noise and splines in
another language; the plane has no edge; photographs; and what goes wrong."""

import math
import os
import struct
import statistics
import zlib

import _tiedye as t

MASK = 0xffffffff
QUANTILE = statistics.NormalDist().inv_cdf
NOISE = 2  # the purpose


def philox(counter, key):
    x, k = [word & MASK for word in counter], list(key)
    for _ in range(10):
        a, b = 0xD2511F53 * x[0], 0xCD9E8D57 * x[2]
        x = [(b >> 32) ^ x[1] ^ k[0], b & MASK, (a >> 32) ^ x[3] ^ k[1], a & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return x


def noise(seed, channel, x, y, z=0):
    words = philox([x, y, z, NOISE | channel // 4 << 8], [seed & MASK, seed >> 32])
    return QUANTILE((words[channel % 4] + 0.5) * 2.0 ** -32)


def convolve(tensors, layer, size, inputs):
    """One output cell of a tanh layer; inputs(channel, dx, dy) are what its kernel sees."""
    shape, weights = tensors[f"layers.{layer}.weight"]
    _, bias = tensors[f"layers.{layer}.bias"]
    taps, half, out = size * size, size // 2, []
    for o in range(shape[0]):
        total = bias[o]
        for i in range(shape[1]):
            for tap in range(taps):
                weight = weights[(o * shape[1] + i) * taps + tap]
                total += weight * inputs(i, tap % size - half, tap // size - half)
        out.append(math.tanh(total))
    return out


def spline(part):
    return [(-part + 2 * part ** 2 - part ** 3) / 2, (2 - 5 * part ** 2 + 3 * part ** 3) / 2,
            (part + 4 * part ** 2 - 3 * part ** 3) / 2, (part ** 3 - part ** 2) / 2]


class Second(t.Case):
    def test_convolutions_and_noise(self):
        """Two layers, cell by cell, from the exported weights."""
        keys = ("--layers", "conv3 5,conv5 4,3", "--inputs", "x,y,n1,n6", "--raster", "12",
                "--seed", "12345678901234567890")
        _, tensors = self.weights(*keys)
        shape, field = self.field(*keys, "--size", "12x12", "--resample", "nearest")
        self.assertEqual(shape, (12, 12, 3))
        memo = {}

        def fed(channel, x, y):
            if channel < 2:
                return ((x, y)[channel] + 0.5) / 3
            return noise(12345678901234567890, 0 if channel == 2 else 5, x, y)

        def first(x, y):
            if (x, y) not in memo:
                memo[x, y] = convolve(tensors, 0, 3,
                                      lambda i, dx, dy: fed(i, x + dx, y + dy))
            return memo[x, y]

        for row, column in ((0, 0), (5, 6), (11, 3), (2, 11)):
            x, y = column - 6, 5 - row
            hidden = convolve(tensors, 1, 5, lambda i, dx, dy: first(x + dx, y + dy)[i])
            expected = convolve(tensors, 2, 1, lambda i, dx, dy: hidden[i])
            for c in range(3):
                self.assertAlmostEqual(field[(row * 12 + column) * 3 + c], expected[c], 5)

    def test_splines(self):
        """Between cells."""
        keys = ("--layers", "conv3 4,2", "--raster", "8")
        _, cells = self.field(*keys, "--size", "16x16", "--extent", "4", "--resample", "nearest")
        for rotate in (0, 30):
            for kind in ("cubic", "linear"):
                _, field = self.field(*keys, "--size", "20x20", "--resample", kind,
                                      "--rotate", str(rotate))
                for row, column in ((0, 0), (7, 13), (19, 4)):
                    right, up = (column + 0.5) / 5 - 2, 2 - (row + 0.5) / 5
                    turn = math.radians(rotate)
                    x = right * math.cos(turn) - up * math.sin(turn)
                    y = right * math.sin(turn) + up * math.cos(turn)
                    u, v = x * 2 - 0.5, y * 2 - 0.5
                    i, j = math.floor(u), math.floor(v)
                    across, down = spline(u - i), spline(v - j)
                    if kind == "linear":
                        across = [0, 1 - (u - i), u - i, 0]
                        down = [0, 1 - (v - j), v - j, 0]
                    for c in range(2):
                        value = sum(across[a] * down[b] *
                                    cells[((15 - (j - 1 + b + 8)) * 16 + i - 1 + a + 8) * 2 + c]
                                    for a in range(4) for b in range(4))
                        self.assertAlmostEqual(field[(row * 20 + column) * 2 + c], value, 5)

    def test_shape_of_weights(self):
        metadata, tensors = self.weights("--layers", "conv3 8 groups=2,pool2,conv5 6,3",
                                         "--inputs", "z,n1")
        self.assertEqual(tensors["layers.0.weight"][0], [8, 1, 3, 3, 3])
        self.assertEqual(tensors["layers.2.weight"][0], [6, 8, 5, 5, 5])
        self.assertEqual(tensors["layers.3.weight"][0], [3, 6])
        self.assertNotIn("layers.1.weight", tensors)
        self.assertEqual(metadata["kernel_axes"], "z,y,x")
        self.bad(3, ["fold"], "weights", "--layers", "conv3 8,3", "--fold", "-o", "w.safetensors")


class Plane(t.Case):
    NETWORK = ("--layers", "conv3 6,conv5 5 stride=2,upsample2,conv3 4,3", "--raster", "32")

    def test_it_has_no_edge(self):
        """Going aside by whole cells shows the same picture farther on."""
        here = self.png(*self.NETWORK, "--size", "64x64", name="a.png")
        there = self.png(*self.NETWORK, "--size", "64x64", "--center", "1,-0.5", name="b.png")
        self.assertEqual(here.crop(16, 8, 48, 56), there.crop(0, 0, 48, 56))

    def test_zoom(self):
        """A narrower view is a part of the wider one, and a larger picture the same in large."""
        wide = self.png(*self.NETWORK, "--size", "64x64", "--antialias", "1", name="a.png")
        near = self.png(*self.NETWORK, "--size", "32x32", "--extent", "1", "--antialias", "1",
                        name="b.png")
        self.assertEqual(wide.crop(16, 16, 32, 32), near.crop(0, 0, 32, 32))

    def test_frames(self):
        """Padding knows a frame: 4 units high, as wide as the picture."""
        plain = self.field("--layers", "conv3 3,1", "--raster", "8", "--size", "32x16",
                           "--extent", "4", "--resample", "nearest")
        for padding in ("zero", "mirror", "circular"):
            other = self.field("--layers", "conv3 3,1", "--raster", "8", "--size", "32x16",
                               "--extent", "4", "--resample", "nearest", "--padding", padding)
            same = [a == b for a, b in zip(plain[1], other[1])]
            for y in range(5, 11):  # one cell from the edge
                self.assertTrue(all(same[y * 32 + 9:y * 32 + 23]), padding)
            self.assertFalse(all(same[y * 32 + 8] for y in range(4, 12)), padding)

    def test_circles_repeat(self):
        _, field = self.field("--layers", "conv3 3,1", "--raster", "8", "--size", "24x24",
                              "--extent", "6", "--resample", "nearest", "--padding", "circular",
                              "--inputs", "n1,n2")
        for y in range(16):
            for x in range(16):
                self.assertEqual(field[y * 24 + x], field[y * 24 + x + 8])
                self.assertEqual(field[y * 24 + x], field[(y + 8) * 24 + x])

    def test_torus(self):
        """The step across the seam is no larger than others."""
        _, field = self.field("--layers", "conv3 6,upsample2 mode=linear,conv3 4,1", "--tile",
                              "torus", "--raster", "10", "--size", "200x200")
        def steps(pairs):
            return max(abs(field[a] - field[b]) for a, b in pairs)
        inner = steps((y * 200 + x, y * 200 + x + 1) for y in range(200) for x in range(199))
        across = steps((y * 200 + 199, y * 200) for y in range(200))
        down = steps((199 * 200 + x, x) for x in range(200))
        self.assertLess(across, 1.01 * inner)
        self.assertLess(down, 1.01 * inner)

    def test_circles_of_anything(self):
        """Without a kernel, too: the cells beyond the frame are those of the other side."""
        _, field = self.field("--layers", "upsample2,3", "--padding", "circular", "--raster", "4",
                              "--inputs", "n1", "--size", "16x16", "--extent", "4", "--resample",
                              "nearest")
        for y in range(8):
            for x in range(8):
                self.assertEqual(field[(y * 16 + x) * 3:(y * 16 + x) * 3 + 3],
                                 field[(y * 16 + x + 8) * 3:(y * 16 + x + 8) * 3 + 3])

    def test_odd_shapes(self):
        """One cell, one row of pixels, and a network that looks farther than its picture."""
        for keys in (("--raster", "1", "--size", "9x9"), ("--size", "1x700"), ("--size", "700x1"),
                     ("--size", "20x300")):
            self.hash_of("--layers", "conv3 4 dilation=8,3" if "--raster" not in keys else
                         "conv3 4,3", *keys)

    def test_same_whatever_it_takes(self):
        """Memory, threads and instruction sets change nothing."""
        keys = ("--layers", "conv3 8x3,3", "--raster", "700", "--size", "90x90", "--antialias",
                "1")
        found = {self.hash_of(*keys, *more, env={"TIEDYE_CPU": cpu})
                 for cpu in ("sse2", "avx2")
                 for more in ((), ("--max-memory", "9M", "--threads", "1"),
                              ("--max-memory", "40M", "--threads", "3"))}
        self.assertEqual(len(found), 1)
        few = {self.hash_of(*keys, "--raster", "3000", "--size", "9x9", *more)
               for more in ((), ("--max-memory", "16M", "--threads", "1"))}
        self.assertEqual(len(few), 1)
        turned = {self.hash_of(*keys, "--rotate", "20", *more)
                  for more in ((), ("--max-memory", "9M", "--threads", "1"))}
        self.assertEqual(len(turned), 1)


class Elsewhere(t.Case):
    """Everything that dense networks have."""

    def test_cells_of_sheets(self):
        keys = ("--layers", "conv3 5,3", "--raster", "16", "--size", "24x20", "--count", "5",
                "--columns", "3")
        sheet = self.png(*keys, command="sheet", name="s.png")
        self.ok("sheet", "s.png", "--cell", "B2", "-q", "-o", "b2.png")
        alone = t.read_png(self.read("b2.png"))
        found = [(x, y) for y in range(sheet.height - 20) for x in range(sheet.width - 24)
                 if sheet.crop(x, y, 24, 1) == alone.crop(0, 0, 24, 1) and
                 sheet.crop(x, y, 24, 20) == alone.crop(0, 0, 24, 20)]
        self.assertEqual(len(found), 1)
        self.assertIn("identical", self.ok("verify", "s.png"))
        self.assertIn("identical", self.ok("verify", "b2.png"))

    def test_slices_are_those_of_the_volume(self):
        keys = ("--layers", "conv3 4,3", "--raster", "8", "--inputs", "x,y,z,n1", "--resample",
                "nearest")
        self.ok("volume", *keys, "--size", "8x8x8", "-q", "-o", "v.npy")
        data = self.read("v.npy")
        body = data[10 + struct.unpack_from("<H", data, 8)[0]:]
        values = struct.unpack(f"<{8 * 8 * 8 * 3}f", body)
        for k in (0, 3, 7):
            _, field = self.field(*keys, "--size", "8x8", "--z", str((k + 0.5) / 2 - 2))
            rows = [values[((k * 8 + 7 - y) * 8) * 3:((k * 8 + 8 - y) * 8) * 3] for y in range(8)]
            if rows[0] != field[:24]:  # rows of volumes may go down as those of pictures do
                rows.reverse()
            self.assertEqual([value for row in rows for value in row], list(field))

    def test_frames_of_films_are_pictures(self):
        keys = ("--layers", "conv3 4,upsample2,conv3 4,3", "--raster", "8", "--inputs",
                "x,y,z,n1", "--size", "24x24")
        self.ok("animate", *keys, "--path", "z=-1..1", "--frames", "5", "-q", "-o", "f%d.png")
        for frame, z in ((1, "-1"), (3, "0"), (4, "0.5")):
            film = t.read_png(self.read(f"f{frame}.png"))
            self.assertEqual(film.samples, self.png(*keys, "--z", z).samples)

    def test_films_of_other_cells(self):
        """What a cell is fed, or the raster itself, may change from frame to frame."""
        keys = ("--layers", "conv3 4,3", "--raster", "8", "--inputs", "x,n1,t", "--size", "16x16")
        for key, values in (("t", "-1..3"), ("raster", "4..8"), ("seed", "2;5"),
                            ("center", "0,0;1,1"), ("sigma_w", "1..2"), ("extent", "1..3")):
            self.ok("animate", *keys, "--path", f"{key}={values}", "--frames", "3", "-q", "-o",
                    "f%d.png")
            first, last = values.replace("..", ";").split(";")
            for frame, value in ((1, first), (3, last)):
                film = t.read_png(self.read(f"f{frame}.png"))
                self.assertEqual(film.samples, self.png(*keys, f"--{key}", value).samples, key)

    def test_neurons_alone(self):
        keys = ("--layers", "conv3 4,pool2,3", "--raster", "16", "--size", "20x20")
        self.ok("inside", *keys, "--layer", "3", "--neuron", "2", "-q", "-o", "n.npy")
        _, neuron = t.read_npy(self.read("n.npy"))
        _, field = self.field(*keys)
        self.assertEqual(list(neuron), list(field[1::3]))

    def test_pixels(self):
        """A dense network may be drawn on a raster, too."""
        keys = ("--layers", "9x3,3", "--raster", "4", "--resample", "nearest")
        picture = self.png(*keys, "--size", "16x16")
        for y in range(16):
            for x in range(16):
                self.assertEqual(picture.crop(x, y, 1, 1),
                                 picture.crop(x // 4 * 4, y // 4 * 4, 1, 1))

    def test_meshes(self):
        self.ok("volume", "--layers", "conv3 4,1", "--raster", "8", "--size", "20x20x20", "-q",
                "-o", "m.ply")
        self.assertIn(b"element face", self.read("m.ply")[:600])


def write_png(width, height, pixels, kind, bits=8, more=b""):
    """A PNG of raw rows."""
    def chunk(name, data):
        return (struct.pack(">I", len(data)) + name + data +
                struct.pack(">I", zlib.crc32(name + data)))
    raw = b"".join(b"\0" + row for row in pixels)
    return (b"\x89PNG\r\n\x1a\n" +
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)) + more +
            chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))


def chunk_of(name, data):
    return (struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)))


class Images(t.Case):
    NEAR = ("--resample", "nearest")

    def rgb(self, name="in.png", width=5, height=3):
        pixels = [bytes((x * 50 + y + c * 3) % 256 for x in range(width) for c in range(3))
                  for y in range(height)]
        self.write(name, write_png(width, height, pixels, 2))
        return pixels

    def test_what_is_fed(self):
        """One dense layer without bias on colours alone."""
        pixels = self.rgb()
        keys = ("--image", "in.png", "--layers", "1:identity", "--sigma_b", "0")
        _, tensors = self.weights(*keys)
        weights = tensors["layers.0.weight"][1]
        shape, field = self.field(*keys, *self.NEAR)
        self.assertEqual(shape, (3, 5, 1))
        for y in range(3):
            for x in range(5):
                value = sum(w * (2 * pixels[y][3 * x + c] / 255 - 1)
                            for c, w in enumerate(weights))
                self.assertAlmostEqual(field[y * 5 + x], value, 5)

    def test_kinds(self):
        """Gray, palette, 16 bits and transparency give the same picture where they say the
        same."""
        gray = [bytes((10, 200)), bytes((99, 3))]
        self.write("gray.png", write_png(2, 2, gray, 0))
        self.write("rgb.png", write_png(2, 2, [bytes(v for v in row for _ in range(3))
                                               for row in gray], 2))
        self.write("wide.png", write_png(2, 2, [bytes(v for v in row for _ in range(6))
                                                for row in gray], 2, 16))
        self.write("alpha.png", write_png(2, 2, [bytes(w for v in row for w in (v, 255))
                                                 for row in gray], 4))
        palette = chunk_of(b"PLTE", bytes(v for v in (10, 200, 99, 3) for _ in range(3)))
        self.write("index.png", write_png(2, 2, [b"\0\1", b"\2\3"], 3, 8, palette))
        found = {self.hash_of("--image", name + ".png", "--layers", "conv3 4,3", "--size", "8x8")
                 for name in ("gray", "rgb", "wide", "alpha", "index")}
        self.assertEqual(len(found), 1)
        self.write("none.png", write_png(2, 2, [b"\x50\0\x70\0", b"\0\0\xff\0"], 4))
        self.assertNotIn(self.hash_of("--image", "none.png", "--layers", "conv3 4,3", "--size",
                                      "8x8"), found)

    def test_raster_of_another_size(self):
        """Cells are the mean of what they cover."""
        self.write("in.png", write_png(4, 4, [bytes((0, 0, 255, 255))] * 2 +
                                       [bytes((0, 51, 102, 204))] * 2, 0))
        keys = ("--image", "in.png", "--layers", "1:identity", "--sigma_b", "0")
        _, tensors = self.weights(*keys)
        weight = sum(tensors["layers.0.weight"][1])
        _, field = self.field(*keys, *self.NEAR, "--raster", "2", "--size", "2x2")
        for value, code in zip(field, (0, 255, 25.5, 153)):
            self.assertAlmostEqual(value, weight * (2 * code / 255 - 1), 5)

    def test_recipe(self):
        self.rgb()
        self.ok("render", "--image", "in.png", "--layers", "conv3 4,3", "-q", "-o", "out.png")
        recipe = self.recipe("out.png")
        self.assertEqual(recipe["image"], "in.png")
        self.assertEqual(len(recipe["image_sha256"]), 64)
        self.assertIn("identical", self.ok("verify", "out.png"))
        self.rgb(width=6)
        self.bad(3, ["image", "in.png", "is not the file"], "render", "out.png", "-o", "b.png")
        self.assertEqual(self.recipe("out.png"), recipe)  # which needs no image
        self.ok("render", "out.png", "--image", "in.png", "-q", "-o", "b.png")
        os.remove(os.path.join(self.folder, "in.png"))
        self.bad(1, ["image", "in.png"], "verify", "out.png")

    def test_everywhere(self):
        self.rgb(width=40, height=20)
        keys = ("--image", "in.png", "--layers", "conv3 4,3")
        sheet = self.png(*keys, "--count", "2", "--columns", "2", "--captions", "off",
                         command="sheet")
        self.assertLess(sheet.height, 150)  # cells have the image's shape
        self.ok("inside", *keys, "-q", "-o", "i.png")
        self.ok("grid", *keys, "--across", "seed=1..2", "-q", "-o", "g.png")
        self.ok("volume", *keys, "--inputs", "z,red", "--raster", "8", "--size", "20x20", "-q",
                "-o", "v.png")
        self.ok("animate", *keys, "--path", "seed=1;2", "--frames", "2", "-q", "-o", "f%d.png")

    def test_grid_of_images(self):
        self.rgb("a.png", 8, 8)
        self.write("b.png", write_png(8, 8, [bytes(8)] * 8, 0))
        self.ok("grid", "--down", "image=a.png;b.png", "--across", "seed=1..2", "--layers",
                "conv3 4,3", "--size", "16x16", "-q", "-o", "g.png")
        self.assertIn("identical", self.ok("verify", "g.png"))
        self.ok("grid", "g.png", "--cell", "A2", "-q", "-o", "cell.png")
        self.assertEqual(t.read_png(self.read("cell.png")).samples,
                         self.png("--image", "b.png", "--layers", "conv3 4,3", "--size", "16x16",
                                  "--seed", "1").samples)

    def test_what_is_no_picture(self):
        self.write("in.jpg", b"\xff\xd8\xff\xe0" + bytes(100))
        self.write("cut.png", write_png(40, 40, [bytes(40)] * 40, 0)[:60])
        self.write("empty.png", b"")
        keys = ("--layers", "conv3 4,3", "-o", "out.png")
        self.bad(3, ["image: in.jpg", "no PNG"], "render", "--image", "in.jpg", *keys)
        self.bad(3, ["image: cut.png"], "render", "--image", "cut.png", *keys)
        self.bad(3, ["image: empty.png"], "render", "--image", "empty.png", *keys)
        self.bad(1, ["image: none.png"], "render", "--image", "none.png", *keys)
        self.bad(3, ["inputs", "--image"], "render", "--inputs", "red", *keys)
        self.assertNotIn("out.png", self.snapshot())


class Bad(t.Case):
    def test_networks(self):
        for key, words, *keys in (
                ("layers", "raster has 64", "conv3 8 dilation=64,3"),
                ("layers", "nothing", "pool64,pool2,3"),
                ("layers", "groups=2", "conv3 8 groups=2,3"),
                ("padding", "circle", "pool3,conv3 4,3", "--padding", "circular"),
                ("padding", "torus", "conv3 4 padding=zero,3", "--tile", "torus")):
            self.bad(3, [key + ":", words], "render", "-o", "x.png", "--layers", *keys)

    def test_memory(self):
        self.bad(1, ["raster", "--max-memory"], "volume", "--layers", "conv3 16,3", "--raster",
                 "1024", "--max-memory", "512M", "-o", "x.png")
        self.bad(1, ["raster", "MiB"], "volume", "--layers", "conv3 8,3", "--raster", "65536",
                 "--extent", "124.12103456439394", "--size", "64x64x64", "-o", "x.npy")
        self.bad(1, ["feature maps", "--max-memory"], "inside", "--layers", "conv3 64x20,3",
                 "--raster", "512", "--max-memory", "300M", "-o", "x.png")
        self.bad(3, ["extent", "single pixel"], "render", "--layers", "conv3 16,3", "--extent",
                 "1e6", "-o", "x.png")
        self.bad(3, ["extent", "origin"], "render", "--layers", "conv3 16,3", "--center",
                 "1e9,0", "-o", "x.png")


if __name__ == "__main__":
    t.main()
