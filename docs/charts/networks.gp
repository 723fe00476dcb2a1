# made by tiedye diagram --compare
# In this folder, gnuplot draws the chart again from this script.
set encoding utf8
set terminal pngcairo size 1920,1080 fontscale 1.5 linewidth 2 pointscale 2 noenhanced font 'DejaVu Sans,9' background rgb '#ffffff'
set output './networks.png'
data = './networks.dat'

tip(title, year, top1, macs, parameters, layers, source) = \
    sprintf('%s (%d): %.5g %%, %.3g G multiply-adds, %.3g M parameters, '. \
    '%d layers; %s', title, year, top1, macs / 1e9, parameters / 1e6, layers, source)
unset key
set border 1 lc rgb '#5a626d'
set tics nomirror scale 0.5 textcolor rgb '#5a626d'
set ytics 5
set ytics scale 0
set grid ytics lt 1 lw 0.5 lc rgb '#e1e4e8'
set logscale x 2
set xtics 2
set format x '%g'
set multiplot

# accuracy against multiply-adds for an image, G
unset label
unset arrow
set lmargin at screen 0.05
set rmargin at screen 0.502083
set bmargin at screen 0.17037
set tmargin at screen 0.855556
set xrange [2**-2.2332469:2**4.7951398]
set yrange [55:85]
set format y '%g'
set label 'multiply-adds for an image, G' at screen 0.05, screen 0.12037 left front font 'DejaVu Sans,9' textcolor rgb '#5a626d'
set label 'top-1 accuracy, %' at screen 0.05, screen 0.872222 left front font 'DejaVu Sans,9' textcolor rgb '#5a626d'
set label 'VGG-16' at screen 0.418295, screen 0.567733 left front font 'DejaVu Sans,8.5' textcolor rgb '#b4430f'
set label 'VGG-19' at screen 0.4652, screen 0.585639 left front font 'DejaVu Sans,8.5' textcolor rgb '#b4430f'
set label 'GoogLeNet' at screen 0.242711, screen 0.483272 left front font 'DejaVu Sans,8.5' textcolor rgb '#7b3294'
set label 'Inception-v3' at screen 0.30937, screen 0.697964 left front font 'DejaVu Sans,8.5' textcolor rgb '#7b3294'
set label 'Inception-v4' at screen 0.432644, screen 0.742774 left front font 'DejaVu Sans,8.5' textcolor rgb '#7b3294'
set label 'ResNet-18' at screen 0.209972, screen 0.525845 left front font 'DejaVu Sans,8.5' textcolor rgb '#1d5fa8'
set label 'ResNet-34' at screen 0.320603, screen 0.588653 left front font 'DejaVu Sans,8.5' textcolor rgb '#1d5fa8'
set label 'ResNet-50' at screen 0.285395, screen 0.671379 left front font 'DejaVu Sans,8.5' textcolor rgb '#1d5fa8'
set label 'ResNet-101' at screen 0.33652, screen 0.718611 left front font 'DejaVu Sans,8.5' textcolor rgb '#1d5fa8'
set arrow from screen 0.384283, screen 0.687307 to screen 0.384283, screen 0.711805 nohead front lw 0.6 lc rgb '#5a626d'
set label 'ResNet-152' at screen 0.426861, screen 0.702805 left front font 'DejaVu Sans,8.5' textcolor rgb '#1d5fa8'
set label 'ResNet-50 v1' at screen 0.254315, screen 0.650134 left front font 'DejaVu Sans,8.5' textcolor rgb '#1d5fa8'
set label 'ResNet-101 v1' at screen 0.370103, screen 0.640726 left front font 'DejaVu Sans,8.5' textcolor rgb '#1d5fa8'
set label 'ResNet-152 v1' at screen 0.424978, screen 0.67284 left front font 'DejaVu Sans,8.5' textcolor rgb '#1d5fa8'
set label 'MobileNetV2' at screen 0.0886196, screen 0.555856 left front font 'DejaVu Sans,8.5' textcolor rgb '#3f4650'
set label 'EfficientNet-B0' at screen 0.111726, screen 0.688644 left front font 'DejaVu Sans,8.5' textcolor rgb '#3f4650'
set label 'AlexNet' at screen 0.16887, screen 0.205132 left front font 'DejaVu Sans,8.5' textcolor rgb '#3f4650'
set label 'SqueezeNet 1.0' at screen 0.181569, screen 0.24099 left front font 'DejaVu Sans,8.5' textcolor rgb '#3f4650'
set label 'DenseNet-121' at screen 0.220739, screen 0.623242 left front font 'DejaVu Sans,8.5' textcolor rgb '#3f4650'
set label 'ConvNeXt-T' at screen 0.33876, screen 0.798914 left front font 'DejaVu Sans,8.5' textcolor rgb '#3f4650'
set label 'ViT-B/16' at screen 0.454188, screen 0.784251 left front font 'DejaVu Sans,8.5' textcolor rgb '#3f4650'
plot data index 0 using ($2 / 1000000000):4 with lines lw 1.4 lc rgb '#b4430f', \
     data index 1 using ($2 / 1000000000):4 with lines lw 1.4 lc rgb '#7b3294', \
     data index 2 using ($2 / 1000000000):4 with lines lw 1.4 lc rgb '#1d5fa8', \
     data index 3 using ($2 / 1000000000):4 with lines lw 1.4 dt (6,4) lc rgb '#1d5fa8', \
     data index 0 using ($2 / 1000000000):4:(tip(strcol(7), $6, $4, $2, $3, $5, strcol(8))) \
     with labels hypertext point pt 7 ps 0.8 lc rgb '#b4430f', \
     data index 1 using ($2 / 1000000000):4:(tip(strcol(7), $6, $4, $2, $3, $5, strcol(8))) \
     with labels hypertext point pt 7 ps 0.8 lc rgb '#7b3294', \
     data index 2 using ($2 / 1000000000):4:(tip(strcol(7), $6, $4, $2, $3, $5, strcol(8))) \
     with labels hypertext point pt 7 ps 0.8 lc rgb '#1d5fa8', \
     data index 3 using ($2 / 1000000000):4:(tip(strcol(7), $6, $4, $2, $3, $5, strcol(8))) \
     with labels hypertext point pt 7 ps 0.8 lc rgb '#1d5fa8', \
     data index 4 using ($2 / 1000000000):4:(tip(strcol(7), $6, $4, $2, $3, $5, strcol(8))) \
     with labels hypertext point pt 7 ps 0.8 lc rgb '#3f4650'

# accuracy against parameters, M
unset label
unset arrow
set lmargin at screen 0.529167
set rmargin at screen 0.98125
set bmargin at screen 0.17037
set tmargin at screen 0.855556
set xrange [2**-0.179892:2**7.6665873]
set yrange [55:85]
set format y ''
set label 'parameters, M' at screen 0.529167, screen 0.12037 left front font 'DejaVu Sans,9' textcolor rgb '#5a626d'
set label 'VGG-16' at screen 0.910352, screen 0.565445 left front font 'DejaVu Sans,8.5' textcolor rgb '#b4430f'
set label 'VGG-19' at screen 0.935322, screen 0.586443 left front font 'DejaVu Sans,8.5' textcolor rgb '#b4430f'
set label 'GoogLeNet' at screen 0.707721, screen 0.483272 left front font 'DejaVu Sans,8.5' textcolor rgb '#7b3294'
set label 'Inception-v3' at screen 0.743217, screen 0.695676 left front font 'DejaVu Sans,8.5' textcolor rgb '#7b3294'
set label 'Inception-v4' at screen 0.858008, screen 0.742774 left front font 'DejaVu Sans,8.5' textcolor rgb '#7b3294'
set label 'ResNet-18' at screen 0.750362, screen 0.507436 left front font 'DejaVu Sans,8.5' textcolor rgb '#1d5fa8'
set label 'ResNet-34' at screen 0.802157, screen 0.588653 left front font 'DejaVu Sans,8.5' textcolor rgb '#1d5fa8'
set label 'ResNet-50' at screen 0.746115, screen 0.669774 left front font 'DejaVu Sans,8.5' textcolor rgb '#1d5fa8'
set arrow from screen 0.805877, screen 0.655372 to screen 0.793894, screen 0.66482 nohead front lw 0.6 lc rgb '#5a626d'
set label 'ResNet-101' at screen 0.78234, screen 0.726311 left front font 'DejaVu Sans,8.5' textcolor rgb '#1d5fa8'
set arrow from screen 0.852938, screen 0.685872 to screen 0.835752, screen 0.721357 nohead front lw 0.6 lc rgb '#5a626d'
set label 'ResNet-152' at screen 0.886588, screen 0.702805 left front font 'DejaVu Sans,8.5' textcolor rgb '#1d5fa8'
set label 'ResNet-50 v1' at screen 0.813643, screen 0.617891 left front font 'DejaVu Sans,8.5' textcolor rgb '#1d5fa8'
set label 'ResNet-101 v1' at screen 0.843726, screen 0.640726 left front font 'DejaVu Sans,8.5' textcolor rgb '#1d5fa8'
set label 'ResNet-152 v1' at screen 0.886588, screen 0.67284 left front font 'DejaVu Sans,8.5' textcolor rgb '#1d5fa8'
set label 'MobileNetV2' at screen 0.650238, screen 0.555856 left front font 'DejaVu Sans,8.5' textcolor rgb '#3f4650'
set label 'EfficientNet-B0' at screen 0.666363, screen 0.707054 left front font 'DejaVu Sans,8.5' textcolor rgb '#3f4650'
set label 'AlexNet' at screen 0.887833, screen 0.205132 left front font 'DejaVu Sans,8.5' textcolor rgb '#3f4650'
set label 'SqueezeNet 1.0' at screen 0.564433, screen 0.24099 left front font 'DejaVu Sans,8.5' textcolor rgb '#3f4650'
set label 'DenseNet-121' at screen 0.70119, screen 0.632643 left front font 'DejaVu Sans,8.5' textcolor rgb '#3f4650'
set label 'ConvNeXt-T' at screen 0.824701, screen 0.798914 left front font 'DejaVu Sans,8.5' textcolor rgb '#3f4650'
set label 'ViT-B/16' at screen 0.916793, screen 0.765842 left front font 'DejaVu Sans,8.5' textcolor rgb '#3f4650'
plot data index 0 using ($3 / 1000000):4 with lines lw 1.4 lc rgb '#b4430f', \
     data index 1 using ($3 / 1000000):4 with lines lw 1.4 lc rgb '#7b3294', \
     data index 2 using ($3 / 1000000):4 with lines lw 1.4 lc rgb '#1d5fa8', \
     data index 3 using ($3 / 1000000):4 with lines lw 1.4 dt (6,4) lc rgb '#1d5fa8', \
     data index 0 using ($3 / 1000000):4:(tip(strcol(7), $6, $4, $2, $3, $5, strcol(8))) \
     with labels hypertext point pt 7 ps 0.8 lc rgb '#b4430f', \
     data index 1 using ($3 / 1000000):4:(tip(strcol(7), $6, $4, $2, $3, $5, strcol(8))) \
     with labels hypertext point pt 7 ps 0.8 lc rgb '#7b3294', \
     data index 2 using ($3 / 1000000):4:(tip(strcol(7), $6, $4, $2, $3, $5, strcol(8))) \
     with labels hypertext point pt 7 ps 0.8 lc rgb '#1d5fa8', \
     data index 3 using ($3 / 1000000):4:(tip(strcol(7), $6, $4, $2, $3, $5, strcol(8))) \
     with labels hypertext point pt 7 ps 0.8 lc rgb '#1d5fa8', \
     data index 4 using ($3 / 1000000):4:(tip(strcol(7), $6, $4, $2, $3, $5, strcol(8))) \
     with labels hypertext point pt 7 ps 0.8 lc rgb '#3f4650'

# words around them
unset label
unset arrow
set label 'Accuracy on ImageNet, and what it costs' at screen 0.05, screen 0.962963 left front font 'DejaVu Sans:Bold,15' textcolor rgb '#1d2126'
set label 'What a further layer of ResNet adds, in points of accuracy: 0.22 from 18 to 34 layers, 0.18 on to 50, 0.024 on to 101, 0.018 on to 152' at screen 0.05, screen 0.922222 left front font 'DejaVu Sans,10' textcolor rgb '#1d5fa8'
set label 'Accuracy as published: torchvision 0.14 (15 networks), KaimingHe/deep-residual-networks (3), BVLC/caffe (1), Cadene''s pretrained-models.pytorch (1).' at screen 0.05, screen 0.0666667 left front font 'DejaVu Sans,8' textcolor rgb '#5a626d'
set label 'Multiply-adds, parameters and layers: counted by tiedye. Lines join networks of one design, the shallow to the deep.' at screen 0.05, screen 0.0425926 left front font 'DejaVu Sans,8' textcolor rgb '#5a626d'
set label 'Training differs, too, by year and recipe: what stands on one line compares best.' at screen 0.05, screen 0.0185185 left front font 'DejaVu Sans,8' textcolor rgb '#5a626d'
unset border
unset tics
unset grid
plot NaN
unset multiplot
