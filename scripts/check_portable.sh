#!/usr/bin/env bash
# scripts/check_portable.sh: whether other machines and compilers draw the same pictures, to the
# bit; what `make check-portable` does once the packages are there. Each build runs the golden
# hashes and compares every kernel with the reference kernels of the same build.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
. scripts/stages.sh

prove() { # KIND OPTION...
    build "$1" -DTIEDYE_TESTS=ON "${@:2}" >"build/$1.log" 2>&1 || { cat "build/$1.log"; return 1; }
    run_ctest "$1" -E "$skip" || return
    grep -h -e '^best instruction set' -e ' passed, 0 failed$' \
        "build/$1/Testing/Temporary/LastTest.log"
}

mkdir -p build
skip=compare_ # they draw for many minutes where machines are emulated; the bits are the same
stage "AArch64 under qemu" prove aarch64
stage "WebAssembly under node" prove wasm32
skip='check_ulp|compare_' # errors follow from the bits
for compiler in gcc clang; do
    for flags in -O0 -O1 -O2 -O3 "-O3 -march=native"; do
        stage "$compiler $flags" prove "core-$compiler" \
            -DCMAKE_BUILD_TYPE=None "-DCMAKE_C_FLAGS=$flags"
    done
done
finish_stages check-portable
