#!/usr/bin/env bash
# scripts/check.sh: build everything with warnings as errors and run every test; what `make check`
# does once the packages are there. Goes on after a failure, and says at the end what failed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
. scripts/stages.sh

if stage "build release" build release -DTIEDYE_TESTS=ON; then
    stage "lint" python3 -B scripts/lint.py
    stage "tests, release" run_ctest release
fi
if stage "build asan" build asan -DTIEDYE_TESTS=ON; then
    stage "tests, sanitizers" run_ctest asan
fi
if stage "build plain" build plain -DTIEDYE_TESTS=ON; then
    stage "tests, without optional libraries" run_ctest plain -L 'unit|golden' -E golden_pictures
    stage "no previews, without libchafa" run_ctest plain -R cli_show
fi
if stage "build fuzz" build fuzz; then
    stage "fuzz" scripts/fuzz.sh 5
fi

finish_stages check
