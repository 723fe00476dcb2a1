#!/usr/bin/env python3
"""The random numbers, written a second time from their definition (docs/NUMERICS.md) in another
language: Philox 4x32-10, u = (word + 1/2) 2^-32, the inverse normal distribution of Python's
statistics module, and the places of weights and biases. The exported float32 weights must be these
numbers, rounded once (Python's logarithm may differ from ours in the last bit of a double, so one
float in a great many may round the other way)."""

import itertools
import json
import math
import os
import statistics
import struct
import subprocess
import sys
import tempfile
import unittest

BINARY = os.path.abspath(sys.argv.pop(1))
INPUTS = {"x": 0, "y": 1, "z": 2, "r": 3, "t": 4, **{f"z{i}": 7 + i for i in range(1, 9)},
          **{f"n{i}": 15 + i for i in range(1, 9)}}
WEIGHT, BIAS, OUTPUT_LAYER = 0, 1, 0xffff
MASK = 0xffffffff
QUANTILE = statistics.NormalDist().inv_cdf


def philox(counter, key):
    x, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xD2511F53 * x[0], 0xCD9E8D57 * x[2]
        x = [(b >> 32) ^ x[1] ^ k[0], b & MASK, (a >> 32) ^ x[3] ^ k[1], a & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return x


def deviate(seed, source, to, layer, purpose, dist, tap=0):
    counter = [source >> 2, to, layer | tap << 16, purpose]
    word = philox(counter, [seed & MASK, seed >> 32])[source & 3]
    u = (word + 0.5) * 2.0 ** -32
    return QUANTILE(u) if dist == "normal" else (2 * u - 1) * math.sqrt(3)


def to_float(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def export(*options):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "net.safetensors")
        subprocess.run([BINARY, "weights", *options, "-q", "-o", path], check=True)
        with open(path, "rb") as file:
            data = file.read()
    length = struct.unpack_from("<Q", data)[0]
    header = json.loads(data[8:8 + length])
    tensors = {}
    for name, tensor in header.items():
        if name != "__metadata__":
            begin, end = tensor["data_offsets"]
            raw = data[8 + length + begin:8 + length + end]
            tensors[name] = (tensor["shape"], struct.unpack(f"<{len(raw) // 4}f", raw))
    return header["__metadata__"], tensors


class Weights(unittest.TestCase):
    def check(self, seed, widths, sigma_w, sigma_b, init, dist, inputs="x,y"):
        _, tensors = export("--seed", str(seed), "--layers", ",".join(map(str, widths)),
                            "--sigma_w", str(sigma_w), "--sigma_b", str(sigma_b), "--init", init,
                            "--dist", dist, "--inputs", inputs)
        sources = sorted(INPUTS[name] for name in inputs.split(","))
        wrong = total = 0
        for layer, width in enumerate(widths):
            stream = OUTPUT_LAYER if layer == len(widths) - 1 else layer
            sigma = sigma_w / math.sqrt(len(sources)) if init == "fan-in" else sigma_w
            weights = [to_float(deviate(seed, source, to, stream, WEIGHT, dist) * sigma)
                       for to in range(width) for source in sources]
            biases = [to_float(deviate(seed, 0, to, stream, BIAS, dist) * sigma_b)
                      for to in range(width)]
            for name, expected in (("weight", weights), ("bias", biases)):
                found = tensors[f"layers.{layer}.{name}"][1]
                self.assertEqual(len(found), len(expected))
                for a, b in zip(found, expected):
                    self.assertLessEqual(abs(a - b), 1.2e-7 * abs(b), (layer, name))
                    wrong += a != b
                    total += 1
            sources = list(range(width))
        self.assertLessEqual(wrong, total / 1000)

    def test_unscaled_normal(self):
        self.check(1, [20, 10, 3], 1, 1, "unscaled", "normal")

    def test_fan_in_normal(self):
        self.check(2 ** 64 - 1, [17, 33, 5, 3], 1.8, 0.4, "fan-in", "normal", "x,y,z,r,t,z1,z8")

    def test_uniform(self):
        self.check(0xDEADBEEF12345678, [7, 8, 1], 2.5, 0.1, "fan-in", "uniform", "r,t")

    def test_one_layer(self):
        self.check(42, [3], 1, 1, "unscaled", "normal", "x,y,r")

    def check_kernels(self, size, axes, groups, inputs):
        """Taps are numbered from the middle: ring by ring, and in a ring by z, y and x."""
        _, tensors = export("--seed", "99", "--layers", f"conv{size} 6 groups={groups} stride=2,3",
                            "--sigma_w", "1.3", "--inputs", inputs)
        cells = sorted(itertools.product(range(-(size - 1) // 2 - 1, size // 2 + 2), repeat=axes),
                       key=lambda cell: (max(map(abs, cell)), cell))
        number = {cell: tap for tap, cell in enumerate(cells)}
        sources = sorted(INPUTS[name] for name in inputs.split(","))
        each = len(sources) // groups
        sigma = 1.3 / math.sqrt(each * size ** axes)
        shape, found = tensors["layers.0.weight"]
        self.assertEqual(shape, [6, each] + [size] * axes)
        places = itertools.product(range(6), range(each),
                                   itertools.product(range(size), repeat=axes))
        for value, (to, i, tap) in zip(found, places):
            cell = tuple(at - (size - 1) // 2 for at in tap)
            source = sources[to // (6 // groups) * each + i]
            expected = deviate(99, source, to, 0, WEIGHT, "normal", number[cell]) * sigma
            self.assertLessEqual(abs(value - expected), 1.2e-7 * abs(expected), (to, i, cell))

    def test_kernels(self):
        self.check_kernels(3, 2, 1, "x,y,n1")
        self.check_kernels(7, 2, 2, "x,y,n1,n8")
        self.check_kernels(4, 2, 1, "r,n5")
        self.check_kernels(5, 3, 1, "z,n2")
        self.check_kernels(2, 3, 2, "z,n2")


if __name__ == "__main__":
    unittest.main()
