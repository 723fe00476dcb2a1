#!/bin/sh
# scripts/deb.sh: Debian packages of the tree as it is, into build/deb; what `make deb` does once
# the packages that it needs are there.
set -eu
cd "$(dirname "$0")/.."
umask 022 # packages have the permissions of what is packed
scripts/build.sh deb
rm -f build/deb/*.deb
if ! (cd build/deb && cpack -G DEB) >build/deb/cpack.log 2>&1; then
    cat build/deb/cpack.log >&2
    exit 1
fi
rm -rf build/deb/_CPack_Packages
for package in build/deb/*.deb; do
    printf '%s  %s\n' "$(du -h "$package" | cut -f 1)" "$package"
done
echo "install the program with: apt-get install ./$(echo build/deb/tiedye_*.deb)"
