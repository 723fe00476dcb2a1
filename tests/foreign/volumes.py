#!/usr/bin/env python3
"""Volumes read by VTK and NumPy: shape, place, every bit of every sample, the recipe."""

import os
import tempfile
import unittest

import _foreign

_foreign.find_vtk()

# pylint: disable=wrong-import-position
import numpy
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkIOImage import vtkNrrdReader
from vtkmodules.vtkIOXML import vtkXMLImageDataReader

RECIPE = 'v = 1\nname = café -- <a & b> \\n "c"\nlayers = 20,10,3\n'


def bits_of(count):
    """What write_volumes writes, every NaN as the one that files hold."""
    bits = (numpy.arange(count, dtype=numpy.uint64) * 2654435761 + 12345).astype(numpy.uint32)
    return numpy.where(numpy.isnan(bits.view(numpy.float32)), numpy.uint32(0x7fc00000), bits)


class Volumes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory(prefix="tiedye-test-")
        cls.addClassCleanup(holder.cleanup)
        cls.folder = holder.name
        cls.volumes = _foreign.run("write_volumes", cls.folder)

    def each(self, extension):
        self.assertGreaterEqual(len(self.volumes), 6)
        for name, *numbers in self.volumes:
            sizes = tuple(int(number) for number in numbers[:4])
            place = tuple(float(number) for number in numbers[4:])
            path = os.path.join(self.folder, f"{name}.{extension}")
            yield path, sizes[:3], sizes[3], place[:3], place[3]

    def read_vtk(self, reader, path):
        reader.SetFileName(path)
        reader.Update()
        self.assertEqual(reader.GetErrorCode(), 0)
        return reader.GetOutput()

    def check(self, data, sizes, channels, origin, spacing):
        scalars = data.GetPointData().GetScalars()
        self.assertEqual(data.GetDimensions(), sizes)
        self.assertEqual(scalars.GetNumberOfComponents(), channels)
        self.assertEqual(data.GetOrigin(), origin)
        self.assertEqual(data.GetSpacing(), (spacing, spacing, spacing))
        self.check_samples(vtk_to_numpy(scalars), sizes)

    def check_samples(self, samples, sizes):
        self.assertEqual(samples.dtype, numpy.float32)
        found = numpy.ascontiguousarray(samples).view(numpy.uint32).ravel()
        self.assertTrue(numpy.array_equal(found, bits_of(samples.size)), sizes)

    def test_nrrd(self):
        for path, *about in self.each("nrrd"):
            self.check(self.read_vtk(vtkNrrdReader(), path), *about)

    def test_nrrd_recipe(self):
        """VTK does not hand out the pairs: by the words of the format."""
        for path, *_ in self.each("nrrd"):
            with open(path, "rb") as file:
                head = file.read().split(b"\n\n", 1)[0].decode()
            pairs = dict(line.split(":=", 1) for line in head.split("\n") if ":=" in line)
            parts = pairs["tiedye-recipe"].split("\\\\")
            self.assertEqual("\\".join(part.replace("\\n", "\n") for part in parts), RECIPE)

    def test_vti(self):
        for path, *about in self.each("vti"):
            data = self.read_vtk(vtkXMLImageDataReader(), path)
            self.check(data, *about)
            self.assertEqual(data.GetPointData().GetScalars().GetName(), "field")
            recipe = data.GetFieldData().GetAbstractArray("tiedye-recipe")
            self.assertEqual(recipe.GetValue(0), RECIPE)

    def test_npy(self):
        for path, sizes, channels, *_ in self.each("npy"):
            samples = numpy.load(path)
            self.assertEqual(samples.shape, (*reversed(sizes), channels))
            self.check_samples(samples, sizes)


if __name__ == "__main__":
    unittest.main(argv=["volumes.py"])
