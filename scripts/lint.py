#!/usr/bin/env python3
"""The project's own rules, held by a machine: scripts/lint.py, from the project's folder.

Reads the sources and, where it is built, build/release/libtiedye.a. Prints one line a finding,
"file:line: what", and exits 1 where there is one. The rules are those of docs/ARCHITECTURE.md.
"""

import concurrent.futures
import os
import re
import shutil
import statistics
import subprocess
import sys

# ---- The rules ------------------------------------------------------------------------------

# A module may include itself and those on lines above its own.
MODULES = [["base"], ["recipe"], ["kernels"], ["network"], ["render"], ["output"],
           ["volume", "measure", "exchange"], ["graph"], ["diagram"], ["sheet"],
           ["motion"], ["search"]]
RANK = {name: rank for rank, line in enumerate(MODULES) for name in line}
# Closer than the order: the writers know no networks.
ONLY = {"output": {"base", "output"}}

LIBRARY = "build/release/libtiedye.a"
MEMORY_FILE = "src/base/memory.c"
ALLOCATORS = ("malloc calloc realloc reallocarray aligned_alloc posix_memalign memalign free "
              "strdup strndup asprintf vasprintf getline getdelim open_memstream").split()
UNSAFE = "sprintf vsprintf strcpy strcat atoi atol atof gets rand srand strtok alloca".split()
# A library never prints and never ends the program.
TALKING = ("printf fprintf vprintf vfprintf puts putchar perror exit _exit _Exit abort assert "
           "quick_exit").split()
# The C library's mathematics differs from machine to machine (but for what IEEE 754 defines to the
# last bit, such as sqrt and floor, which is allowed), and fma is what a picture must not use.
MATH = ("sin cos tan asin acos atan atan2 sincos sinh cosh tanh asinh acosh atanh exp exp2 exp10 "
        "expm1 log log2 log10 log1p pow cbrt hypot erf erfc tgamma lgamma fma").split()
# Objects and functions that may hold instructions beyond the baseline.
VECTOR_OBJECT = re.compile(r"^simd_(avx2|avx512)\w*\.c\.o$")
VECTOR_SYMBOL = re.compile(r"avx|arch_x86_64_v[34]|\.resolver")
FUSED_OBJECT = re.compile(r"^simd_\w*fast\w*\.c\.o$")
# What the program must leave to the library.
NOT_IN_CLI = re.compile(r"^(png|zlib|isa-l|igzip|ft2build|freetype|jansson|omp)\b")

MAX_FUNCTION, MAX_FILE, MAX_LINE = 100, 800, 100
CODE = (".c", ".h", ".py", ".sh", ".cmake")
NOT_TEXT = (".png", ".gif", ".webp", ".npy", ".jpg", ".safetensors", ".bin", ".ttf", ".pdf")

findings = []


def find(path, line, what):
    findings.append((path, line, what))


# ---- Reading --------------------------------------------------------------------------------


def list_files():
    """The project's files that git does not ignore, or all outside build/ where there is no git."""
    git = subprocess.run(["git", "ls-files", "-coz", "--exclude-standard"], text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    if git.returncode == 0:
        names = git.stdout.split("\0")
    else:
        names = [os.path.relpath(os.path.join(folder, name)) for folder, _, inside in os.walk(".")
                 for name in inside]
        names = [name for name in names if not name.startswith(("build/", "out/", ".git/"))]
    return sorted(name for name in set(names) if os.path.isfile(name))


TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def blank(match):
    """Blanks of the same shape, so that lines and columns stay; a string keeps its quotes."""
    text = match.group()
    inside = re.sub(r"[^\n]", " ", text)
    return inside if text[0] == "/" else text[0] + inside[1:-1] + text[0]


def strip_comments(text, strings=True):
    """The C source without comments, and without what stands in strings."""
    if strings:
        return TOKEN.sub(blank, text)
    return TOKEN.sub(lambda match: blank(match) if match.group()[0] == "/" else match.group(), text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


# ---- Text -----------------------------------------------------------------------------------


def check_text(path, data):
    """Bytes that no text file of the project should hold."""
    tabs = os.path.basename(path) != "Makefile"
    for number, line in enumerate(data.split(b"\n"), 1):
        if b"\r" in line:
            find(path, number, "carriage return")
        elif line.endswith((b" ", b"\t")):
            find(path, number, "blank at the end of the line")
        if tabs and b"\t" in line:
            find(path, number, "tab")
        if path.endswith(CODE) and len(line.decode("utf-8", "replace")) > MAX_LINE:
            find(path, number, f"line of more than {MAX_LINE} characters")
    if data and not data.endswith(b"\n"):
        find(path, data.count(b"\n") + 1, "no newline at the end of the file")
    if path.endswith(CODE) and data.count(b"\n") > MAX_FILE:
        find(path, MAX_FILE, f"file of more than {MAX_FILE} lines")


# ---- Includes -------------------------------------------------------------------------------


def module_of(path):
    """The module that a path belongs to or that an include names, None where there is none."""
    parts = path.split("/")
    if parts[0] == "src":
        return parts[1]
    if parts[0] == "tiedye" or parts[:2] == ["include", "tiedye"]:
        return os.path.splitext(parts[-1])[0]
    return parts[0] if parts[0] in RANK and len(parts) > 1 else None


def may_include(module, other):
    if other == module:
        return True
    if module in ONLY:
        return other in ONLY[module]
    return RANK[other] < RANK[module]


def check_include(path, number, name, quoted):
    folder = os.path.dirname(path)
    public = name.startswith("tiedye/")
    if name.startswith(("./", "../")) or "/../" in name:
        find(path, number, f"include of a relative path: {name}")
    elif path.startswith("include/tiedye/"):
        if quoted and not public:
            find(path, number, f"a public header includes {name}, which is not public")
        elif public:
            check_order(path, number, module_of(path), module_of(name), name)
    elif path.startswith("src/"):
        local = quoted and os.path.exists(f"{folder}/{name}")
        if quoted and not (local or public or os.path.exists("src/" + name)):
            find(path, number, f"include of {name}, which is in no module")
        other = module_of(path) if local else module_of(name) if quoted or public else None
        check_order(path, number, module_of(path), other, name)
    elif path.startswith(("cli/", "web/")):
        if not public and quoted and not os.path.exists(f"{folder}/{name}"):
            find(path, number, f"include of {name}, which is neither public nor the program's own")
        if NOT_IN_CLI.match(name):
            find(path, number, f"include of {name}: only the library uses it")


def check_order(path, number, module, other, name):
    if module == "tiedye" or other is None:  # include/tiedye/tiedye.h may include all of them
        return
    if module not in RANK:
        find(path, number, f"module {module} has no place in the order")
    elif other not in RANK:
        find(path, number, f"include of {name}, whose module has no place in the order")
    elif not may_include(module, other):
        find(path, number, f"module {module} includes {name}, which it must not know")


INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


def check_includes(path, text):
    for match in INCLUDE.finditer(text):
        check_include(path, line_of(text, match.start()), match.group(2), match.group(1) == '"')


# ---- Calls ----------------------------------------------------------------------------------


def words(names):
    return re.compile(r"(?<![\w.>])(" + "|".join(names) + r")\s*\(")


def floats(names):
    return [name + suffix for name in names for suffix in ("", "f", "l")]


CALLS = [(words(ALLOCATORS), "only " + MEMORY_FILE + " may call {}"),
         (words(UNSAFE), "{} is not to be used"),
         (words(TALKING), "the library must not call {}"),
         (words(floats(MATH)), "{} differs between machines; src/ has its own")]
POINTER = re.compile(r"[(,=]\s*(malloc|calloc|realloc|free)\s*[,;)]")
STREAM = re.compile(r"(?<![\w.>])(stderr|stdin)\b")


def check_calls(path, text):
    """`text` has no comments and strings."""
    library = path.startswith("src/")
    rules = CALLS if library else CALLS[:2]
    for pattern, what in rules:
        if path == MEMORY_FILE and pattern is CALLS[0][0]:
            continue
        for match in pattern.finditer(text):
            find(path, line_of(text, match.start()), what.format(match.group(1)))
    if path == MEMORY_FILE:
        return
    for match in POINTER.finditer(text):
        find(path, line_of(text, match.start(1)), CALLS[0][1].format(match.group(1)))
    if library:
        for match in STREAM.finditer(text):
            find(path, line_of(text, match.start()), f"the library must not use {match.group(1)}")


# ---- Functions ------------------------------------------------------------------------------


def measure_functions(path, text):
    """Lines of each function, from the first of its head to its closing brace. A function is what
    stands between a { and a } in the first column, as .clang-format lays it out."""
    lengths = []
    lines = text.split("\n")
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            head = number - 1
            while head > 1 and lines[head - 2].strip() and lines[head - 2][0] not in "}#{":
                head -= 1
            start = head
        elif line == "}" and start is not None:
            lengths.append(number - start + 1)
            if lengths[-1] > MAX_FUNCTION:
                find(path, start, f"function of {lengths[-1]} lines, more than {MAX_FUNCTION}")
            start = None
    return lengths


# ---- Public headers -------------------------------------------------------------------------


def compiles(command, header):
    run = subprocess.run(command + ["-fsyntax-only", "-Iinclude", "-Wall", "-Wextra", "-Wpedantic",
                                    "-Werror", "-"], input=f'#include "{header}"\n', text=True,
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if run.returncode == 0:
        return None
    return next((line for line in run.stderr.split("\n") if "error:" in line), "compiler failed")


def check_headers(headers, pool):
    languages = [(f"{standard} ({name})", [name, f"-std={standard.lower()}", "-x" + language])
                 for standard, language, names in (("C11", "c", ("cc", "clang")),
                                                   ("C++17", "c++", ("g++", "clang++")))
                 for name in names if shutil.which(name)]
    jobs = [(path, name, pool.submit(compiles, command, path[len("include/"):]))
            for path in headers for name, command in languages]
    for path, name, job in jobs:
        if job.result():
            find(path, 1, f"does not compile alone as {name}: {job.result()}")


# ---- The built library ----------------------------------------------------------------------


def output_of(*command):
    return subprocess.run(command, text=True, stdout=subprocess.PIPE, check=True).stdout


def check_symbols():
    """Global names have the prefix; what simd_*.c defines must not replace another's code."""
    member = ""
    for line in output_of("nm", "-g", LIBRARY).splitlines():
        if line.endswith(":"):
            member = line[:-1]
            continue
        parts = line.split()
        if len(parts) < 3:
            continue
        kind, name = parts[1:]
        if not name.startswith(("td_", "tdi_", "__odr_asan", ".")):
            find(LIBRARY, 0, f"{member}: global name {name} begins with neither td_ nor tdi_")
        if kind in "WVuC":
            find(LIBRARY, 0, f"{member}: {name} is a weak or common symbol")


SYMBOL = re.compile(r"^[0-9a-f]+ <(.+)>:$")
WIDE = re.compile(r"%[yz]mm|%k[1-7]\b|^\s*[0-9a-f]+:\s+v[a-z0-9]+ ")
FUSED = re.compile(r"^\s*[0-9a-f]+:\s+vfn?m(add|sub)")
ESTIMATE = re.compile(r"^\s*[0-9a-f]+:\s+v?(rcp|rsqrt)(14|28)?[ps][sd]\b")


def check_instructions():
    """The baseline has no AVX; pictures are drawn without fused operations and estimates."""
    member = symbol = ""
    seen = set()
    for line in output_of("objdump", "-d", "--no-show-raw-insn", LIBRARY).splitlines():
        if line.endswith(">:"):
            match = SYMBOL.match(line)
            symbol = match.group(1) if match else ""
        elif line.endswith("file format elf64-x86-64"):
            member = line.split(":")[0]
        elif "v" in line or "r" in line:
            what = judge_instruction(member, symbol, line)
            if what and (member, symbol, what) not in seen:
                seen.add((member, symbol, what))
                find(LIBRARY, 0, f"{member}: {symbol}: {what}")


def judge_instruction(member, symbol, line):
    if WIDE.search(line):
        if FUSED.match(line) and not FUSED_OBJECT.match(member):
            return "a fused multiply-add"
        if not VECTOR_OBJECT.match(member) and not VECTOR_SYMBOL.search(symbol):
            return "an AVX instruction outside simd_avx2*.c and simd_avx512*.c"
        if "%zmm" in line and "avx512" not in member + symbol and "v4" not in symbol:
            return "an AVX-512 instruction where only AVX2 is asked for"
    if ESTIMATE.match(line):
        return "an estimate of a reciprocal, which differs between machines"
    return None


# ---- All of it ------------------------------------------------------------------------------


def check_sources(paths):
    lengths = []
    for path in paths:
        with open(path, "rb") as file:
            data = file.read()
        if path.endswith(NOT_TEXT) or path.startswith("tests/fuzz/corpus/"):
            continue
        check_text(path, data)
        if not path.endswith((".c", ".h")):
            continue
        text = data.decode("utf-8", "replace")
        code = strip_comments(text)
        lengths += measure_functions(path, code)
        check_includes(path, strip_comments(text, strings=False))
        if path.startswith(("src/", "cli/", "include/", "web/")):
            check_calls(path, code)
    return lengths


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    paths = list_files()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        built = os.path.exists(LIBRARY) and shutil.which("nm") and shutil.which("objdump")
        jobs = [pool.submit(check_symbols), pool.submit(check_instructions)] if built else []
        check_headers([p for p in paths if p.startswith("include/") and p.endswith(".h")], pool)
        lengths = check_sources(paths)
        for job in jobs:
            job.result()
    for path, line, what in sorted(findings):
        print(f"{path}:{line}: {what}")
    if lengths:
        print(f"lint: {len(paths)} files, {len(lengths)} functions, median "
              f"{statistics.median(lengths):.0f} lines, nine in ten under "
              f"{sorted(lengths)[len(lengths) * 9 // 10] + 1}, longest {max(lengths)}")
    if not built:
        print(f"lint: {LIBRARY} is not built, so its symbols and instructions were not looked at")
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
