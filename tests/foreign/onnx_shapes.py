#!/usr/bin/env python3
"""Shapes that tiedye infers, compared with what ONNX's own models declare and its own inference
finds (Debian: libonnx-testdata, python3-onnx); and totals of known networks, compared with what
torch counts (where it is installed). With --all: of all networks of export_networks.py."""

import glob
import json
import os
import subprocess
import sys
import tempfile
import unittest

import _foreign

_foreign.find("onnx")

# pylint: disable=wrong-import-position
import numpy
import onnx
from onnx import numpy_helper, shape_inference

MODELS = "/usr/share/libonnx-testdata/data"
TOOL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "export_networks.py")
QUICK = ["mlp", "lstm", "gpt", "squeezenet1_1"]
ALL = "--all" in sys.argv

# Parameters and multiply-adds (batch norms kept, attention as products), from the networks'
# publications or torchvision's documentation where those state whole numbers.
KNOWN = {"alexnet": (61100840, 714188480), "inception_v3": (23834568, 5713216096),
         "inception_v4": (42679816, 12253974624), "resnet152": (60192808, 11513626624),
         "resnet50": (25557032, 4089184256), "vgg16": (138357544, 15470264320),
         "vgg19": (143667240, 19632062464), "vit_b_16": (86567656, 17563828224)}
# What the eval form of some holds: batch norms are folded into the convolutions.
FOLDED = {"inception_v4": 42648232, "resnet152": 60117096}


def infer(paths):
    """What infer_models says of each model: {"tensors": {name: sizes}, "totals": [...]}."""
    found = {}
    for start in range(0, len(paths), 200):
        words = _foreign.run_tabs("infer_models", *paths[start:start + 200])
        for line in words:
            if line[0] == "model":
                model = found[line[1]] = {"tensors": {}, "numbers": {}}
            elif line[0] == "tensor":
                model["tensors"][line[1]] = sizes_of(line[3])
                model["numbers"][line[1]] = line[6]
            elif line[0] == "totals":
                model["totals"] = line[1:]
    return found


def sizes_of(text):
    """None: nothing is known; else a list with None where a size is not known."""
    if text == "?":
        return None
    return [None if word == "-1" else int(word) for word in text[1:-1].split(",") if word]


def declared(value):
    """The same of a ValueInfoProto."""
    kind = value.type.tensor_type
    if not value.type.HasField("tensor_type") or not kind.HasField("shape"):
        return None
    return [size.dim_value if size.HasField("dim_value") and size.dim_value > 0 else None
            for size in kind.shape.dim]


def contradicts(ours, theirs):
    if ours is None or theirs is None:
        return False
    return len(ours) != len(theirs) or any(a is not None and b is not None and a != b
                                           for a, b in zip(ours, theirs))


def is_whole(sizes):
    return sizes is not None and None not in sizes


def strip(model):
    """Take away what the model says of all but its inputs."""
    del model.graph.value_info[:]
    for output in model.graph.output:
        if output.type.HasField("tensor_type"):
            output.type.tensor_type.ClearField("shape")


def read_data(path, kind, count):
    """The first of the example's tensors beside a model; None where one is no tensor."""
    found = []
    for number in range(count):
        name = os.path.join(os.path.dirname(path), "test_data_set_0", f"{kind}_{number}.pb")
        tensor = onnx.TensorProto()
        try:
            with open(name, "rb") as file:
                tensor.ParseFromString(file.read())
            numpy_helper.to_array(tensor)
        except Exception:  # pylint: disable=broad-except
            tensor = None  # a sequence
        found.append(tensor)
    return found


def freeze(model, data, first):
    """Store what the inputs from `first` on are in the example."""
    for value, tensor in list(zip(model.graph.input, data))[first:]:
        if tensor is not None and tensor.data_type == value.type.tensor_type.elem_type:
            stored = model.graph.initializer.add()
            stored.CopyFrom(tensor)
            stored.name = value.name


class Models(unittest.TestCase):
    """ONNX's own models, one operator each, most of them: as they are, and with the inputs of the
    example stored, all of them or all but the first, so that operands are known."""

    @classmethod
    def setUpClass(cls):
        paths = sorted(glob.glob(MODELS + "/**/*.onnx", recursive=True))
        if not paths:
            raise unittest.SkipTest("there is no libonnx-testdata here")
        holder = tempfile.TemporaryDirectory(prefix="tiedye-test-")
        cls.addClassCleanup(holder.cleanup)
        cls.models = [cls.prepare(path, number, holder.name) for number, path in enumerate(paths)]
        cls.ours = infer([copy for each in cls.models for copy in each["copies"]])

    @staticmethod
    def prepare(path, number, folder):
        model = onnx.load(path)
        known = {value.name: declared(value) for value in model.graph.output}
        try:
            whole = shape_inference.infer_shapes(model)
            known = {**{value.name: declared(value) for value in whole.graph.value_info}, **known}
        except Exception:  # pylint: disable=broad-except
            pass  # some are too new for Debian's
        strip(model)
        data = read_data(path, "input", len(model.graph.input))
        copies = []
        for first in (len(data), 1, 0):
            copy = onnx.ModelProto()
            copy.CopyFrom(model)
            freeze(copy, data, first)
            copies.append(os.path.join(folder, f"{number}-{first}.onnx"))
            onnx.save(copy, copies[-1])
        outputs = [value.name for value in model.graph.output]
        return {"name": os.path.relpath(path, MODELS), "known": known, "copies": copies,
                "outputs": dict(zip(outputs, read_data(path, "output", len(outputs))))}

    def test_no_contradiction(self):
        wrong = []
        for model in self.models:
            for path in model["copies"]:
                ours = self.ours[path]["tensors"]
                wrong += [f"{model['name']}: {name} is {sizes}, not {ours[name]}"
                          for name, sizes in model["known"].items()
                          if contradicts(ours.get(name), sizes)]
        self.assertEqual(wrong, [])

    def test_most_outputs_are_inferred(self):
        static, inferred, missing = 0, 0, []
        for model in self.models:
            for name in model["outputs"]:
                if not is_whole(model["known"].get(name)):
                    continue
                static += 1
                if any(is_whole(self.ours[path]["tensors"].get(name)) for path in model["copies"]):
                    inferred += 1
                else:
                    missing.append(f"{model['name']}: {name}")
        print(f"{inferred} of {static} static output shapes of {len(self.models)} models inferred")
        if "-v" in sys.argv:
            print("not:", *missing, sep="\n")
        self.assertGreater(inferred, 0.93 * static)

    def test_known_numbers(self):
        """Where we say what the numbers of an output are, they are those of the example."""
        count = 0
        for model in self.models:
            ours = self.ours[model["copies"][-1]]["numbers"]
            for name, data in model["outputs"].items():
                if data is None or ours.get(name, "?") == "?":
                    continue
                array = numpy_helper.to_array(data).astype(float).ravel()
                found = [float(word) for word in ours[name].split(",") if word]
                self.assertTrue(numpy.array_equal(found, array, equal_nan=True),
                                f"{model['name']}: {name} is {array}, not {found}")
                count += 1
        print(f"numbers of {count} outputs known")
        self.assertGreater(count, 100)

    def test_every_operator_has_a_row(self):
        unknown = {self.ours[each["copies"][0]]["totals"][5] for each in self.models
                   if self.ours[each["copies"][0]].get("totals", ["0"] * 6)[4] != "0"}
        self.assertEqual(unknown, TRAINING)


# Of ONNX's preview of training.
TRAINING = {"Adagrad", "Adam", "Gradient", "Momentum"}


class Networks(unittest.TestCase):
    """Networks that torch exported."""

    @classmethod
    def setUpClass(cls):
        if not _foreign.has("torch") or not _foreign.has("torchvision"):
            raise unittest.SkipTest("there is no torch here")

    def check(self, name, folder):
        subprocess.run([_foreign.SYSTEM, "-B", TOOL, name, "-o", folder], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        start = os.path.join(folder, name)
        with open(start + ".json", encoding="utf-8") as file:
            said = json.load(file)
        ours = infer([start + ".onnx", start + "-bn.onnx"])
        for form in ("", "-bn"):
            found = ours[f"{start}{form}.onnx"]
            self.assertEqual(int(found["totals"][2]), said["macs_of_products"], name + form)
            self.assertEqual(found["totals"][3:5], ["0", "0"], name + form)
            made = [sizes for sizes in found["tensors"].values() if sizes is None or None in sizes]
            self.assertEqual(made, [], name + form)
        if name != "inception_v3_aux":  # the file holds no auxiliary head
            self.assertEqual(int(ours[start + "-bn.onnx"]["totals"][0]), said["parameters"], name)
        if name in KNOWN:
            totals = ours[start + "-bn.onnx"]["totals"]
            self.assertEqual((int(totals[0]), int(totals[2])), KNOWN[name])
        if name in FOLDED:
            self.assertEqual(int(ours[start + ".onnx"]["totals"][0]), FOLDED[name])

    def test_totals(self):
        names = QUICK
        if ALL:
            names = subprocess.run([_foreign.SYSTEM, "-B", TOOL], check=True, text=True,
                                   stdout=subprocess.PIPE).stdout.split()
        for name in names:
            with self.subTest(name), tempfile.TemporaryDirectory(prefix="tiedye-test-") as folder:
                self.check(name, folder)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
