#!/usr/bin/env python3
"""Solids: samples against the exported weights evaluated in Python, the files that hold them,
meshes that are closed, pictures that prove themselves, memory, and what is refused."""

import collections
import math
import re
import struct
import unittest

import _tiedye
import networks
from _tiedye import Case, read_png, write_png

NET = ["--layers", "9,8,3", "--seed", "5"]
SMALL = [*NET, "--size", "24x18", "--antialias", "1", "--step", "0.05"]


def read_npy4(data):
    """(shape, floats) of four axes: slices, rows, samples, channels."""
    length = struct.unpack_from("<H", data, 8)[0]
    header = data[10:10 + length].decode("ascii")
    assert "'descr': '<f4'" in header and "'fortran_order': False" in header
    shape = tuple(int(n) for n in re.search(r"\(([\d, ]+)\)", header).group(1).split(",") if n)
    return shape, struct.unpack(f"<{(len(data) - 10 - length) // 4}f", data[10 + length:])


def read_nrrd(data):
    """(fields, floats)."""
    head, body = data.split(b"\n\n", 1)
    fields = {}
    for line in head.decode().splitlines()[1:]:
        key, value = re.split(r":=|: |:", line, maxsplit=1)
        fields[key] = value
    return fields, struct.unpack(f"<{len(body) // 4}f", body)


class Mesh:
    """A binary PLY as tiedye writes it; vertices are (place, normal, colour)."""

    def __init__(self, data):
        self.head, body = data.split(b"end_header\n", 1)
        count, faces = (int(re.search(rb"element %s (\d+)" % name, self.head).group(1))
                        for name in (b"vertex", b"face"))
        assert len(body) == 27 * count + 13 * faces
        rows = list(struct.iter_unpack("<6f3B", body[:27 * count]))
        self.places = [row[:3] for row in rows]
        self.normals = [row[3:6] for row in rows]
        self.colours = [row[6:] for row in rows]
        faces = list(struct.iter_unpack("<B3I", body[27 * count:]))
        assert all(face[0] == 3 for face in faces)
        self.faces = [face[1:] for face in faces]

    def volume(self):
        """Of what the faces enclose, by the divergence theorem; above 0 where they look out."""
        total = 0
        for face in self.faces:
            a, b, c = (self.places[i] for i in face)
            total += (a[0] * (b[1] * c[2] - b[2] * c[1]) + a[1] * (b[2] * c[0] - b[0] * c[2])
                      + a[2] * (b[0] * c[1] - b[1] * c[0])) / 6
        return total


def evaluate(network, x, y, z):
    network.constants["z"] = z
    network.recipe["z"] = z
    return network.evaluate(x, y)


class Samples(Case):
    def samples(self, *arguments, name="v.npy"):
        self.ok("volume", *arguments, "-q", "-o", name)
        return read_npy4(self.read(name))

    def network(self, *arguments):
        return networks.Network(*self.weights(*arguments))

    def test_samples_are_the_network(self):
        """z slowest, then y upwards, then x; centres of cubes; the box is high as the extent
        says, around the centre."""
        for more in ([], ["--center", "0.7,-1.2", "--z", "0.4", "--extent", "0.9"],
                     ["--inputs", "x,y,z,r,t", "--t", "0.8", "--z", "-2"],
                     ["--inputs", "z,y", "--act", "relu", "--out", "identity"]):
            inputs = [] if "--inputs" in more else ["--inputs", "x,y,z"]
            network = self.network(*NET, *inputs, *more)
            recipe = self.recipe(*NET, *inputs, *more)
            cx, cy = (float(part) for part in recipe.get("center", "0,0").split(","))
            cz, unit = float(recipe.get("z", 0)), 2 * float(recipe.get("extent", 2)) / 4
            for engine in ("dense", "spectral"):
                shape, found = self.samples(*NET, *more, "--size", "5x4x3", "--engine", engine)
                self.assertEqual(shape, (3, 4, 5, 3))
                at = 0
                for k in range(3):
                    for j in range(4):
                        for i in range(5):
                            wanted = evaluate(network, cx + unit * (i - 2),
                                              cy + unit * (j - 1.5), cz + unit * (k - 1))
                            for a, b in zip(found[at:at + 3], wanted):
                                self.assertAlmostEqual(a, b, delta=2e-5 * max(1, abs(b)))
                            at += 3

    def test_volume_feeds_space_by_itself(self):
        self.assertEqual(self.samples(*NET, "--size", "4x4x4"),
                         self.samples(*NET, "--size", "4x4x4", "--inputs", "x,y,z"))
        self.assertNotEqual(self.samples(*NET, "--size", "4x4x4", "--inputs", "x,y"),
                            self.samples(*NET, "--size", "4x4x4"))

    def test_nrrd(self):
        view = ["--center", "1,2", "--z", "3", "--extent", "1.5", "--size", "6x4x8"]
        _, floats = self.samples(*NET, *view)
        self.ok("volume", *NET, *view, "-q", "-o", "v.nrrd")
        fields, body = read_nrrd(self.read("v.nrrd"))
        self.assertEqual(body, floats)
        self.assertEqual((fields["type"], fields["sizes"], fields["encoding"]),
                         ("float", "3 6 4 8", "raw"))
        spacing = [float(n) for n in re.findall(r"[\d.]+", fields["space directions"])]
        self.assertEqual(spacing, [0.75, 0, 0, 0, 0.75, 0, 0, 0, 0.75])
        origin = [float(n) for n in fields["space origin"].strip("()").split(",")]
        for found, wanted in zip(origin, (1 - 0.75 * 2.5, 2 - 0.75 * 1.5, 3 - 0.75 * 3.5)):
            self.assertAlmostEqual(found, wanted, places=12)
        self.ok("volume", *NET, "--extent", "1.5", "--size", "6x3x12", "-q", "-o", "w.nrrd")
        self.assertEqual(read_nrrd(self.read("w.nrrd"))[0]["space origin"], "(-2.5,-1,-5.5)")
        recipe = fields["tiedye-recipe"].replace("\\n", "\n")
        self.write("v.tie", recipe)
        self.ok("volume", "v.tie", "-q", "-o", "w.npy")
        self.assertEqual(self.read("w.npy"), self.read("v.npy"))

    def test_spectral_within_its_tolerance(self):
        """Blocks of polynomials: off by no more than the tolerance in 65536ths of the range."""
        for more, span in ([[], 2], [["--out", "sigmoid"], 1], [["--tolerance", "1"], 2],
                           [["--channels", "1", "--inputs", "x,y,z,r"], 2]):
            size = ["--size", "37x41x23", "--sigma_w", "1.2", *more]
            _, dense = self.samples(*NET, *size, "--engine", "dense")
            shape, spectral = self.samples(*NET, *size, "--engine", "spectral")
            self.assertEqual(shape[:3], (23, 41, 37))
            worst = max(abs(a - b) for a, b in zip(dense, spectral))
            allowed = (1 if "--tolerance" in more else 0.25) / 65535 * span
            self.assertLess(worst, allowed + 1e-6, more)

    def test_hash(self):
        size = [*NET, "--size", "21x19x33"]
        for engine in ("dense", "spectral"):
            hashes = {self.hash_of(*size, "--engine", engine, "--threads", threads,
                                   command="volume", env={"TIEDYE_CPU": cpu})
                      for threads, cpu in (("1", "ref"), ("2", "sse2"), ("7", ""))}
            self.assertEqual(len(hashes), 1, engine)
            self.assertRegex(hashes.pop(), r"\A[0-9a-f]{16} 21x19x33 f32x3\n\Z")

    def test_any_number_of_outputs(self):
        shape, found = self.samples("--layers", "4,5", "--size", "3x3x3")
        self.assertEqual(shape, (3, 3, 3, 5))
        self.assertEqual(len(set(found)), 27 * 5)
        self.assertEqual(self.samples("--layers", "4,1", "--size", "3x1x2")[0], (2, 1, 3, 1))

    def test_wild_networks(self):
        """What overflows becomes infinite or the one NaN, in both engines alike."""
        wild = ["--layers", "64x40,3", "--act", "relu", "--out", "identity", "--init", "unscaled",
                "--sigma_w", "1000", "--size", "5x5x5"]
        self.samples(*wild, "--engine", "dense")
        dense = self.read("v.npy")
        self.assertIn(b"\x00\x00\xc0\x7f", dense)
        self.assertNotIn(b"\x00\x00\xc0\xff", dense)
        self.samples(*wild, "--engine", "spectral")
        self.assertEqual(self.read("v.npy"), dense)
        picture = [*wild[:-2], "--size", "9x9", "--antialias", "1", "--opacity", "luminance",
                   "--shading", "1", "--tone", "clip", "--palette", "rgb", "--step", "0.2"]
        pictures = {self.hash_of(*picture, "--engine", engine, command="volume",
                                 env={"TIEDYE_CPU": cpu})
                    for engine in ("dense", "spectral") for cpu in ("ref", "")}
        self.assertEqual(len(pictures), 1)


class Meshes(Case):
    def mesh(self, *arguments, name="m.ply"):
        self.ok("volume", *NET, *arguments, "-q", "-o", name)
        return Mesh(self.read(name))

    def check_closed(self, mesh):
        """Every edge belongs to two faces that run along it in opposite directions, and none
        has a corner twice; the solid is inside."""
        edges = collections.Counter()
        for a, b, c in mesh.faces:
            self.assertEqual(len({a, b, c}), 3)
            self.assertEqual(len({mesh.places[i] for i in (a, b, c)}), 3)
            edges.update([(a, b), (b, c), (c, a)])
        self.assertEqual(set(edges.values()), {1})
        self.assertTrue(all((b, a) in edges for a, b in edges))
        self.assertGreater(mesh.volume(), 0)
        for normal in mesh.normals:
            self.assertAlmostEqual(sum(n * n for n in normal), 1, delta=1e-3)

    def test_closed(self):
        for more in (["--size", "17x15x19"], ["--size", "12x12x12", "--opacity", "2", "--level",
                                              "0.6"],
                     ["--size", "9x13x7", "--channels", "1", "--act", "relu", "--palette",
                      "ember"],
                     ["--size", "14x14x14", "--engine", "spectral", "--center", "1,-1", "--z",
                      "2"]):
            with self.subTest(more=more):
                mesh = self.mesh(*more)
                self.check_closed(mesh)
                self.assertGreater(len(set(mesh.colours)), 20)

    def test_the_whole_box(self):
        """At level 0 all is inside: the mesh is the box of the samples' middles."""
        mesh = self.mesh("--size", "8x8x8", "--level", "0")
        self.check_closed(mesh)
        lowest, highest = (fun(min(p) if fun is min else max(p) for p in mesh.places)
                           for fun in (min, max))
        self.assertAlmostEqual(lowest, -highest, places=5)
        self.assertAlmostEqual(mesh.volume(), (2 * highest) ** 3, delta=0.3)

    def test_vertices_lie_on_the_level(self):
        """But for those of the caps, on the outermost samples."""
        mesh = self.mesh("--size", "12x12x12", "--opacity", "1", "--level", "0.55", "--palette",
                         "rgb")
        network = networks.Network(*self.weights(*NET, "--inputs", "x,y,z"))
        edge = 2 - 2 / 12 * 1.001
        inner = [i for i, place in enumerate(mesh.places) if max(map(abs, place)) < edge - 1e-4]
        self.assertGreater(len(inner), 100)
        for i in inner[::7]:
            u = [(value + 1) / 2 for value in evaluate(network, *mesh.places[i])]
            self.assertAlmostEqual(u[0], 0.55, delta=1e-3)
            for found, wanted in zip(mesh.colours[i], u):
                self.assertAlmostEqual(found, 255 * wanted, delta=1.01)

    def test_meshes_carry_their_recipe(self):
        mesh = self.mesh("--size", "8x8x8", "--level", "0.6")
        lines = re.findall(r"comment tiedye-recipe (.*)", mesh.head.decode())
        self.write("m.tie", "\n".join(lines))
        self.ok("volume", "m.tie", "-q", "-o", "n.ply")
        self.assertEqual(self.read("n.ply"), self.read("m.ply"))
        self.ok("volume", *NET, "--size", "8x8x8", "--no-recipe", "-q", "-o", "n.ply")
        self.assertNotIn(b"tiedye-recipe", self.read("n.ply"))

    def test_same_bytes_whatever_the_threads(self):
        for name in ("m.ply", "m.stl", "m.glb"):
            written = set()
            for threads in ("1", "2", "7"):
                self.ok("volume", *NET, "--size", "10x10x10", "-q", "--threads", threads, "-o",
                        name)
                written.add(self.read(name))
            self.assertEqual(len(written), 1)

    def test_refusals(self):
        self.bad(3, ["level", "nothing is above 1"], "volume", *NET, "--size", "8x8x8", "--level",
                 "1", "-o", "m.ply")
        self.bad(3, ["three axes", "8x8x8"], "volume", *NET, "--size", "8x8", "-o", "m.ply")
        self.bad(3, ["volume"], "render", *NET, "-o", "m.ply")
        self.bad(3, ["opacity"], "volume", *NET, "--size", "8x8x8", "--channels", "1",
                 "--opacity", "2", "-o", "m.ply")


class Pictures(Case):
    def test_a_volume_is_a_recipe(self):
        keys = ["--azimuth", "-20.5", "--elevation", "70", "--distance", "4", "--fov", "40",
                "--projection", "orthographic", "--cut_x", "-0.5,1", "--cut_y", "-1,0.9",
                "--cut_z", "0,1", "--corner", "0.3", "--opacity", "2", "--transfer",
                "0.1:0,0.6:1", "--level", "0.4", "--band", "0.3", "--density", "7", "--shading",
                "0.9", "--background", "#20ff40", "--z", "0.3"]
        png = self.png(*SMALL, *keys, command="volume", name="v.png")
        recipe = self.recipe("v.png")
        self.assertEqual((recipe["draw"], recipe["cut_x"], recipe["transfer"],
                          recipe["background"]), ("volume", "-0.5,1", "0.1:0,0.6:1", "20ff40"))
        self.assertEqual(self.png("v.png", name="w.png").samples, png.samples)
        link = self.ok("info", "v.png", "--link").strip()
        self.assertEqual(self.png(link, name="w.png").samples, png.samples)
        self.assertIn("identical", self.ok("verify", "v.png"))

    def test_verify_looks_everywhere(self):
        self.png(*SMALL, command="volume", name="v.png")
        for x, y in ((0, 0), (23, 0), (12, 9), (0, 17), (23, 17)):
            png = read_png(self.read("v.png"))
            png.samples[y][3 * x + 1] ^= 128
            self.write("w.png", write_png(png))
            result = self.tiedye("verify", "w.png")
            self.assertEqual(result.returncode, 5)
            self.assertIn(f"different at pixel {x},{y}", result.stdout)

    def test_all_kinds_of_pictures(self):
        for more in (["--antialias", "3"], ["--antialias", "5", "--dither", "on"],
                     ["--antialias", "16", "--size", "7x5"], ["--bits", "16"],
                     ["--channels", "1"], ["--channels", "1", "--palette", "ember"],
                     ["--palette", "rgb"], ["--palette", "gray"], ["--palette", "oklab"],
                     ["--palette", "oklab-seeded"], ["--palette", "stops", "--colours", "3"],
                     ["--tone", "rescale"], ["--tone", "rank", "--opacity", "luminance"],
                     ["--size", "1x1"], ["--size", "1x70"], ["--size", "70x1"],
                     ["--residual", "on", "--layers", "9x3,3"], ["--distance", "0.3"],
                     ["--density", "0"], ["--corner", "2"], ["--gain", "3", "--invert", "on"]):
            with self.subTest(more=more):
                png = self.png(*SMALL, *more, command="volume", name="v.png")
                self.assertEqual((png.channels, png.bits), (3, 16 if "--bits" in more else 8))
                self.assertIn("identical", self.ok("verify", "v.png"))

    def test_engines_agree(self):
        for more in ([], ["--opacity", "luminance", "--shading", "1"],
                     ["--opacity", "1", "--band", "0.2", "--shading", "0"]):
            size = [*NET, "--size", "90x80", "--antialias", "1", *more]
            dense, spectral = (self.png(*size, "--engine", engine, command="volume")
                               for engine in ("dense", "spectral"))
            apart = [abs(a - b) for one, other in zip(dense.samples, spectral.samples)
                     for a, b in zip(one, other)]
            self.assertLessEqual(max(apart), 1)
            self.assertLess(sum(map(bool, apart)), len(apart) / 200)

    def test_polynomials_only_where_they_pay(self):
        """auto draws rough networks densely, smooth ones not; both within a code."""
        rough = ["--layers", "20,10,3", "--init", "unscaled", "--extent", "2"]
        smooth = ["--layers", "20,10,3", "--extent", "0.7"]
        for net, pays in ((rough, False), (smooth, True)):
            for kind in (["--size", "256x256", "--antialias", "1", "--bits", "16"],
                         ["--size", "128x128x128"]):
                auto, dense, spectral = (
                    self.hash_of(*net, *kind, "--engine", engine, command="volume")
                    for engine in ("auto", "dense", "spectral"))
                self.assertEqual(auto == dense, not pays, (net, kind))
                self.assertNotEqual(spectral, dense, (net, kind))

    def test_nothing_to_see(self):
        """An empty solid is its background, to the last bit."""
        png = self.png(*SMALL, "--density", "0", "--background", "3080ff", command="volume")
        self.assertEqual(png.samples, [[0x30, 0x80, 0xff] * 24] * 18)
        png = self.png(*SMALL, "--corner", "2", command="volume")
        self.assertEqual(png.samples, [[255] * 72] * 18)

    def test_no_seams(self):
        """One large picture and its quarter at the same scale: blocks begin elsewhere."""
        whole = self.png(*NET, "--size", "300x300", "--antialias", "1", "--projection",
                         "orthographic", "--engine", "dense", "--step", "0.1", command="volume")
        small = self.png(*NET, "--size", "100x300", "--antialias", "1", "--projection",
                         "orthographic", "--engine", "dense", "--step", "0.1", command="volume")
        middle = whole.crop(100, 0, 100, 300)
        apart = [abs(a - b) for one, other in zip(middle, small.samples)
                 for a, b in zip(one, other)]
        self.assertLessEqual(max(apart), 1)

    def test_black_in_16_bits(self):
        """What is black and 20 depths thick hides a white background to half a code."""
        even = ["--layers", "2,3", "--sigma_w", "0", "--sigma_b", "100", "--size", "9x9",
                "--antialias", "1", "--projection", "orthographic", "--elevation", "0",
                "--azimuth", "0", "--corner", "0", "--density", "10", "--shading", "0",
                "--palette", "rgb", "--distance", "1"]
        seen = set()
        for seed in ("1", "2"):
            self.ok("volume", *even[:6], "--seed", seed, "--size", "1x1x1", "-q", "-o", "v.npy")
            values = read_npy4(self.read("v.npy"))[1]
            for bits, top in (("8", 255), ("16", 65535)):
                png = self.png(*even, "--seed", seed, "--bits", bits, command="volume")
                for code, value in zip(png.samples[4][12:15], values):
                    self.assertAlmostEqual(abs(value), 1, places=6)
                    self.assertAlmostEqual(code, top if value > 0 else 0, delta=1)
                    seen.add(value > 0)
        self.assertEqual(len(seen), 2)

    def test_parallel_rays_begin_before_the_solid(self):
        """However near the camera stands: its distance is then the picture's scale alone."""
        see = [*NET, "--size", "32x32", "--antialias", "1", "--projection", "orthographic",
               "--opacity", "luminance", "--density", "2", "--engine", "dense"]
        tangent = math.tan(math.radians(30))
        for distance in (0.3, 1.2):
            fov = 2 * math.degrees(math.atan(tangent * distance / 5))
            near = self.png(*see, "--distance", str(distance), "--fov", "60", command="volume")
            far = self.png(*see, "--distance", "5", "--fov", repr(fov), command="volume")
            apart = [abs(a - b) for one, other in zip(near.samples, far.samples)
                     for a, b in zip(one, other)]
            self.assertLessEqual(max(apart), 1)

    def test_step_is_corrected(self):
        """Half the step: the same picture, not a darker one."""
        see = [*NET, "--size", "40x40", "--antialias", "1", "--opacity", "luminance",
               "--density", "3", "--shading", "0", "--background", "white"]
        means = [sum(map(sum, self.png(*see, "--step", step, command="volume").samples))
                 / (3 * 1600) for step in ("0.08", "0.04", "0.02")]
        self.assertAlmostEqual(means[0], means[1], delta=0.1)
        self.assertAlmostEqual(means[1], means[2], delta=0.03)


class Memory(Case):
    @unittest.skipIf(_tiedye.SANITIZED, "memory says nothing there")
    def test_dense_samples_stream(self):
        size = ["--layers", "2,1", "--engine", "dense", "-q", "-o", "v.null"]
        few = self.peak("volume", *size, "--size", "300x300x10", "--max-memory", "20M")
        many = self.peak("volume", *size, "--size", "300x300x200", "--max-memory", "20M")
        self.assertLess(many, few + 5)

    def test_refused_with_a_size_that_fits(self):
        result = self.tiedye("volume", "--layers", "2,3", "--size", "1001x1001x64",
                             "--max-memory", "100M", "-o", "v.null")
        self.assertEqual(result.returncode, 1)
        found = re.search(r"use (\d+x\d+x\d+), --engine dense", result.stderr)
        self.assertTrue(found, result.stderr)
        self.ok("volume", "--layers", "2,3", "--size", found.group(1), "--max-memory", "100M",
                "-q", "-o", "v.null")

    def test_slabs_of_more_rows_than_32_bits_count(self):
        self.bad(1, ["16 slices", "16384 MiB"], "volume", "--layers", "1,1", "--size",
                 "1x268435457x7", "--max-memory", "100M", "-o", "v.null")


class Refusals(Case):
    def test_values(self):
        for key, value, *words in (
                ("--transfer", "nonsense", "no list of points"), ("--transfer", "", "points"),
                ("--transfer", "0:0,2:1", "outside of 0 to 1"),
                ("--transfer", "0.5:0,0.4:1", "left of"),
                ("--transfer", ",".join(f"0.{k}:1" for k in range(9)), "more than 8"),
                ("--background", "nonsense", "no colour"), ("--background", "12345", "no colour"),
                ("--background", "#12345g", "no colour"), ("--azimuth", "north", "azimuth"),
                ("--cut_x", "-2,1", "out of range"), ("--cut_x", "0.5", "cut_x"),
                ("--step", "0", "step"), ("--fov", "170", "fov"), ("--distance", "0", "distance"),
                ("--density", "-1", "density"), ("--opacity", "4", "opacity"),
                ("--projection", "fish", "projection"), ("--corner", "3", "corner"),
                ("--size", "8x8x0", "size"), ("--size", "8x8x8x8", "size"),
                ("--size", "8x8x99999999999", "size")):
            with self.subTest(key=key, value=value):
                self.bad(2, [key, *words], "volume", key, value)

    def test_what_does_not_go_together(self):
        for arguments, *words in (
                (["--cut_x", "1,0"], "cut_x", "nothing is left"),
                (["--cut_z", "0.2,0.2"], "cut_z"),
                (["--opacity", "2", "--channels", "1"], "opacity"),
                (["--opacity", "3", "--palette", "ember"], "opacity"),
                (["--layers", "4,2"], "1 or 3"), (["--tile", "torus"], "torus"),
                (["--opacity", "1", "--band", "0.0009"], "band", "0.00195"),
                (["--size", "300000000x1", "--antialias", "8"], "lower antialias")):
            with self.subTest(arguments=arguments):
                self.bad(3, words, "volume", "--size", "8x8", *arguments, "-o", "v.png")
        self.bad(3, ["torus"], "volume", "--size", "8x8x8", "--tile", "torus", "-o", "v.npy")
        self.bad(3, ["three axes", "9x8x8"], "volume", "--size", "9x8", "-o", "v.nrrd")
        self.bad(3, ["rows"], "volume", "--size", "2x99999x99999", "-o", "v.nrrd")
        self.bad(2, ["png holds no volume"], "volume", "--size", "8x8x8", "-o", "v.png")
        self.bad(2, ["gif"], "volume", "--size", "8x8x8", "-o", "v.gif")
        for command in ("render", "sheet"):
            self.bad(3, ["size"], command, "--size", "8x8x8", "-o", "v.png")
        self.bad(2, ["volume takes no --what"], "volume", "--what", "cost")
        self.bad(2, ["takes no --azimuth"], "render", "--azimuth", "10")


if __name__ == "__main__":
    _tiedye.main()
