#!/bin/sh
# scripts/look.sh FOLDER: say how to look at the pictures in FOLDER.
set -eu
folder=${1:?which folder}
echo
echo "The pictures are in $folder/. To look at them:"
if [ "$(uname)" = Darwin ]; then
    echo "    open $folder/"
else
    echo "    xdg-open $folder/"
fi
if [ -n "${SSH_CONNECTION:-}" ]; then
    # shellcheck disable=SC2086 # four words: client, its port, server, its port
    set -- $SSH_CONNECTION
    echo "or, as this is a session over ssh, fetch them from your own computer:"
    echo "    scp -r $(id -un)@$3:${PWD#"${HOME:-/}"/}/$folder ."
fi
