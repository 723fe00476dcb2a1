#!/usr/bin/env python3
"""What tiedye diagram finds in networks as torch exports them: the numbers of their blocks as they
were published, and what they cost. Needs torch and torchvision; export_networks.py writes them."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

import _foreign

_foreign.find("torchvision")

BINARY = os.path.abspath(sys.argv[1])
TOOL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "export_networks.py")

# Copies of the blocks, where batch norms are kept; parameters and multiply-adds, None: not stated.
KNOWN = {"inception_v4": ([4, 7, 3], 42679816, 12253974624),
         "resnet152": ([3, 8, 36, 3], 60192808, 11513626624),
         "resnet50": ([3, 4, 6, 3], 25557032, 4089184256),
         "resnet34": ([3, 4, 6, 3], 21797672, None),
         "convnext_tiny": ([3, 3, 9, 3], 28589128, None),
         "vit_b_16": ([12], 86567656, 17563828224),
         "vgg16": ([3, 3, 3], 138357544, 15470264320),
         "alexnet": ([], 61100840, 714188480),
         "densenet121": ([], None, None),
         "gpt": ([6], None, None)}
# Batch norms that were folded into the convolutions have no parameters of their own.
FOLDED = {"inception_v4": 42648232, "resnet152": 60117096}


class Folds(unittest.TestCase):
    def read(self, path):
        done = subprocess.run([BINARY, "diagram", path, "--json"], text=True, check=True,
                              stdout=subprocess.PIPE)
        return json.loads(done.stdout)

    def check(self, path, folds, parameters, macs):
        found = self.read(path)
        self.assertEqual([fold["count"] for fold in found["folds"]], folds, path)
        self.assertIn(parameters, (found["parameters"], None), path)
        self.assertIn(macs, (found["macs"], None), path)

    def test_networks(self):
        with tempfile.TemporaryDirectory(prefix="tiedye-test-") as folder:
            for name, (folds, parameters, macs) in KNOWN.items():
                subprocess.run([sys.executable, "-B", TOOL, name, "-o", folder], check=True,
                               stdout=subprocess.DEVNULL)
                path = os.path.join(folder, name)
                self.check(path + "-bn.onnx", folds, parameters, macs)
                self.check(path + ".onnx", folds, FOLDED.get(name), macs)
                for ending in (".onnx", "-bn.onnx", ".json"):
                    os.remove(path + ending)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
