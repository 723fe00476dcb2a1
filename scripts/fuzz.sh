#!/bin/sh
# scripts/fuzz.sh SECONDS: run every fuzz target of build/fuzz for so long, all at the same time.
# What they find new is kept in build/fuzz/corpus/NAME; an input that breaks something in
# build/fuzz/NAME-*, which `build/fuzz/NAME FILE` plays again. The tree itself is only read.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:?how many seconds}

run_target() { # NAME
    found=build/fuzz/corpus/$1
    mkdir -p "$found"
    set -- "$1" "$found"
    if [ -d "tests/fuzz/corpus/${1#fuzz_}" ]; then
        set -- "$@" "tests/fuzz/corpus/${1#fuzz_}"
    fi
    if [ "$1" = fuzz_onnx ] && [ -d /usr/share/libonnx-testdata/data ]; then # Debian's models
        set -- "$@" /usr/share/libonnx-testdata/data
    fi
    if [ -f "tests/fuzz/${1#fuzz_}.dict" ]; then
        set -- "$@" "-dict=tests/fuzz/${1#fuzz_}.dict"
    fi
    name=$1
    shift
    "build/fuzz/$name" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 \
        -print_final_stats=0 "-artifact_prefix=build/fuzz/$name-" "$@" >"build/fuzz/$name.log" 2>&1
}

running=
for source in tests/fuzz/fuzz_*.c; do
    [ -e "$source" ] || continue
    name=$(basename "$source" .c)
    run_target "$name" &
    running="$running $name:$!"
done

failed=0
for target in $running; do
    name=${target%:*}
    if wait "${target#*:}"; then
        echo "fuzz: $name: $(tail -n 1 "build/fuzz/$name.log")"
    else
        failed=$((failed + 1))
        tail -n 40 "build/fuzz/$name.log"
        echo "fuzz: $name failed (build/fuzz/$name.log)"
    fi
done
exit $((failed > 0))
