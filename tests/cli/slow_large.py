#!/usr/bin/env python3
"""A PNG of 32768 x 32768 pixels takes less than 64 MB of memory, and verifies."""

import os
import unittest

import _tiedye
from _tiedye import Case


class Large(Case):
    def peak(self, *arguments):
        """Largest resident size in MB."""
        process = self.start(*arguments)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        return usage.ru_maxrss * 1024 / 1e6

    @unittest.skipIf(_tiedye.SANITIZED, "memory says nothing there")
    def test_poster(self):
        self.assertLess(self.peak("render", "--layers", "20,10,3", "--antialias", "1", "--size",
                                  "32768x32768", "-q", "-o", "a.png"), 64)
        self.assertLess(self.peak("verify", "a.png"), 64)


if __name__ == "__main__":
    _tiedye.main()
