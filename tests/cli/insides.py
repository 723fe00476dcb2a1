#!/usr/bin/env python3
"""The inside of a network: every neuron's picture, against the network's weights, against the same
neuron drawn alone, and against pictures of the whole."""

import _tiedye as t
from networks import Network, pixel_centres

PLAIN = ("--captions", "off")


def places(size, width, columns, count, left=None, top=None):
    """Corners of `count` pictures, as the page of a layer without captions has them."""
    gap = max(2, min(size) // 16)
    left, top = (3 * gap if left is None else left), (3 * gap if top is None else top)
    return [(left + i % columns * (size[0] + gap), top + i // columns * (size[1] + gap))
            for i in range(count)]


class Case(t.Case):
    def inside(self, *arguments, name="inside.png"):
        return self.png(*arguments, command="inside", name=name)

    def layer(self, size, count, *arguments):
        """The pictures on the page of one layer, and its decoded file."""
        page = self.inside("--size", f"{size[0]}x{size[1]}", *PLAIN, *arguments)
        gap = max(2, min(size) // 16)
        columns = (page.width - 5 * gap) // (size[0] + gap)
        self.assertEqual(page.width, 5 * gap + columns * (size[0] + gap))
        corners = places(size, page.width, columns, count)
        self.assertEqual(page.height, corners[-1][1] + size[1] + 3 * gap)
        return [page.crop(x, y, *size) for x, y in corners]

    def alone(self, size, neuron, *arguments):
        return self.inside("--size", f"{size[0]}x{size[1]}", "--neuron", str(neuron), *arguments,
                           name="alone.png").samples


class Values(Case):
    def check(self, *recipe):
        """Fields of neurons against the network evaluated up to their layer."""
        recipe = (*recipe, "--size", "5x4")
        network = Network(*self.weights(*recipe))
        whole = list(network.layers)
        for depth in range(1, len(whole) + 1):
            network.layers = whole[:depth]
            for neuron in {1, len(whole[depth - 1][1])}:
                self.ok("inside", *recipe, "--layer", str(depth), "--neuron", str(neuron), "-q",
                        "-o", "n.npy")
                shape, field = t.read_npy(self.read("n.npy"))
                self.assertEqual(tuple(shape[:2]), (4, 5))
                for found, point in zip(field, pixel_centres(network.recipe), strict=True):
                    wanted = network.evaluate(*point)[neuron - 1]
                    self.assertLessEqual(abs(found - wanted), 2e-5 * max(1, abs(wanted)),
                                         (recipe, depth, neuron, point))

    def test_against_the_weights(self):
        self.check("--seed", "3")
        self.check("--seed", "8", "--layers", "9:relu,7x3:sin,20:gaussian,5", "--extent", "3")
        self.check("--layers", "8x4,1", "--residual", "on", "--inputs", "x,y,r,z1", "--z1", "0.7")

    def test_the_output_is_a_layer(self):
        shape, field = self.field("--seed", "4", "--size", "31x17")
        for channel in range(3):
            self.ok("inside", "--seed", "4", "--size", "31x17", "--layer", "7", "--neuron",
                    str(channel + 1), "-q", "-o", "n.npy")
            self.assertEqual(t.read_npy(self.read("n.npy"))[1], field[channel::shape[2]])


class Pages(Case):
    def test_each_picture_is_the_neuron_alone(self):
        for size, keys in (((24, 24), ("--layers", "7,11,3")),
                           ((33, 20), ("--layers", "7:relu,11:softplus,3", "--bits", "16")),
                           ((20, 34), ("--layers", "7,11,3", "--tone", "rank", "--invert", "on")),
                           ((21, 21), ("--layers", "7,11,1", "--palette", "dusk", "--dither",
                                       "on", "--antialias", "3")),
                           ((16, 16), ("--layers", "7,11,3", "--palette", "gray", "--tone",
                                       "rescale", "--rotate", "30"))):
            keys = (*keys, "--layer", "2")
            for i, picture in enumerate(self.layer(size, 11, *keys)):
                self.assertEqual(picture, self.alone(size, i + 1, *keys), (keys, i + 1))

    def test_wide_layers_have_pages(self):
        keys = ("--layers", "1100,3", "--layer", "1")
        for page, count in ((1, 512), (2, 512), (3, 76)):
            pictures = self.layer((4, 4), count, *keys, "--page", str(page))
            for i in (0, count - 1):
                self.assertEqual(pictures[i],
                                 self.alone((4, 4), 512 * (page - 1) + i + 1, *keys))

    def test_the_whole(self):
        """A column of inputs, the layers, the output three times as large, its channels."""
        page = self.inside("--layers", "4,3", "--size", "32x32", *PLAIN)
        gap, side = 2, 32
        middle = (page.height - 6 * gap) / 2 + 3 * gap
        x, arrow = 3 * gap + side, 3 * gap
        room = page.width - 6 * gap - side - 2 * arrow - 3 * side - 2 * gap
        columns = (room + gap) // (side + gap)
        lines = -(-4 // columns)
        top = int(middle - (lines * (side + gap) - gap) / 2)
        corners = places((side, side), 0, columns, 4, x + arrow, top)
        for i, (left, y) in enumerate(corners):
            self.assertEqual(page.crop(left, y, side, side),
                             self.alone((side, side), i + 1, "--layers", "4,3", "--layer", "1"))
        out = page.width - 3 * gap - 3 * side - 2 * gap
        whole = self.png("--layers", "4,3", "--size", "96x96", "--engine", "dense").samples
        self.assertTrue(any(page.crop(out, y, 96, 96) == whole for y in range(page.height - 95)))

    def test_samples_of_wide_layers(self):
        """64 neurons of 1000, from the middles of as many equal parts."""
        keys = ("--layers", "1000,3", "--size", "8x8", *PLAIN)
        page = self.inside(*keys)
        cells = {str(page.crop(x, y, 8, 8)) for y in range(6, page.height - 8, 2)
                 for x in range(14, page.width - 30, 2)}
        for i in (0, 1, 31, 63):
            neuron = (2 * i + 1) * 1000 // 128 + 1
            alone = self.alone((8, 8), neuron, "--layers", "1000,3", "--layer", "1")
            self.assertIn(str(alone), cells, neuron)

    def test_with_diagram(self):
        self.ok("inside", "--layers", "5,3", "--size", "20x20", "--with-diagram", "-q", "-o",
                "i.png")
        self.assertEqual(self.recipe("i.png")["with_diagram"], "on")
        self.assertIn("identical", self.ok("verify", "i.png"))

    def test_captions_leave_pictures_alone(self):
        self.inside("--layers", "9x20,3", "--page", "2", "--size", "16x16")
        self.assertIn("identical", self.ok("verify", "inside.png"))
        found = {self.hash_of(*keys, command="inside") for keys in (
            ("--layers", "9x3,3", "--size", "20x20", "--layer", "2", *PLAIN),
            ("--layers", "9x3,3", "--size", "20x20", "--layer", "2", *PLAIN, "--threads", "3"))}
        self.assertEqual(len(found), 1)

    def test_shapes_of_networks(self):
        for layers in ("1", "3", "5", "1,1", "2x40,3", "70,1,2", "3:sign,3"):
            self.inside("--layers", layers, "--size", "9x7")
            self.assertIn("identical", self.ok("verify", "inside.png"))

    def test_it_is_a_recipe(self):
        self.inside("--layers", "6x3,3", "--seed", "5", "--layer", "2", "--neuron", "4")
        self.assertEqual(self.recipe("inside.png"),
                         {"v": "1", "draw": "inside", "layers": "6x3,3", "seed": "5",
                          "layer": "2", "neuron": "4"})
        self.ok("render", "inside.png", "-q", "-o", "again.png")
        self.assertEqual(self.read("again.png"), self.read("inside.png"))
        self.ok("weights", "inside.png", "-q", "-o", "n.safetensors")
        self.assertEqual(self.read("n.safetensors"), self.weights_of("--layers", "6x3,3",
                                                                     "--seed", "5"))

    def weights_of(self, *recipe):
        self.ok("weights", *recipe, "-q", "-o", "m.safetensors")
        return self.read("m.safetensors")

    def test_a_poster_of_a_neuron_is_drawn_in_bounded_memory(self):
        if t.SANITIZED:
            self.skipTest("its memory says nothing")
        self.assertLess(self.peak("inside", "--layer", "1", "--neuron", "2", "--layers", "4,3",
                                  "--size", "6000x6000", "--antialias", "1", "-q", "-o",
                                  "a.ppm"), 60)


class Refused(Case):
    def refuse(self, words, *arguments):
        self.bad(3, words, "inside", "--layers", "9x3,3", *arguments, "-o", "x.png")

    def test_neurons_that_are_not_there(self):
        self.refuse(["neuron", "of which layer", "1 to 4"], "--neuron", "3")
        self.refuse(["layer: 5", "1 to 4"], "--layer", "5")
        self.refuse(["neuron: 10", "layer 2", "1 to 9"], "--layer", "2", "--neuron", "10")
        self.refuse(["neuron: 4", "layer 4", "1 to 3"], "--layer", "4", "--neuron", "4")
        self.refuse(["one page", "no page 2"], "--page", "2")
        self.refuse(["page: 3", "1 to 2"], "--depth", "20", "--page", "3")
        self.refuse(["one page"], "--layer", "1", "--neuron", "1", "--page", "2")
        self.refuse(["at most 1000000 a side"], "--size", "1000001x2")
        self.bad(2, ["--layer: 0"], "inside", "--layer", "0")
        self.bad(3, ["one neuron", "layer and neuron"], "inside", "-o", "x.npy")

    def test_memory(self):
        self.bad(1, ["ranges", "--max-memory"], "inside", "--layers", "300x16,3", "--tone",
                 "rank", "--max-memory", "20M", "-o", "x.png")


if __name__ == "__main__":
    t.main()
