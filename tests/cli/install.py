#!/usr/bin/env python3
"""What `cmake --install` puts into a folder: which names the libraries define, and programs built
with it through pkg-config and through cmake, after the folder has been moved."""

import os
import re
import shutil
import subprocess
import unittest

import _tiedye
from _tiedye import BINARY, ENVIRONMENT

BUILD = os.path.dirname(BINARY)
ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
SHARED = os.path.exists(os.path.join(BUILD, "libtiedye.so"))
LIST = """cmake_minimum_required(VERSION 3.16)
project(consumer C)
find_package(tiedye {version} REQUIRED {components})
add_executable(consumer "{source}")
target_link_libraries(consumer PRIVATE {target})
"""


def run(*command, **options):
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=_tiedye.PATIENCE, check=False, **options)
    assert done.returncode == 0, f"{command}: {done.stdout}"
    return done.stdout


def folders_below(folder, *names):
    return [path for path, _, files in os.walk(folder) if set(names) & set(files)]


@unittest.skipIf(_tiedye.SANITIZED, "not a build to install")
class Install(_tiedye.Case):
    def setUp(self):
        super().setUp()
        before = self.path("before")
        run("cmake", "--install", BUILD, "--prefix", before)
        self.prefix = self.path("moved here")
        os.rename(before, self.prefix)

    def find(self, name):
        folders = folders_below(self.prefix, name)
        self.assertEqual(len(folders), 1, name)
        return os.path.join(folders[0], name)

    def symbols(self, *words):
        return {line.split()[-1] for line in run("nm", *words).splitlines()
                if len(line.split()) == 3}

    def declared(self):
        """The functions that the public headers declare."""
        names = set()
        for name in os.listdir(self.path("moved here/include/tiedye")):
            with open(self.find(name), encoding="utf-8") as file:
                text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
            for declaration in re.findall(r"^TD_API ([^;]*);", text, re.M | re.S):
                names.add(re.search(r"(\w+)\(", declaration).group(1))
        return names

    @unittest.skipUnless(SHARED and shutil.which("nm"), "no shared library, or no nm")
    def test_shared_names(self):
        exported = self.symbols("-D", "--defined-only", self.find("libtiedye.so"))
        self.assertEqual(exported, self.declared())
        self.assertIn("td_picture_rows", exported)

    @unittest.skipUnless(shutil.which("nm"), "no nm")
    def test_static_names(self):
        names = self.symbols("-g", "--defined-only", self.find("libtiedye.a"))
        self.assertLessEqual(self.declared(), names)
        self.assertEqual([name for name in names if not name.startswith(("td_", "tdi_"))], [])

    def test_headers(self):
        """Each header compiles alone, as C11 and as C++17, without a warning."""
        folder = os.path.dirname(os.path.dirname(self.find("render.h")))
        headers = sorted(os.listdir(folder + "/tiedye"))
        self.assertIn("recipe.h", headers)
        for language, standard, compiler in (("c", "c11", "cc"), ("c++", "c++17", "c++")):
            if shutil.which(compiler) is None:
                continue
            for name in headers:
                run(compiler, "-x", language, "-std=" + standard, "-pedantic", "-Wall", "-Wextra",
                    "-Werror", "-fsyntax-only", "-I" + folder, "-",
                    input=f"#include <tiedye/{name}>\nint main(void) {{ return 0; }}\n")

    @unittest.skipUnless(os.path.isdir(os.path.join(BUILD, "pages")), "built for elsewhere")
    def test_pages(self):
        """Every command's page and the completions lie where man and the shells look."""
        for command in self.ok("list", "commands").splitlines():
            name = f"tiedye-{command.split()[0]}.1"
            self.assertTrue(os.path.exists(self.path("moved here/share/man/man1/" + name)), name)
        for name, words in (("man/man1/tiedye.1", ["manual"]),
                            ("man/man5/tiedye-recipe.5", ["manual", "recipe"]),
                            ("bash-completion/completions/tiedye", ["completion", "bash"]),
                            ("zsh/site-functions/_tiedye", ["completion", "zsh"])):
            with open(self.path("moved here/share/" + name), encoding="utf-8") as file:
                self.assertEqual(file.read(), self.ok(*words))

    def check_program(self, program):
        folder = os.path.dirname(self.find("libtiedye.a"))
        told = run(program, cwd=self.folder, env={**ENVIRONMENT, "LD_LIBRARY_PATH": folder})
        own = run(os.path.join(BUILD, "example_memory"), cwd=self.folder)
        self.assertEqual(told, own)
        return run("ldd", program, env={**ENVIRONMENT, "LD_LIBRARY_PATH": folder})

    def pkg_config(self, *words):
        folder = os.path.dirname(self.find("tiedye.pc"))
        found = run("pkg-config", *words, "tiedye", env={**ENVIRONMENT, "PKG_CONFIG_PATH": folder})
        return [word.replace("\\", "") for word in re.findall(r"(?:\\.|\S)+", found)]

    def compile(self, *words):
        run("cc", "-std=c11", os.path.join(ROOT, "examples/memory.c"), *words, "-o",
            self.path("program"))
        return self.check_program(self.path("program"))

    @unittest.skipUnless(SHARED and shutil.which("pkg-config"), "no shared library or pkg-config")
    def test_pkg_config_shared(self):
        libraries = self.pkg_config("--cflags", "--libs")
        self.assertNotIn("-lpng16", libraries)
        self.assertIn("libtiedye.so", self.compile(*libraries))

    @unittest.skipUnless(shutil.which("pkg-config"), "no pkg-config")
    def test_pkg_config_static(self):
        """The library's own archive, and the libraries that it is built on as they are."""
        words = ["-l:libtiedye.a" if word == "-ltiedye" else word
                 for word in self.pkg_config("--static", "--cflags", "--libs")]
        self.assertNotIn("libtiedye.so", self.compile(*words))

    @unittest.skipUnless(shutil.which("pkg-config"), "no pkg-config")
    def test_version(self):
        version = self.ok("--version").split()[1]
        self.assertEqual(self.pkg_config("--modversion"), [version])
        self.assertIn("tiedye " + version, run(self.path("moved here/bin/tiedye"), "--version"))

    def cmake(self, target, components="", version=""):
        source = os.path.join(ROOT, "examples/memory.c")
        os.mkdir(self.path("consumer"))
        self.write("consumer/CMakeLists.txt",
                   LIST.format(source=source, target=target, components=components,
                               version=version))
        run("cmake", "-S", "consumer", "-B", "consumer/build", cwd=self.folder,
            env={**ENVIRONMENT, "CMAKE_PREFIX_PATH": self.prefix})
        run("cmake", "--build", "consumer/build", cwd=self.folder)
        return self.check_program(self.path("consumer/build/consumer"))

    def test_cmake(self):
        libraries = self.cmake("tiedye::tiedye", version="0.1")
        self.assertEqual("libtiedye.so" in libraries, SHARED)

    def test_cmake_static(self):
        self.assertNotIn("libtiedye.so", self.cmake("tiedye::static", "COMPONENTS static"))

    def test_cmake_refuses_what_is_not_there(self):
        for version, components in (("7", ""), ("", "COMPONENTS nonsense")):
            with self.assertRaises(AssertionError):
                self.cmake("tiedye::tiedye", components, version)
            shutil.rmtree(self.path("consumer"))

    def test_program(self):
        """The installed program draws the same, with every instruction set that there is."""
        own = self.hash_of("--size", "40x40")
        for cpu in ("ref", "best"):
            told = run(self.path("moved here/bin/tiedye"), "render", "--size", "40x40", "-q",
                       "-o", "-", "--format", "hash", env={**ENVIRONMENT, "TIEDYE_CPU": cpu})
            self.assertEqual(told, own)

    def test_destdir(self):
        stage = self.path("stage")
        run("cmake", "--install", BUILD, "--prefix", "/usr/tiedye-test",
            env={**ENVIRONMENT, "DESTDIR": stage})
        self.assertTrue(os.access(stage + "/usr/tiedye-test/bin/tiedye", os.X_OK))
        self.assertFalse(os.path.exists("/usr/tiedye-test"))
        for folder, _, files in os.walk(stage):
            for name in files:
                if name.endswith((".pc", ".cmake")):
                    with open(os.path.join(folder, name), encoding="utf-8") as file:
                        text = file.read()
                    for path in (stage, ROOT, "tiedye-test"):
                        self.assertNotIn(path, text, name)


if __name__ == "__main__":
    _tiedye.main()
