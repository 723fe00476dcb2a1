"""What the tests with other people's readers share. They need VTK (Debian: python3-vtk9), NumPy,
ONNX (python3-onnx) or torch, which belong to the system's Python: where the one that runs has none,
that one is asked instead."""

import importlib.util
import os
import subprocess
import sys

BUILD = os.path.dirname(os.path.abspath(sys.argv[1]))
SYSTEM = "/usr/bin/python3"


def has(module):
    try:
        return importlib.util.find_spec(module) is not None
    except ImportError:
        return False


def find(module):
    """Return where a module can be imported; else run again under the system's Python, or skip."""
    if has(module):
        return
    if sys.executable != SYSTEM and os.path.exists(SYSTEM):
        os.execv(SYSTEM, [SYSTEM, "-B", *sys.argv])
    print(f"skipped: there is no {module} here")
    sys.exit(0)


def find_vtk():
    find("vtkmodules.vtkCommonCore")


def lines(program, *arguments):
    """The lines that a program beside tiedye prints."""
    done = subprocess.run([os.path.join(BUILD, program), *arguments], text=True, check=True,
                          stdout=subprocess.PIPE)
    return done.stdout.split("\n")[:-1]


def run(program, *arguments):
    """The words of each of them."""
    return [line.split() for line in lines(program, *arguments)]


def run_tabs(program, *arguments):
    """What stands between tabs in each of them."""
    return [line.split("\t") for line in lines(program, *arguments)]
