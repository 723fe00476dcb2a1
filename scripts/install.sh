#!/bin/sh
# scripts/install.sh install|uninstall PREFIX: put build/release below PREFIX (below DESTDIR, if
# that is set), or take away what that put there.
set -eu
cd "$(dirname "$0")/.."
what=${1:?install or uninstall}
prefix=${2:?where}
case $prefix in
/*) ;;
*)
    echo "install: PREFIX must begin with a slash, and \"$prefix\" does not" >&2
    exit 2
    ;;
esac

install() {
    cmake --install build/release --prefix "$prefix" >/dev/null
    echo "installed below ${DESTDIR:-}$prefix:"
    echo "    $prefix/bin/tiedye --version"
    # So that programs find the shared library; only the administrator's own system has such a list.
    if [ -z "${DESTDIR:-}" ] && [ "$(id -u)" = 0 ] && command -v ldconfig >/dev/null; then
        ldconfig
    fi
}

# Installs into an empty folder to learn the names.
uninstall() {
    stage=$(mktemp -d)
    trap 'rm -rf "$stage"' EXIT
    DESTDIR=$stage cmake --install build/release --prefix "$prefix" >/dev/null
    (cd "$stage" && find . ! -type d) | while IFS= read -r file; do
        rm -f "${DESTDIR:-}${file#.}"
    done
    (cd "$stage" && find . -depth -type d -path '*tiedye*') | while IFS= read -r folder; do
        rmdir "${DESTDIR:-}${folder#.}" 2>/dev/null || true
    done
    echo "nothing of tiedye is left below ${DESTDIR:-}$prefix"
}

case $what in
install | uninstall) "$what" ;;
*)
    echo "install.sh: install or uninstall, not \"$what\"" >&2
    exit 2
    ;;
esac
