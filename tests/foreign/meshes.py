#!/usr/bin/env python3
"""Surfaces read by VTK and assimp: counts, volume, no open or branching edge, normals, colours,
recipes."""

import json
import os
import re
import shutil
import struct
import subprocess
import tempfile
import unittest

import _foreign

_foreign.find_vtk()

# pylint: disable=wrong-import-position
import numpy
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkFiltersCore import vtkFeatureEdges, vtkMassProperties
from vtkmodules.vtkIOGeometry import vtkGLTFReader, vtkSTLReader
from vtkmodules.vtkIOPLY import vtkPLYReader

RECIPE = 'v = 1\nname = café \\n "c"\nlayers = 20,10,3\n'


def linear(codes):
    """The linear values of sRGB codes (IEC 61966-2-1)."""
    values = codes / 255
    return numpy.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


class Meshes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory(prefix="tiedye-test-")
        cls.addClassCleanup(holder.cleanup)
        cls.folder = holder.name
        cls.surfaces = [(name, int(vertices), int(triangles), float(volume), colours == "1")
                        for name, vertices, triangles, volume, colours
                        in _foreign.run("write_meshes", cls.folder)]
        assert len(cls.surfaces) == 4

    def path(self, name, extension):
        return os.path.join(self.folder, f"{name}.{extension}")

    def read(self, reader, name, extension):
        reader.SetFileName(self.path(name, extension))
        reader.Update()
        data = reader.GetOutput()
        if data.GetClassName() == "vtkMultiBlockDataSet":
            blocks = data.NewIterator()
            blocks.InitTraversal()
            data = blocks.GetCurrentDataObject()
        return data

    def array(self, data, name):
        found = data.GetPointData().GetArray(name)
        return None if found is None else vtk_to_numpy(found).astype(float)

    def check(self, data, vertices, triangles, volume):
        """Normals of the file's own kind are checked where it is read."""
        self.assertEqual(data.GetNumberOfPoints(), vertices)
        self.assertEqual(data.GetNumberOfCells(), triangles)
        edges = vtkFeatureEdges()
        edges.SetInputData(data)
        edges.BoundaryEdgesOn()
        edges.NonManifoldEdgesOn()
        edges.FeatureEdgesOff()
        edges.ManifoldEdgesOff()
        edges.Update()
        self.assertEqual(edges.GetOutput().GetNumberOfCells(), 0)
        mass = vtkMassProperties()
        mass.SetInputData(data)
        mass.Update()
        self.assertAlmostEqual(mass.GetVolume() / volume, 1, delta=1e-5)

    def check_normals(self, name, normals):
        self.assertTrue(numpy.allclose(numpy.linalg.norm(normals, axis=1), 1, atol=1e-5))
        if name == "sphere":
            points = vtk_to_numpy(self.read(vtkPLYReader(), name, "ply").GetPoints().GetData())
            out = points / numpy.linalg.norm(points, axis=1)[:, None]
            self.assertGreater((out * normals).sum(axis=1).min(), 0.999)

    def test_ply(self):
        for name, vertices, triangles, volume, colours in self.surfaces:
            data = self.read(vtkPLYReader(), name, "ply")
            self.check(data, vertices, triangles, volume)
            self.check_normals(name, self.array(data, "Normals"))
            self.assertEqual(self.array(data, "RGB") is not None, colours)
            with open(self.path(name, "ply"), "rb") as file:
                head = file.read().split(b"end_header\n")[0].decode()
            lines = re.findall("^comment tiedye-recipe (.*)\n", head, re.M)
            self.assertEqual("".join(line + "\n" for line in lines), RECIPE)

    def test_stl(self):
        """VTK joins corners at the same place: what comes out is the mesh that was."""
        for name, vertices, triangles, volume, _ in self.surfaces:
            self.check(self.read(vtkSTLReader(), name, "stl"), vertices, triangles, volume)
            with open(self.path(name, "stl"), "rb") as file:
                head = file.read(84)
                facets = numpy.frombuffer(file.read(), dtype="<f4,<f4,<f4,(3,3)<f4,<u2")
            self.assertFalse(head.startswith(b"solid"))
            self.assertEqual(struct.unpack("<I", head[80:])[0], len(facets))
            corners = facets["f3"].astype(float)
            across = numpy.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
            across /= numpy.linalg.norm(across, axis=1)[:, None]
            normals = numpy.stack([facets[f"f{i}"] for i in range(3)], axis=1)
            self.assertTrue(numpy.allclose(across, normals, atol=1e-5))

    def test_glb(self):
        for name, vertices, triangles, volume, colours in self.surfaces:
            data = self.read(vtkGLTFReader(), name, "glb")
            self.check(data, vertices, triangles, volume)
            self.check_normals(name, self.array(data, "NORMAL"))
            found = self.array(data, "COLOR_0")
            self.assertEqual(found is not None, colours)
            if colours:
                codes = self.array(self.read(vtkPLYReader(), name, "ply"), "RGB")
                self.assertLess(abs(found[:, :3] - linear(codes)).max(), 0.51 / 65535)
                self.assertTrue((found[:, 3] == 1).all())

    def test_glb_words(self):
        """The lengths, and what VTK does not look at."""
        for name, *_ in self.surfaces:
            with open(self.path(name, "glb"), "rb") as file:
                data = file.read()
            magic, version, length, json_length, kind = struct.unpack_from("<4sIII4s", data)
            self.assertEqual((magic, version, length, kind), (b"glTF", 2, len(data), b"JSON"))
            words = json.loads(data[20:20 + json_length])
            numbers, kind = struct.unpack_from("<I4s", data, 20 + json_length)
            self.assertEqual((20 + json_length + 8 + numbers, kind), (len(data), b"BIN\0"))
            self.assertEqual((json_length % 4, numbers % 4), (0, 0))
            self.assertEqual(words["buffers"], [{"byteLength": numbers}])
            self.assertEqual(words["asset"]["extras"]["recipe"], RECIPE)
            place = words["accessors"][0]
            points = numpy.frombuffer(data, "<f4", 3 * place["count"], 28 + json_length)
            points = points.reshape(-1, 3).astype(float)
            self.assertEqual(place["min"], points.min(axis=0).tolist())
            self.assertEqual(place["max"], points.max(axis=0).tolist())

    @unittest.skipUnless(shutil.which("assimp"), "there is no assimp here")
    def test_assimp(self):
        for name, vertices, triangles, *_ in self.surfaces:
            for extension in ("ply", "stl", "glb"):
                told = subprocess.run(["assimp", "info", self.path(name, extension), "-r", "-s"],
                                      text=True, stdout=subprocess.PIPE, check=True).stdout
                counts = dict(re.findall(r"^(Vertices|Faces): +(\d+)", told, re.M))
                self.assertEqual(int(counts["Faces"]), triangles)
                self.assertEqual(int(counts["Vertices"]),
                                 3 * triangles if extension == "stl" else vertices)


if __name__ == "__main__":
    unittest.main(argv=["meshes.py"])
