"""As much of PNG as the pictures need that are compared: 8-bit RGB, not interlaced."""

import struct
import zlib


def paeth(a, b, c):
    p = a + b - c
    apart = abs(p - a), abs(p - b), abs(p - c)
    return (a, b, c)[apart.index(min(apart))]


def unfilter(kind, row, above):
    """Undo a filter in place."""
    for i, value in enumerate(row):
        left, corner = (row[i - 3], above[i - 3]) if i >= 3 else (0, 0)
        guess = (0, left, above[i], (left + above[i]) // 2, paeth(left, above[i], corner))[kind]
        row[i] = value + guess & 255


def read(path):
    """(width, height, samples as bytes)"""
    with open(path, "rb") as file:
        data = file.read()
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        raise ValueError(f"{path} is no PNG")
    chunks, at = {}, 8
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        chunks[kind] = chunks.get(kind, b"") + data[at + 8:at + 8 + length]
        at += length + 12
    width, height, *rest = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    if rest != [8, 2, 0, 0, 0]:
        raise ValueError(f"{path} is not 8-bit RGB")
    packed, size = zlib.decompress(chunks[b"IDAT"]), 3 * width + 1
    samples, above = bytearray(), bytearray(3 * width)
    for begin in range(0, height * size, size):
        row = bytearray(packed[begin + 1:begin + size])
        unfilter(packed[begin], row, above)
        samples += row
        above = row
    return width, height, bytes(samples)
