"""What the tests with other people's readers share. They need VTK (Debian: python3-vtk9), NumPy or
onnx (python3-onnx), which belong to the system's Python: where the one that runs has none, that one
is asked instead."""

import importlib
import os
import subprocess
import sys

BUILD = os.path.dirname(os.path.abspath(sys.argv[1]))
SYSTEM = "/usr/bin/python3"


def find_module(name):
    """Return where a module can be imported; else run again under the system's Python, or skip."""
    try:
        importlib.import_module(name)
    except ImportError:
        if sys.executable != SYSTEM and os.path.exists(SYSTEM):
            os.execv(SYSTEM, [SYSTEM, "-B", *sys.argv])
        print(f"skipped: there is no {name} here")
        sys.exit(0)


def find_vtk():
    find_module("vtkmodules.vtkCommonCore")


def run(program, *arguments):
    """The words of each line that a program beside tiedye prints."""
    done = subprocess.run([os.path.join(BUILD, program), *arguments], text=True, check=True,
                          stdout=subprocess.PIPE)
    return [line.split() for line in done.stdout.splitlines()]
