#!/bin/sh
# scripts/setup.sh draw|check|bench|portable|deb|chroot: install the Debian packages that drawing
# (or testing, benchmarks, tests for other machines, building packages, testing those) need.
# Where nothing is missing it says nothing and needs neither root nor a network. Otherwise it
# prints what it is about to install, with sizes, and installs that as root or through sudo.
# shellcheck disable=SC2086 # lists of words stand unquoted
set -eu
cd "$(dirname "$0")/.."
export LC_ALL=C

# need | Debian package | the command or header that tells, on other systems, whether it is there
# (-: tiedye works without) | what it is for
packages() {
    cat <<'TABLE'
draw  | gcc               | cc         | C compiler
draw  | libc6-dev         | <stdlib.h> | headers of the C library
draw  | cmake             | cmake      | runs the build
draw  | libpng-dev        | <png.h>    | PNG files
draw  | zlib1g-dev        | <zlib.h>   | compression in PNG files
draw  | libisal-dev       | -          | the same, many times faster
draw  | libwebp-dev       | -          | films as WebP
draw  | libcgif-dev       | -          | films as GIF
draw  | libjansson-dev    | -          | diagrams of safetensors files
draw  | librsvg2-bin      | -          | diagrams as PNG and PDF
draw  | libfreetype-dev   | -          | captions in sheets
draw  | fonts-dejavu-core | -          | the captions' typeface
draw  | libchafa-dev      | -          | previews in the terminal
draw  | libglib2.0-dev    | -          | what libchafa's headers need
check | libcmocka-dev     | <cmocka.h> | unit tests
check | clang             | clang      | compiler of the fuzz targets
check | libclang-rt-dev   | -          | libFuzzer and sanitizers for clang
check | python3           | python3    | tests of the program, linter
check | binutils          | objdump    | the linter looks at symbols and instructions
check | g++               | g++        | the public headers are C++ too
check | groff-base        | -          | the manual's pages without a warning
check | zsh               | -          | completion in zsh
check | ffmpeg            | ffmpeg     | films as MP4, WebM and APNG, and what reads them
check | gnuplot-nox       | gnuplot    | charts
check | pkgconf           | pkg-config | tests of what is installed
check | python3-vtk9      | -          | reads volumes and meshes
check | python3-numpy     | -          | reads volumes and meshes
check | assimp-utils      | -          | reads meshes
check | python3-onnx      | -          | reads networks
check | libonnx-testdata  | -          | networks to read
bench | nodejs            | node       | runs ONNX Runtime
bench | npm               | npm        | installs ONNX Runtime and sharp
bench | python3-numpy     | -          | a peer
bench | python3-torch     | -          | a peer
bench | python3-pil       | -          | writes that peer's pictures
bench | libopenblas0-pthread | -       | what makes both peers fast
bench | graphviz          | dot        | draws graphs, too
portable | clang           | clang      | compiler for WebAssembly
portable | lld             | wasm-ld    | linker for WebAssembly
portable | wasi-libc       | -          | C library for WebAssembly
portable | libclang-rt-dev-wasm32 | -   | what clang adds to programs for WebAssembly
portable | nodejs          | node       | runs WebAssembly
portable | gcc-aarch64-linux-gnu | aarch64-linux-gnu-gcc | compiler for AArch64
portable | libc6-dev-arm64-cross | -    | C library for AArch64
portable | qemu-user-static | qemu-aarch64-static | runs programs for AArch64
deb   | dpkg-dev          | dpkg-shlibdeps | finds what packages depend on
chroot | debootstrap      | debootstrap | makes a clean system
TABLE
}

say() {
    echo "setup: $*" >&2
}

fail() {
    say "$@"
    exit 1
}

is_there() { # PACKAGE PROBE
    case $2 in
    node | npm) command -v "$2" >/dev/null && return ;; # from wherever
    esac
    if command -v dpkg-query >/dev/null; then
        dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed
        return
    fi
    case $2 in
    -) true ;;
    '<'*) echo "#include $2" | cc -E - >/dev/null 2>&1 ;;
    *) command -v "$2" >/dev/null ;;
    esac
}

# Prints "PACKAGE what it is for" for every row of the need $1 (a pattern) that is missing.
list_missing() {
    packages | while IFS='|' read -r need package probe words; do
        set -- "$1" $need $package $probe
        if expr "$2" : "\($1\)\$" >/dev/null && ! is_there "$3" "$4"; then
            echo "$3" $words
        fi
    done
}

# How apt-get is called; sudo keeps no environment, so what it needs is said with env.
apt() {
    $as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C \
        apt-get -q -y -o DPkg::Lock::Timeout=120 "$@" </dev/null >>"$log" 2>&1
}

# What apt-get would do, in its words; needs neither root nor a network.
plan() {
    apt-get install --print-uris -y --no-install-recommends -o Debug::NoLocking=1 $names 2>/dev/null
}

# The line that says how much a plan loads and takes.
sizes() {
    sed -n -e 's/^[0-9]* upgraded, \([0-9]*\) newly installed.*/all in all \1 new packages/p' \
        -e 's/^Need to get \(.*B\) of archives.*/, \1 to download/p' \
        -e 's/^After this operation, \(.*B\) of additional .*/, \1 on the disk/p' | tr -d '\n'
}

case ${1:-} in
draw) needs=draw ;;
check) needs='draw\|check' ;;
bench) needs='draw\|check\|bench' ;;
portable | deb) needs="draw\|$1" ;;
chroot) needs='draw\|deb\|chroot' ;;
*)
    echo "usage: scripts/setup.sh draw|check|bench|portable|deb|chroot" >&2
    exit 2
    ;;
esac

missing=$(list_missing "$needs")
if [ -z "$missing" ]; then
    exit 0
fi
names=$(echo "$missing" | sed 's/ .*//' | tr '\n' ' ' | sed 's/ $//')
command -v apt-get >/dev/null ||
    fail "there is no apt-get here. Install what your system calls $names, then: make build"

by_hand="apt-get update && apt-get install -y --no-install-recommends $names"
as_root=
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null ||
        fail "packages are missing, and there is neither root nor sudo. Administrator: $by_hand"
    as_root=sudo
fi

mkdir -p build
log=build/setup.log
: >"$log"
updated=

# Why apt-get failed, in one line.
reason() {
    sed -n -e 's/.*\(Temporary failure resolving.*\)/\1/p' -e 's/.*\(Could not connect.*\)/\1/p' \
        -e 's/^sudo: //p' -e '/^E: Unable to fetch some/d' -e 's/^E: //p' "$log" | tail -n 1
}

update() {
    say "fetching Debian's package lists"
    updated=yes
    apt update || true # with half of the lists the rest may still work
}

plan >/dev/null || update
plan=$(plan) || fail "no package lists ($(reason)). Is there a network? By hand: $by_hand"

say "about to install"
echo "$missing" | while read -r name words; do
    printf '    %-18s %s\n' "$name" "$words" >&2
done
say "$(echo "$plan" | sizes)"

if ! apt install --no-install-recommends $names; then
    # Lists that are too old name files that are gone.
    if [ -n "$updated" ] || ! update || ! apt install --no-install-recommends $names; then
        fail "apt-get failed ($(reason)). Is there a network? See $log, or by hand: $by_hand"
    fi
fi
say "installed"
