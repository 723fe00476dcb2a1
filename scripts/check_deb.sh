#!/usr/bin/env bash
# scripts/check_deb.sh: whether the packages of `make deb` install, run and go away again in a
# system that holds nothing but Debian's essentials (debootstrap, below build/chroot; needs root).
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD/build/chroot
base=$PWD/build/chroot.tar
packages=(build/deb/*.deb)
if [ "$(id -u)" != 0 ]; then
    echo "check-deb: debootstrap and chroot need root" >&2
    exit 2
fi

inside() { # COMMAND...
    chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
        TERM=dumb DEBIAN_FRONTEND=noninteractive "$@"
}

apt() {
    inside apt-get -q -y --no-install-recommends "$@" >build/chroot.log 2>&1 </dev/null || {
        cat build/chroot.log >&2
        return 1
    }
}

# Never into what may be mounted there.
clear_root() {
    rm -rf --one-file-system "$root"
}

make_base() {
    local suite mirror
    suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
    mirror=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' "Created-By: Packages" |
        sed -n "s/^$suite //p" | head -n 1)
    echo "check-deb: fetching Debian's essentials ($suite)"
    clear_root
    debootstrap --variant=minbase "$suite" "$root" "$mirror" >build/chroot.log 2>&1 || {
        tail -n 20 build/chroot.log >&2
        return 1
    }
    tar -C "$root" -cf "$base.part" .
    mv "$base.part" "$base"
}

# Files of the system, without what apt and dpkg write down of their own doings.
list_files() {
    (cd "$root" && find . -path ./proc -prune -o -path ./var -prune -o -path ./tmp -prune -o \
        -path ./root -prune -o -print | sort)
}

trap clear_root EXIT
[ -f "$base" ] || make_base
clear_root
mkdir -p "$root"
tar -C "$root" -xf "$base"
# Whatever of this machine's apt leads to the network leads there from inside, too.
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp -n /etc/apt/apt.conf.d/* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
apt update
cp "${packages[@]}" "$root/tmp/"

echo "== the program alone"
apt install "$(cd "$root" && echo ./tmp/tiedye_*.deb)"
inside tiedye --version
inside sh -e -c '
    cd /root
    tiedye render @tie-dye --size 64x64 -q -o a.png
    tiedye sheet a.png --count 4 -q -o b.png
    tiedye verify a.png b.png
    tiedye render a.png --show
    test -f /usr/share/man/man1/tiedye-render.1
    test -f /usr/share/bash-completion/completions/tiedye'
drawn=$(inside tiedye render @tie-dye --size 64x64 -q --format hash -o -)
expected=$(build/deb/tiedye render @tie-dye --size 64x64 -q --format hash -o -)
if [ "$drawn" != "$expected" ]; then
    echo "check-deb: $drawn inside, $expected outside" >&2
    exit 1
fi
echo "the same picture as outside: $drawn"

echo "== the library"
apt install gcc libc6-dev pkgconf "$(cd "$root" && echo ./tmp/libtiedye[0-9]*.deb)" \
    "$(cd "$root" && echo ./tmp/libtiedye-dev_*.deb)"
inside sh -e -c '
    cd /root
    cc /usr/share/doc/tiedye/examples/memory.c $(pkg-config --cflags --libs tiedye) -o memory
    ./memory | head -n 3
    cc /usr/share/doc/tiedye/examples/memory.c -o static \
        $(pkg-config --static --cflags --libs tiedye | sed "s/-ltiedye/-l:libtiedye.a/")
    ./static >/dev/null'

echo "== and away again"
library=$(basename "$root"/tmp/libtiedye[0-9]*.deb | sed 's/_.*//')
apt purge tiedye libtiedye-dev "$library"
if list_files | grep tiedye; then
    echo "check-deb: the files above stay behind" >&2
    exit 1
fi
echo "check-deb: everything passed in $SECONDS s"
