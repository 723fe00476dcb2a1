#!/usr/bin/env python3
"""Make src/render/blue_noise.c: the ranks of a tile of blue noise, by void and cluster (Ulichney,
"The void-and-cluster method for dither array generation", SPIE 1913, 1993). The same every time."""

import math
import random

SIDE, SIGMA, SEED = 64, 1.5, 20261123
CELLS = SIDE * SIDE

HEAD = """\
/* Blue noise: every rank from 0 to %d once, neighbours far apart, low frequencies missing,
 * and the tile repeats without a seam. Made by scripts/blue_noise.py; edit that, not this. */
#include "render/blue_noise.h"

/* clang-format off */
const uint16_t tdi_blue_noise[TDI_NOISE_SIDE][TDI_NOISE_SIDE] = {
"""


def bell():
    """How much a point adds to each cell, by the cell's distance on the torus."""
    near = [min(i, SIDE - i) for i in range(SIDE)]
    return [[math.exp(-(near[y] ** 2 + near[x] ** 2) / (2 * SIGMA ** 2)) for x in range(SIDE)]
            for y in range(SIDE)]


BELL = bell()


class Pattern:
    """Points on the torus and the energy they make."""

    def __init__(self, points=()):
        self.points = set()
        self.energy = [0.0] * CELLS
        for point in points:
            self.flip(point)

    def flip(self, point):
        sign = -1 if point in self.points else 1
        self.points ^= {point}
        row, column = divmod(point, SIDE)
        for y in range(SIDE):
            weights, at = BELL[(y - row) % SIDE], y * SIDE
            for x in range(SIDE):
                self.energy[at + x] += sign * weights[x - column]

    def cluster(self):
        return max(sorted(self.points), key=self.energy.__getitem__)

    def void(self):
        return min((cell for cell in range(CELLS) if cell not in self.points),
                   key=self.energy.__getitem__)


def first_pattern():
    """A tenth of the cells, moved from clusters to voids until that changes nothing."""
    pattern = Pattern(random.Random(SEED).sample(range(CELLS), CELLS // 10))
    while True:
        cluster = pattern.cluster()
        pattern.flip(cluster)
        void = pattern.void()
        pattern.flip(void)
        if void == cluster:
            return pattern.points


def make_ranks():
    start = first_pattern()
    ranks = [0] * CELLS
    pattern = Pattern(sorted(start))
    for rank in range(len(start) - 1, -1, -1):
        cluster = pattern.cluster()
        ranks[cluster] = rank
        pattern.flip(cluster)
    pattern = Pattern(sorted(start))
    for rank in range(len(start), CELLS):
        void = pattern.void()
        ranks[void] = rank
        pattern.flip(void)
    return ranks


def main():
    ranks = make_ranks()
    assert sorted(ranks) == list(range(CELLS))
    with open("src/render/blue_noise.c", "w", encoding="utf-8") as file:
        file.write(HEAD % (CELLS - 1))
        for y in range(SIDE):
            row = [str(rank) for rank in ranks[y * SIDE:(y + 1) * SIDE]]
            file.write("    {" + ",\n     ".join(", ".join(row[x:x + 16])
                                                for x in range(0, SIDE, 16)) + "},\n")
        file.write("};\n")


if __name__ == "__main__":
    main()
