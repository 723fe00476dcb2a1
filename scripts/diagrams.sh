#!/bin/sh
# scripts/diagrams.sh: draw docs/diagrams, the pictures of DIAGRAMS.md, with build/release/tiedye.
set -eu
cd "$(dirname "$0")/.."
tiedye=build/release/tiedye
folder=docs/diagrams

mkdir -p "$folder"
for network in inception-v4 resnet-152 vit-b-16; do
    "$tiedye" diagram "@$network" -q -o "$folder/$network.svg"
done
"$tiedye" diagram --layers 20,10,3 --neurons -q -o "$folder/three-layers.svg"
