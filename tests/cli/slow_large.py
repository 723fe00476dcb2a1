#!/usr/bin/env python3
"""A PNG of 32768 x 32768 pixels takes less than 64 MB of memory, and verifies."""

import unittest

import _tiedye
from _tiedye import Case


class Large(Case):
    @unittest.skipIf(_tiedye.SANITIZED, "memory says nothing there")
    def test_poster(self):
        self.assertLess(self.peak("render", "--layers", "20,10,3", "--antialias", "1", "--size",
                                  "32768x32768", "-q", "-o", "a.png"), 64)
        self.assertLess(self.peak("verify", "a.png"), 64)


if __name__ == "__main__":
    _tiedye.main()
