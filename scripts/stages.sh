# shellcheck shell=bash
# For scripts that go through stages: run them one by one, go on after a failure, and say at the
# end what failed. Source it, call stage, end with finish_stages.
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

finish_stages() { # NAME
    if [ ${#failed[@]} -gt 0 ]; then
        printf "$1: failed: %s\n" "${failed[@]}"
        exit 1
    fi
    echo "$1: everything passed in $SECONDS s"
}
