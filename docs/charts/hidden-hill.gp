set terminal pngcairo size 900,520 font 'DejaVu Sans,11'
set output 'hidden-hill.png'
set border 3 lc rgb '#555555'
set tics nomirror textcolor rgb '#333333'
set grid ytics lc rgb '#dddddd'
set ylabel 'pre-activation z of a neuron'
set yrange [-80:24]
set key bottom center Left reverse samplen 2
set xrange [-0.75:1.05]
set xlabel 'along a tile (its border is at 1)'
set samples 400
set object rectangle from graph 0, first -5 to graph 1, first 5 fc rgb '#f6e8d5' fs noborder behind
set label 'where tanh bends' at graph 0.02, first 6.8 textcolor rgb '#8a6d3b'
plot 2 - 250 * (x - 0.19) ** 2 with lines lw 2 lc rgb '#3366aa' title 'z', 'hidden-hill.dat' using 1:2 with points pt 7 ps 1.3 lc rgb '#7b3294' title 'at the nodes', 'hidden-hill.dat' using 1:3 with lines dt 2 lw 2 lc rgb '#e66101' title 'what the rule allows for between them'
