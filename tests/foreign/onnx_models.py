#!/usr/bin/env python3
"""ONNX models read by the onnx package (Debian: python3-onnx): how many nodes, inputs, outputs and
stored numbers the networks of Debian's libonnx-testdata have; and all of them are drawn."""

import glob
import os
import sys
import unittest

import _foreign

_foreign.find("onnx")

# pylint: disable=wrong-import-position
import onnx

MODELS = "/usr/share/libonnx-testdata/data"
OWN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fuzz", "corpus", "onnx")


def count_nodes(graph):
    """Those of graphs in attributes included."""
    count = len(graph.node)
    for node in graph.node:
        for attribute in node.attribute:
            count += sum(count_nodes(inner) for inner in [attribute.g, *attribute.graphs])
    return count


def elements(sizes):
    product = 1
    for size in sizes:
        product *= size
    return product


def describe(path):
    """What read_models prints: nodes, inputs, outputs, stored tensors, their numbers."""
    graph = onnx.load(path, load_external_data=False).graph
    stored = {tensor.name: elements(tensor.dims) for tensor in graph.initializer}
    stored.update((sparse.values.name, elements(sparse.dims))
                  for sparse in graph.sparse_initializer)
    inputs = [value for value in graph.input if value.name not in stored]
    return [count_nodes(graph), len(inputs), len(graph.output), len(stored), sum(stored.values())]


class Models(unittest.TestCase):
    def check(self, paths):
        lines = _foreign.run("read_models", *paths)
        self.assertEqual(len(lines), len(paths))
        for path, words in zip(paths, lines):
            self.assertEqual(words[0], "read", f"{path}: {' '.join(words)}")
            nodes, _, *others, drawing = [int(word) for word in words[1:]]
            self.assertEqual([nodes, *others], describe(path), path)
            self.assertGreater(drawing, 600, path)  # of a constant alone a title

    def test_own(self):
        self.check(sorted(glob.glob(f"{OWN}/*.onnx")))

    def test_debian(self):
        paths = sorted(glob.glob(f"{MODELS}/**/*.onnx", recursive=True))
        if not paths:
            self.skipTest("there are no models (Debian: libonnx-testdata)")
        self.assertGreater(len(paths), 1000)
        self.check(paths)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
