#!/usr/bin/env python3
"""The exported weights, evaluated by another program in another language and in double
precision, are the field that tiedye draws; and what users rely on of how networks are related."""

import json
import math
import struct

import _tiedye
from _tiedye import Case


def clamp(x, low, high):
    return min(max(x, low), high)


def exp_minus_one(x):
    return math.expm1(min(x, 0))


def softplus(x):
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def sign(x):
    return (x > 0) - (x < 0) + 0.0


def triangle(x):
    a = abs(x) % 4
    return math.copysign(1, x) * (a if a < 1 else 2 - a if a < 3 else a - 4)


# name: (formula as `tiedye list activations` prints it, the same in Python)
ACTIVATIONS = {
    "identity": ("x", lambda x: x),
    "tanh": ("tanh(x)", math.tanh),
    "lecun-tanh": ("1.7159 tanh(2 x / 3)", lambda x: 1.7159 * math.tanh(2 * x / 3)),
    "hard-tanh": ("min(max(x, -1), 1)", lambda x: clamp(x, -1.0, 1.0)),
    "erf": ("erf(x)", math.erf),
    "atan": ("atan(x)", math.atan),
    "softsign": ("x / (1 + |x|)", lambda x: x / (1 + abs(x))),
    "symlog": ("sign(x) log(1 + |x|)", lambda x: math.copysign(math.log1p(abs(x)), x)),
    "sigmoid": ("1 / (1 + exp(-x))", lambda x: 1 / (1 + math.exp(-x)) if x > -700 else 0.0),
    "hard-sigmoid": ("min(max(x + 3, 0), 6) / 6", lambda x: clamp(x + 3, 0, 6) / 6),
    "relu": ("max(x, 0)", lambda x: max(x, 0.0)),
    "leaky-relu": ("x < 0 ? 0.01 x : x", lambda x: 0.01 * x if x < 0 else x),
    "relu6": ("min(max(x, 0), 6)", lambda x: clamp(x, 0.0, 6.0)),
    "elu": ("x < 0 ? exp(x) - 1 : x", lambda x: exp_minus_one(x) if x < 0 else x),
    "selu": ("x < 0 ? 1.758 (exp(x) - 1) : 1.051 x",
             lambda x: 1.7580993408473766 * exp_minus_one(x) if x < 0
             else 1.0507009873554805 * x),
    "softplus": ("log(1 + exp(x))", softplus),
    "gelu": ("x (1 + erf(x / sqrt(2))) / 2", lambda x: x * math.erfc(-x / math.sqrt(2)) / 2),
    "silu": ("x / (1 + exp(-x))", lambda x: x / (1 + math.exp(-x)) if x > -700 else 0.0),
    "mish": ("x tanh(log(1 + exp(x)))", lambda x: x * math.tanh(softplus(x))),
    "hard-swish": ("x min(max(x + 3, 0), 6) / 6", lambda x: x * clamp(x + 3, 0, 6) / 6),
    "sin": ("sin(x)", math.sin),
    "cos": ("cos(x)", math.cos),
    "sinc": ("sin(x) / x", lambda x: math.sin(x) / x if x else 1.0),
    "triangle": ("2/pi asin(sin(pi x / 2))", triangle),
    "square": ("sign(sin(pi x / 2))", lambda x: sign(triangle(x))),
    "sawtooth": ("x - 2 floor((x + 1) / 2)", lambda x: x - 2 * math.floor((x + 1) / 2)),
    "gaussian": ("exp(-x^2 / 2)", lambda x: math.exp(-x * x / 2)),
    "exp-decay": ("exp(-|x|)", lambda x: math.exp(-abs(x))),
    "cauchy": ("1 / (1 + x^2)", lambda x: 1 / (1 + x * x)),
    "hat": ("max(1 - |x|, 0)", lambda x: max(1 - abs(x), 0.0)),
    "ricker": ("(1 - x^2) exp(-x^2 / 2)", lambda x: (1 - x * x) * math.exp(-x * x / 2)),
    "abs": ("|x|", abs),
    "quadratic": ("x^2", lambda x: x * x),
    "cubic": ("x^3", lambda x: x * x * x),
    "step": ("x > 0 ? 1 : 0", lambda x: 1.0 if x > 0 else 0.0),
    "sign": ("x > 0 ? 1 : x < 0 ? -1 : 0", sign),
}
SMALL = ["--size", "11x9"]


def pixel_centres(recipe):
    """x, y of every pixel's centre, row by row from the top."""
    width, height = (int(side) for side in recipe["size"].split("x"))
    extent, turn = float(recipe.get("extent", 2)), math.radians(float(recipe.get("rotate", 0)))
    cx, cy = (float(part) for part in recipe.get("center", "0,0").split(","))
    for row in range(height):
        up = extent * (height - 2 * row - 1) / height
        for column in range(width):
            right = extent * (2 * column + 1 - width) / height
            yield (cx + right * math.cos(turn) - up * math.sin(turn),
                   cy + right * math.sin(turn) + up * math.cos(turn))


class Network:
    """A network read from a safetensors file, with nothing but what that file says."""

    def __init__(self, metadata, tensors):
        self.inputs = metadata["inputs"].split(",") if metadata["inputs"] else []
        constants = metadata["constants"].split(",") if metadata["constants"] else []
        self.constants = {name: float(value) for name, value in
                          (pair.split("=") for pair in constants)}
        self.residual = {int(i) for i in metadata["residual_layers"].split(",") if i}
        self.recipe = dict(line.split(" = ", 1) for line in metadata["recipe"].splitlines())
        self.layers = []
        for i, name in enumerate(metadata["activations"].split(",")):
            (out,), bias = tensors[f"layers.{i}.bias"]
            shape, flat = tensors.get(f"layers.{i}.weight", ([out, 0], []))
            assert shape[0] == out
            rows = [flat[o * shape[1]:(o + 1) * shape[1]] for o in range(out)]
            self.layers.append((rows, bias, ACTIVATIONS[name][1]))

    def input_values(self, x, y):
        z = float(self.recipe.get("z", 0))
        values = {**self.constants, "x": x, "y": y, "r": math.sqrt(x * x + y * y + z * z)}
        return [values[name] for name in self.inputs]

    def evaluate(self, x, y):
        values = self.input_values(x, y)
        for i, (rows, bias, act) in enumerate(self.layers):
            out = [act(b + math.fsum(w * v for w, v in zip(row, values)))
                   for row, b in zip(rows, bias)]
            if i in self.residual:
                padded = values + [0.0] * (len(out) - len(values))
                out = [a + b for a, b in zip(padded, out)]
            values = out
        return values


class Evaluation(Case):
    def check(self, *recipe, fold=False):
        """The field against the network; values beyond 1 are compared relatively."""
        shape, field = self.field(*recipe)
        metadata, tensors = self.weights(*recipe, *(["--fold"] if fold else []))
        network = Network(metadata, tensors)
        self.assertEqual(metadata["folded"], "true" if fold else "false")
        points = list(pixel_centres(network.recipe))
        self.assertEqual(shape[0] * shape[1], len(points))
        for i, (x, y) in enumerate(points):
            found = field[i * shape[2]:(i + 1) * shape[2]]
            wanted = network.evaluate(x, y)
            self.assertEqual(len(wanted), shape[2])
            for a, b in zip(found, wanted):
                self.assertLessEqual(abs(a - b), 1e-5 * max(1, abs(b)), f"{recipe} at {x}, {y}")
        return network

    def test_formulas(self):
        rows = json.loads(self.ok("list", "activations", "--json"))
        self.assertEqual({row["name"]: row["formula"] for row in rows},
                         {name: formula for name, (formula, _) in ACTIVATIONS.items()})
        lines = self.ok("list", "activations").splitlines()
        for row, line in zip(rows, lines, strict=True):
            self.assertEqual(line.split()[:2], [row["name"], row["class"]])
            self.assertIn(f" {row['formula']}", line)
            self.assertIn(row["source"], line)
            self.assertLessEqual(len(line), 80)

    def test_samples_and_ranges(self):
        for row in json.loads(self.ok("list", "activations", "--json")):
            samples = row["samples"]
            self.assertEqual((samples["from"], len(samples["values"])), (-8, 257))
            for i, found in enumerate(samples["values"]):
                wanted = ACTIVATIONS[row["name"]][1](samples["from"] + i * samples["step"])
                self.assertLessEqual(abs(found - wanted), 1e-6 * max(1, abs(wanted)), row["name"])
                self.assertGreaterEqual(found, -math.inf if row["low"] is None else row["low"])
                self.assertLessEqual(found, math.inf if row["high"] is None else row["high"])

    def test_house(self):
        self.check(*SMALL)

    def test_post(self):
        self.check("@post-20-10-3", *SMALL)
        self.check("@post-1-1-3", *SMALL)

    def test_tie_dye(self):
        self.check("@tie-dye", "--size", "7x5")

    def test_every_activation_hidden(self):
        for name in ACTIVATIONS:
            self.check("--layers", "13,7,3", "--act", name, *SMALL)

    def test_every_activation_last(self):
        for name in ACTIVATIONS:
            self.check("--layers", "9,2", "--out", name, "--sigma_w", "3", *SMALL)

    def test_activations_in_layers(self):
        network = self.check("--layers", "5:sin,5x2:gaussian,3:sigmoid,4:abs", *SMALL)
        self.assertEqual([act for _, _, act in network.layers],
                         [ACTIVATIONS[name][1] for name in
                          ("sin", "gaussian", "gaussian", "sigmoid", "abs")])

    def test_one_layer(self):
        self.check("--layers", "3", *SMALL)
        self.check("--layers", "1", "--channels", "5", "--out", "identity", *SMALL)

    def test_residual(self):
        network = self.check("--layers", "6x3,11,4,3", "--residual", "on", *SMALL)
        self.assertEqual(network.residual, {1, 2, 3, 4})
        self.check("--layers", "8x6,3", "--residual", "on", "--act", "sin", "--init",
                   "unscaled",
                   "--sigma_w", "0.4", *SMALL)

    def test_initialisation(self):
        for init in ("unscaled", "fan-in"):
            for dist in ("normal", "uniform"):
                self.check("--init", init, "--dist", dist, "--layers", "12,6,3", "--sigma_w",
                           "1.1",
                           "--sigma_b", "0.9", "--seed", "77", *SMALL)

    def test_inputs(self):
        constants = ["--z", "0.5", "--t", "-1.25", "--z1", "0.75", "--z8", "2"]
        for inputs in ("x", "y", "r", "x,r", "r,y,x", "x,y,z,r,t,z1", "z8,x,y,z3,z1", "x,y,t"):
            for fold in (False, True):
                network = self.check("--inputs", inputs, *constants, "--layers", "9,3", *SMALL,
                                     fold=fold)
                order = [name for name in ("x", "y", "z", "r", "t", "z1", "z3", "z8")
                         if name in inputs.split(",")
                         and (name in ("x", "y", "r") or not fold)]
                self.assertEqual(network.inputs, order)

    def test_constants_only(self):
        for fold in (False, True):
            self.check("--inputs", "z,t", "--z", "0.5", "--layers", "4,3", *SMALL, fold=fold)

    def test_view(self):
        self.check("--center", "1.5,-2.25", "--extent", "0.7", "--rotate", "33", *SMALL)
        self.check("--rotate", "-90", "--extent", "3", "--inputs", "x,y,r", "--size", "5x12")
        self.check("--rotate", "1000.5", "--center", "-3,0", "--size", "12x3")

    def test_field_is_before_colour(self):
        wanted = self.field("--layers", "9,3", *SMALL)
        for words in (["--tone", "rescale"], ["--palette", "gray"], ["--antialias", "4"],
                      ["--bits", "16"]):
            self.assertEqual(self.field("--layers", "9,3", *SMALL, *words), wanted)

    def test_header(self):
        recipe = ["--layers", "4,5,2", "--inputs", "x,y,t", "--t", "0.25", "--seed",
                  str(2**64 - 1)]
        metadata, tensors = self.weights(*recipe)
        self.assertEqual({name: shape for name, (shape, _) in tensors.items()},
                         {"layers.0.weight": [4, 3], "layers.0.bias": [4],
                          "layers.1.weight": [5, 4], "layers.1.bias": [5],
                          "layers.2.weight": [2, 5], "layers.2.bias": [2]})
        self.assertEqual(metadata["inputs"], "x,y,t")
        self.assertEqual(metadata["constants"], "t=0.25")
        self.assertEqual(metadata["activations"], "tanh,tanh,tanh")
        self.assertEqual(metadata["recipe"], self.ok("info", *recipe))

    def test_weights_of_a_png(self):
        self.ok("render", "--layers", "4,3", "--seed", "9", "--size", "8x8", "-q", "-o",
                "a.png")
        self.assertEqual(self.weights("a.png")[1], self.weights("--layers", "4,3", "--seed",
                                                                "9")[1])

    def test_weights_to_a_pipe(self):
        data = self.tiedye("weights", "--layers", "4,3", "-o", "-", text=False)
        self.weights("--layers", "4,3")
        self.assertEqual(data.stdout, self.read("net.safetensors"))


def rows_of(tensor):
    (out, width), flat = tensor
    return [flat[o * width:(o + 1) * width] for o in range(out)]


class CoupledStreams(Case):
    """Random numbers belong to places, so that networks that differ in size are relatives."""

    def tensors(self, layers, *more):
        return self.weights("--layers", layers, "--init", "unscaled", *more)[1]

    def test_wider_contains_narrower(self):
        narrow, wide = self.tensors("10,10,3"), self.tensors("20,20,3")
        for i in range(3):
            for small, large in zip(rows_of(narrow[f"layers.{i}.weight"]),
                                    rows_of(wide[f"layers.{i}.weight"])):
                self.assertEqual(small, large[:len(small)])
            bias = narrow[f"layers.{i}.bias"][1]
            self.assertEqual(bias, wide[f"layers.{i}.bias"][1][:len(bias)])

    def test_deeper_shares_first_layers_and_output(self):
        shallow, deep = self.tensors("10x3,3"), self.tensors("10x6,3")
        for i in range(3):
            for part in ("weight", "bias"):
                self.assertEqual(shallow[f"layers.{i}.{part}"], deep[f"layers.{i}.{part}"])
        for part in ("weight", "bias"):
            self.assertEqual(shallow[f"layers.3.{part}"], deep[f"layers.6.{part}"])

    def test_inputs_keep_their_columns(self):
        few = rows_of(self.tensors("6,3", "--inputs", "x,t")["layers.0.weight"])
        many = rows_of(self.tensors("6,3", "--inputs", "x,y,r,t,z2")["layers.0.weight"])
        self.assertEqual([row for row in few], [(row[0], row[3]) for row in many])

    def test_activation_and_view_change_no_weight(self):
        self.assertEqual(self.tensors("6,3"), self.tensors("6,3", "--act", "sin", "--extent",
                                                           "9",
                                                           "--residual", "on"))

    def test_seeds_differ(self):
        self.assertNotEqual(self.tensors("6,3"), self.tensors("6,3", "--seed", "2"))
        self.assertNotEqual(self.tensors("6,3"), self.tensors("6,3", "--seed", str(1 + 2**32)))

    def test_scales(self):
        plain = self.tensors("8,3")
        loud = self.tensors("8,3", "--sigma_w", "4", "--sigma_b", "2", "--init", "fan-in")
        base = self.tensors("8,3", "--sigma_w", "1", "--sigma_b", "1")
        self.assertEqual(set(plain), set(loud))
        for i, fan_in in enumerate((2, 8)):
            for part, factor in (("weight", 4 / math.sqrt(fan_in)), ("bias", 2)):
                for a, b in zip(loud[f"layers.{i}.{part}"][1], base[f"layers.{i}.{part}"][1]):
                    self.assertAlmostEqual(a, factor * b, delta=abs(a) * 2**-22)

    def test_moments(self):
        for dist, most in (("normal", 5.5), ("uniform", math.sqrt(3))):
            flat = self.tensors("200,200,3", "--dist", dist, "--sigma_w",
                                "1")["layers.1.weight"][1]
            self.assertAlmostEqual(sum(flat) / len(flat), 0, delta=0.02)
            self.assertAlmostEqual(sum(v * v for v in flat) / len(flat), 1, delta=0.03)
            self.assertLessEqual(max(map(abs, flat)), most)

    def test_floats_are_exact(self):
        """Every value is a float32: nothing was printed and read back on the way."""
        for shape, flat in self.tensors("6,3").values():
            self.assertEqual(struct.unpack(f"<{len(flat)}f", struct.pack(f"<{len(flat)}f",
                                                                         *flat)),
                             flat, shape)


class SameBits(Case):
    """Neither instruction set nor thread count changes a sample or a byte of a file."""

    RECIPES = [["--size", "67x43"],
               ["@tie-dye", "--size", "33x19", "--bits", "16", "--antialias", "1"],
               ["--layers", "31,17:sin,5:gaussian,1", "--size", "101x7", "--antialias", "3"],
               ["--layers", "9:relu,7:softplus,6:cos,5:leaky-relu,4:abs,3:sigmoid",
                "--residual",
                "on", "--size", "1x65", "--palette", "oklab", "--tone", "rescale"],
               ["--layers", "20,3:step", "--inputs", "x,y,r,t", "--t", "0.3", "--rotate", "17",
                "--size", "64x31", "--palette", "gray", "--tone", "logistic"]]

    def processors(self):
        for name in ("ref", "sse2", "avx2", "avx512", "neon"):
            result = self.tiedye("render", "--size", "1x1", "--format", "null", "-q",
                                 env={"TIEDYE_CPU": name})
            if result.returncode == 4:
                self.assertIn(name, result.stderr)
            else:
                self.assertEqual(result.returncode, 0)
                yield {"TIEDYE_CPU": name}

    def test_hashes(self):
        found = list(self.processors())
        self.assertIn({"TIEDYE_CPU": "ref"}, found)
        for recipe in self.RECIPES:
            wanted = self.hash_of(*recipe)
            for env in found:
                for threads in ("1", "2", "7"):
                    self.assertEqual(self.hash_of(*recipe, "--threads", threads, env=env),
                                     wanted,
                                     f"{recipe} {env} {threads}")

    def test_sheet_hashes(self):
        sheet = ["--count", "5", "--columns", "3", "--size", "13x11", "--layers", "8,3"]
        wanted = self.hash_of(*sheet, command="sheet")
        for env in self.processors():
            for threads in ("1", "2", "7"):
                self.assertEqual(self.hash_of(*sheet, "--threads", threads, env=env,
                                              command="sheet"), wanted)

    def test_files(self):
        """A picture of several strips: the bytes of the PNG, too, are the same."""
        for recipe in (["--layers", "3", "--size", "700x613", "--antialias", "1"],
                       self.RECIPES[1]):
            for name in ("a.png", "a.npy", "a.ppm"):
                found = set()
                for threads in ("1", "2", "7"):
                    self.ok("render", *recipe, "--threads", threads, "-q", "-o", name)
                    found.add(self.read(name))
                self.assertEqual(len(found), 1, name)

    def test_hash_tells(self):
        hashes = {self.hash_of("--size", "16x16", *words) for words in
                  ([], ["--seed", "2"], ["--bits", "16"], ["--palette", "gray"], ["--size",
                                                                                  "16x8"],
                   ["--antialias", "1"])}
        self.assertEqual(len(hashes), 6)
        self.assertEqual(self.hash_of("--size", "16x16").count("\n"), 1)


if __name__ == "__main__":
    _tiedye.main()
