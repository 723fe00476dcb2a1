#!/usr/bin/env python3
"""A PNG of 32768 x 32768 pixels takes less than 64 MB of memory, and verifies; one of a raster with
a cell for each of 8192 x 8192 pixels, less than 160 MB."""

import unittest

import _tiedye
from _tiedye import Case


class Large(Case):
    @unittest.skipIf(_tiedye.SANITIZED, "memory says nothing there")
    def test_poster(self):
        self.assertLess(self.peak("render", "--layers", "20,10,3", "--antialias", "1", "--size",
                                  "32768x32768", "-q", "-o", "a.png"), 64)
        self.assertLess(self.peak("verify", "a.png"), 64)

    @unittest.skipIf(_tiedye.SANITIZED, "memory says nothing there")
    def test_raster(self):
        self.assertLess(self.peak("render", "--layers", "conv3 8,3", "--raster", "8192",
                                  "--antialias", "1", "--size", "8192x8192", "-q", "-o",
                                  "b.png"), 160)


if __name__ == "__main__":
    _tiedye.main()
