set terminal pngcairo size 900,520 font 'DejaVu Sans,11'
set output 'cost-by-resolution.png'
set border 3 lc rgb '#555555'
set tics nomirror textcolor rgb '#333333'
set grid ytics lc rgb '#dddddd'
set logscale y
set format y '%g'
set ylabel 'network evaluations per pixel'
set yrange [1e-5:2]
set key bottom left Left reverse samplen 2
set logscale x 2
set xrange [220:38000]
set xtics (256, 512, 1024, 2048, 4096, 8192, 16384, 32768)
set xlabel 'pixels across'
set arrow from graph 0, first 1 to graph 1, first 1 nohead dt 2 lc rgb '#888888'
set label 'dense: one evaluation a pixel' at graph 0.98, first 1.3 right textcolor rgb '#666666'
plot 'cost-by-resolution.dat' using 1:2 with linespoints pt 7 ps 0.6 lw 2 lc rgb '#7b3294' title '20,10,3', 'cost-by-resolution.dat' using 1:3 with linespoints pt 7 ps 0.6 lw 2 lc rgb '#c2588b' title '100,50,3', 'cost-by-resolution.dat' using 1:4 with linespoints pt 7 ps 0.6 lw 2 lc rgb '#e66101' title '16x8,3', 'cost-by-resolution.dat' using 1:5 with linespoints pt 7 ps 0.6 lw 2 lc rgb '#2a9d8f' title '30x27,3', 'cost-by-resolution.dat' using 1:6 with linespoints pt 7 ps 0.6 lw 2 lc rgb '#3366aa' title '256x3,3'
