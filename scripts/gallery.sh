#!/bin/sh
# scripts/gallery.sh: draw docs/gallery, the pictures of README.md, with build/release/tiedye.
set -eu
cd "$(dirname "$0")/.."
tiedye=build/release/tiedye
folder=docs/gallery

mkdir -p "$folder"
"$tiedye" post --size 52x52 -q -o "$folder"
rm -f "$folder"/three-layers.* "$folder"/inception-v4.*
rm -f "$folder"/slices*.mp4 "$folder"/convnet*.mp4 "$folder"/voxels-*.png
"$tiedye" render @voxels --size 320x320 -q -o "$folder/voxels-shallow.png"
for preset in voxels-deep voxels-ghostly sail reef; do
    "$tiedye" render "@$preset" --size 320x320 -q -o "$folder/$preset.png"
done
for preset in paint weave collage; do
    "$tiedye" render "@$preset" --size 320x320 -q -o "$folder/$preset.png"
done
for preset in convnet-shallow convnet-deep; do
    "$tiedye" animate "@$preset" --size 160x160 --frames 90 --fps 15 -q -o "$folder/$preset.webp"
done
"$tiedye" animate @slices --size 160x160 --frames 90 --fps 15 -q -o "$folder/slices.webp"
"$tiedye" sheet --size 52x52 -q -o "$folder/house.png"
"$tiedye" inside @inside --size 32x32 -q -o "$folder/inside.png"
for preset in silk velvet marble petals agate bubbles stained-glass ink; do
    "$tiedye" sheet "@$preset" --seed 4 --count 4 --columns 4 --captions off --size 80x80 -q \
        -o "$folder/$preset.png"
done
# What README.md begins with.
wall=$(mktemp -d)
"$tiedye" gallery --size 192x192 -q -o "$wall"
ffmpeg -v error -y -pattern_type glob -i "$wall/*.png" \
    -vf 'tile=8x4:padding=6:margin=6:color=0xf2f2f2' -frames:v 1 -quality 88 "$folder/wall.webp"
rm -r "$wall"
# The pictures of SPECTRAL.md; the map carries no recipe.
"$tiedye" render --layers 20,10,3 --sigma-w 2.6 --seed 12 --size 384x384 -q -o "$folder/ridge.png"
"$tiedye" render "$folder/ridge.png" --what cost -q -o docs/charts/ridge-cost.png
"$tiedye" verify "$folder"/*.png
du -sh "$folder"
