#!/usr/bin/env bash
# scripts/check.sh: build everything with warnings as errors and run every test; what `make check`
# does once the packages are there. Goes on after a failure, and says at the end what failed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
jobs=$(getconf _NPROCESSORS_ONLN)
failed=()

stage() { # NAME COMMAND...
    local name=$1 start=$SECONDS result=passed
    shift
    echo "== $name"
    if ! "$@"; then
        result=FAILED
        failed+=("$name")
    fi
    echo "== $name: $result, $((SECONDS - start)) s"
    [ $result = passed ]
}

build() { # KIND OPTION...
    scripts/build.sh "$@" -DTIEDYE_WERROR=ON
}

run_ctest() { # KIND OPTION...
    (cd "build/$1" && ctest --output-on-failure --no-tests=error -j"$jobs" -LE slow "${@:2}")
}

if stage "build release" build release -DTIEDYE_TESTS=ON; then
    stage "lint" python3 -B scripts/lint.py
    stage "tests, release" run_ctest release
fi
if stage "build asan" build asan -DTIEDYE_TESTS=ON; then
    stage "tests, sanitizers" run_ctest asan
fi
if stage "build plain" build plain -DTIEDYE_TESTS=ON; then
    stage "tests, without optional libraries" run_ctest plain -L 'unit|golden'
fi
if stage "build fuzz" build fuzz; then
    stage "fuzz" scripts/fuzz.sh 5
fi

if [ ${#failed[@]} -gt 0 ]; then
    printf 'check: failed: %s\n' "${failed[@]}"
    exit 1
fi
echo "check: everything passed in $SECONDS s"
