set terminal pngcairo size 900,520 font 'DejaVu Sans,11'
set output 'cost-by-scale.png'
set border 3 lc rgb '#555555'
set tics nomirror textcolor rgb '#333333'
set grid ytics lc rgb '#dddddd'
set logscale y
set format y '%g'
set ylabel 'network evaluations per pixel'
set yrange [1e-3:2]
set key bottom right Left reverse samplen 2
set xrange [0.4:4.1]
set xlabel 'sigma_w'
set arrow from 1.3956, graph 0 to 1.3956, graph 1 nohead lw 1.5 dt 3 lc rgb '#444444'
set label 'order' at 1.3456, graph 0.95 right textcolor rgb '#444444'
set label 'chaos' at 1.4456, graph 0.95 left textcolor rgb '#444444'
set arrow from graph 0, first 1 to graph 1, first 1 nohead dt 2 lc rgb '#888888'
plot 'cost-by-scale.dat' using 1:2 with linespoints pt 7 ps 0.6 lw 2 lc rgb '#7b3294' title '2 layers of 64', 'cost-by-scale.dat' using 1:3 with linespoints pt 7 ps 0.6 lw 2 lc rgb '#c2588b' title '4 layers of 64', 'cost-by-scale.dat' using 1:4 with linespoints pt 7 ps 0.6 lw 2 lc rgb '#e66101' title '8 layers of 64', 'cost-by-scale.dat' using 1:5 with linespoints pt 7 ps 0.6 lw 2 lc rgb '#2a9d8f' title '16 layers of 64'
