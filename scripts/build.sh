#!/bin/sh
# scripts/build.sh KIND [CMAKE OPTION...]: configure and build build/KIND.
# Kinds: release is what people use; asan and fuzz have sanitizers; plain leaves out what is
# optional; core-COMPILER is a library that only draws into memory, aarch64 and wasm32 are the same
# for those machines; deb is release where Debian's packages put things.
set -eu
cd "$(dirname "$0")/.."
unset MAKEFLAGS MFLAGS MAKELEVEL # the outer make's -j is none of the inner make's business

kind=${1:?which build: release, asan, fuzz, plain, core-COMPILER, aarch64, wasm32 or deb}
shift
case $kind in
release) ;;
asan) set -- -DTIEDYE_SANITIZE=ON "$@" ;;
fuzz)
    set -- -DTIEDYE_FUZZ=ON -DCMAKE_C_COMPILER=clang -DCMAKE_DISABLE_FIND_PACKAGE_OpenMP=ON "$@"
    ;;
plain)
    for name in OpenMP ISAL WebPMux CGIF Jansson Freetype PkgConfig; do
        set -- "-DCMAKE_DISABLE_FIND_PACKAGE_$name=ON" "$@"
    done
    ;;
deb) set -- -DCMAKE_INSTALL_PREFIX=/usr -DTIEDYE_ZSH_FOLDER=share/zsh/vendor-completions "$@" ;;
core-*) set -- "-DCMAKE_C_COMPILER=${kind#core-}" "$@" ;;
aarch64 | wasm32) set -- "-DCMAKE_TOOLCHAIN_FILE=$PWD/cmake/toolchains/$kind.cmake" "$@" ;;
*)
    echo "build.sh: there is no build called $kind" >&2
    exit 2
    ;;
esac

case $kind in
core-* | aarch64 | wasm32)
    set -- -DTIEDYE_FILES=OFF -DCMAKE_DISABLE_FIND_PACKAGE_Freetype=ON "$@"
    ;;
esac

for tool in cmake cc; do
    if ! command -v "$tool" >/dev/null; then
        echo "$tool is missing: run make setup" >&2
        exit 1
    fi
done

folder=build/$kind
mkdir -p "$folder"
log=$folder/configure.log
if ! cmake -S . -B "$folder" -DCMAKE_BUILD_TYPE=Release "$@" >"$log" 2>&1; then
    cat "$log" >&2
    echo "The build could not be configured ($log). If something is missing: run make setup" >&2
    exit 1
fi
if [ "$kind" = release ]; then
    grep '^tiedye is built without' "$log" || true
fi
cmake --build "$folder" --parallel "$(getconf _NPROCESSORS_ONLN)"
