"""What the tests of the program share: running it, and reading and writing its files with
nothing but Python's own library. A test file is run as `python3 NAME.py BINARY`; its tests run at
the same time, each in a folder of its own."""

import concurrent.futures
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

BINARY = os.path.abspath(sys.argv[1])
SANITIZED = os.environ.get("TIEDYE_SANITIZED") == "1"
PATIENCE = 120  # seconds for one call, many more than any should take

ENVIRONMENT = {name: value for name, value in os.environ.items()
               if name not in ("TIEDYE_CPU", "OMP_WAIT_POLICY")}


class Case(unittest.TestCase):
    """A test with a folder of its own, in which the program runs."""

    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="tiedye-test-")
        self.addCleanup(holder.cleanup)
        self.folder = holder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
        return name

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def tiedye(self, *arguments, env=None, **options):
        """Run it to the end; texts come back unless text=False."""
        options.setdefault("text", True)
        if "input" not in options:
            options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        return subprocess.run([BINARY, *arguments], cwd=self.folder, timeout=PATIENCE,
                              check=False,
                              env={**ENVIRONMENT, **(env or {})}, **options)

    def start(self, *arguments, **options):
        options.setdefault("env", ENVIRONMENT)
        process = subprocess.Popen([BINARY, *arguments], cwd=self.folder, **options)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def ok(self, *arguments, **options):
        """Run it, which must succeed; its standard output."""
        result = self.tiedye(*arguments, **options)
        self.assertEqual(result.returncode, 0, f"{arguments}: {result.stderr}")
        return result.stdout

    def bad(self, code, words, *arguments, **options):
        """Run it, which must fail with `code` and one line that holds all `words`, print
        nothing else and leave every file as it was."""
        before = self.snapshot()
        result = self.tiedye(*arguments, **options)
        told = f"{arguments}: {result.returncode}: {result.stderr!r}"
        self.assertEqual(result.returncode, code, told)
        self.assertRegex(result.stderr, r"\Atiedye: [^\n]+\n\Z", told)
        for word in words:
            self.assertIn(word, result.stderr, told)
        self.assertEqual(result.stdout or "", "", told)
        self.assertEqual(self.snapshot(), before, told)

    def snapshot(self):
        """Every file below the folder with its content, and every folder."""
        found = {}
        for folder, folders, files in os.walk(self.folder):
            for name in folders + files:
                path = os.path.join(folder, name)
                data = None
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        data = file.read()
                found[os.path.relpath(path, self.folder)] = data
        return found

    def peak(self, *arguments):
        """Run it, which must succeed; the peak of its memory in MB."""
        process = self.start(*arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        return usage.ru_maxrss * 1024 / 1e6

    def hash_of(self, *arguments, command="render", **options):
        """The line of the format hash: of all samples, their size and kind."""
        return self.ok(command, *arguments, "-q", "-o", "-", "--format", "hash", **options)

    def png(self, *arguments, command="render", name="picture.png"):
        self.ok(command, *arguments, "-q", "-o", name)
        return read_png(self.read(name))

    def field(self, *arguments, name="field.npy"):
        self.ok("render", *arguments, "-q", "-o", name)
        return read_npy(self.read(name))

    def weights(self, *arguments, name="net.safetensors"):
        self.ok("weights", *arguments, "-q", "-o", name)
        return read_safetensors(self.read(name))

    def recipe(self, *arguments):
        """The recipe that `tiedye info` prints, as a dictionary."""
        return dict(line.split(" = ", 1) for line in self.ok("info", *arguments).splitlines())


# ---- PNG ------------------------------------------------------------------------------------

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3}  # by colour type


class Png:
    """A decoded PNG: samples[y][x * channels + c]; chunks in order as (type, data)."""

    def __init__(self, width, height, channels, bits, samples, chunks):
        self.width, self.height, self.channels, self.bits = width, height, channels, bits
        self.samples, self.chunks = samples, chunks

    def chunk(self, kind):
        return next((data for name, data in self.chunks if name == kind), None)

    def recipe(self):
        """The text of the iTXt chunk with the keyword tiedye, None where there is none."""
        for name, data in self.chunks:
            if name == b"iTXt" and data.startswith(b"tiedye\0"):
                packed, text = data[7], data[9:].split(b"\0", 2)[2]
                return (zlib.decompress(text) if packed else text).decode()
        return None

    def crop(self, x, y, width, height):
        n = self.channels
        return [list(row[x * n:(x + width) * n]) for row in self.samples[y:y + height]]


def split_png(data):
    assert data[:8] == SIGNATURE
    chunks, at = [], 8
    while at < len(data):
        length = struct.unpack_from(">I", data, at)[0]
        kind, body = data[at + 4:at + 8], data[at + 8:at + 8 + length]
        assert struct.unpack_from(">I", data, at + 8 + length)[0] == zlib.crc32(kind + body)
        chunks.append((kind, body))
        at += length + 12
    assert chunks[0][0] == b"IHDR" and chunks[-1] == (b"IEND", b"")
    return chunks


def join_png(chunks):
    parts = [SIGNATURE]
    for kind, body in chunks:
        parts += [struct.pack(">I", len(body)), kind, body,
                  struct.pack(">I", zlib.crc32(kind + body))]
    return b"".join(parts)


def paeth(a, b, c):
    p = a + b - c
    apart = abs(p - a), abs(p - b), abs(p - c)
    return (a, b, c)[apart.index(min(apart))]


def unfilter(kind, row, above, step):
    """Undo a PNG filter in place."""
    for i, value in enumerate(row):
        left = row[i - step] if i >= step else 0
        corner = above[i - step] if i >= step else 0
        if kind == 1:
            row[i] = value + left & 255
        elif kind == 2:
            row[i] = value + above[i] & 255
        elif kind == 3:
            row[i] = value + (left + above[i]) // 2 & 255
        elif kind == 4:
            row[i] = value + paeth(left, above[i], corner) & 255
        else:
            assert kind == 0


def read_png(data):
    chunks = split_png(data)
    width, height, bits, kind, *rest = struct.unpack(">IIBBBBB", chunks[0][1])
    assert rest == [0, 0, 0] and bits in (8, 16)
    channels = CHANNELS[kind]
    pixels = zlib.decompress(b"".join(body for name, body in chunks if name == b"IDAT"))
    step = channels * bits // 8
    size = width * step
    assert len(pixels) == height * (size + 1)
    samples, above = [], bytearray(size)
    for y in range(height):
        at = y * (size + 1)
        row = bytearray(pixels[at + 1:at + 1 + size])
        unfilter(pixels[at], row, above, step)
        above = row
        samples.append(list(row) if bits == 8 else list(struct.unpack(f">{size // 2}H", row)))
    return Png(width, height, channels, bits, samples, chunks)


def write_png(png):
    """Encode it again, unfiltered and with one IDAT where the first was."""
    code = "B" if png.bits == 8 else "H"
    rows = [b"\0" + struct.pack(f">{len(row)}{code}", *row) for row in png.samples]
    kind = {count: number for number, count in CHANNELS.items()}[png.channels]
    header = struct.pack(">IIBBBBB", png.width, png.height, png.bits, kind, 0, 0, 0)
    chunks, pixels = [], zlib.compress(b"".join(rows))
    for name, body in png.chunks:
        if name == b"IDAT" and pixels is None:
            continue
        if name == b"IDAT":
            body, pixels = pixels, None
        chunks.append((name, header if name == b"IHDR" else body))
    return join_png(chunks)


# ---- Other files ----------------------------------------------------------------------------


def read_pnm(data):
    """(width, height, channels, most, samples in one list) of a P5 or P6 file."""
    match = re.match(rb"(P[56])\s+(\d+)\s+(\d+)\s+(\d+)\s", data)
    width, height, most = (int(number) for number in match.groups()[1:])
    channels = 3 if match.group(1) == b"P6" else 1
    body, code = data[match.end():], "B" if most < 256 else "H"
    return width, height, channels, most, list(
        struct.unpack(f">{width * height * channels}{code}", body))


def read_npy(data):
    """(shape, values in one list) of a float32 array in C order."""
    assert data[:8] == b"\x93NUMPY\x01\x00"
    length = struct.unpack_from("<H", data, 8)[0]
    assert (10 + length) % 64 == 0 and data[9 + length:10 + length] == b"\n"
    header = data[10:10 + length].decode("ascii")
    match = re.search(r"'shape': \((\d+), (\d+), (\d+)\)", header)
    assert "'descr': '<f4'" in header and "'fortran_order': False" in header
    shape = tuple(int(number) for number in match.groups())
    body = data[10 + length:]
    return shape, struct.unpack(f"<{shape[0] * shape[1] * shape[2]}f", body)


def read_safetensors(data):
    """(metadata, {name: (shape, values)}); every byte must belong to a tensor."""
    length = struct.unpack_from("<Q", data)[0]
    header, body = json.loads(data[8:8 + length]), data[8 + length:]
    metadata = header.pop("__metadata__")
    tensors, end = {}, 0
    for name, tensor in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        assert tensor["dtype"] == "F32" and tensor["data_offsets"][0] == end
        begin, end = tensor["data_offsets"]
        tensors[name] = (tensor["shape"], struct.unpack(f"<{(end - begin) // 4}f",
                                                        body[begin:end]))
    assert end == len(body)
    return metadata, tensors


# ---- Running --------------------------------------------------------------------------------


def each_test(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from each_test(test)
        else:
            yield test


def main():
    """Run the tests of the file that was started, several at a time; names behind the program's
    choose among them."""
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    tests = [test for test in each_test(suite)
             if not sys.argv[2:] or any(word in test.id() for word in sys.argv[2:])]
    with concurrent.futures.ThreadPoolExecutor(max_workers=4) as pool:
        results = list(pool.map(lambda test: test.run(), tests))
    broken = [item for result in results for item in result.failures + result.errors]
    for test, trace in broken:
        print(f"{test.id()}\n{trace}")
    skipped = sum(len(result.skipped) for result in results)
    print(f"{len(tests)} tests, {len(broken)} failed, {skipped} skipped")
    sys.exit(1 if broken or not tests else 0)
