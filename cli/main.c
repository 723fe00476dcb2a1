/* tiedye: the table of commands. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "progress.h"

static const Command commands[] = {
    {"render", "[SOURCE...] [--KEY VALUE...] [-o FILE]", "one picture",
     "Draws one network. A SOURCE is a recipe in text, a PNG that tiedye drew, a\n"
     "preset (@tie-dye), a share link, or a NumPy array (.npy) to be coloured; sources\n"
     "are read in order, then keys. Without -o the picture is named tiedye-SEED.png,\n"
     "and nothing is overwritten; with --show it is only looked at.",
     "  tiedye render --seed 7 --layers 16x8,3 -o seven.png\n"
     "  tiedye render seven.png --size A3@300 -o poster.png\n"
     "  tiedye render seven.png --what cost -o map.png --report\n",
     GROUPS_PICTURE, OPTIONS_DRAW | OPTIONS_COST, true, TD_DRAW_PICTURE, run_render},
    {"sheet", "[SOURCE...] [--KEY VALUE...] [--cell B4] [-o FILE]", "many seeds in a grid",
     "Draws many networks side by side: the seed given, and those that follow it.\n"
     "--size is a cell's, 256x256 when not said. --cell B4 draws the cell in column B,\n"
     "row 4 alone, at any size, with the plain recipe of that one network.",
     "  tiedye sheet @tie-dye --count 32 --columns 8 --size 256x256 -o sheet.png\n"
     "  tiedye sheet sheet.png --cell B4 --size 8192x8192 -o poster.png\n",
     GROUPS_SHEET, OPTIONS_DRAW | OPTIONS_COST | 1u << OPTION_CELL, true, TD_DRAW_SHEET,
     run_sheet},
    {"grid", "[SOURCE...] --down KEY=AXIS --across KEY=AXIS [--cell B3]",
     "one key against another",
     "Draws a network for every value of one key (from row to row) and of another\n"
     "(from column to column); either axis may be left out. An axis is a list\n"
     "(act=tanh,sin; parted by semicolons where the values hold commas:\n"
     "layers=3;10,3;20,10,3) or a range: depth=1..8 is all whole numbers,\n"
     "sigma_w=0.5..3/6 six evenly spaced values.\n"
     "--size is a cell's, 256x256 when not said. --cell B3 draws the cell in column B,\n"
     "row 3 alone, at any size, with the plain recipe of that one network.",
     "  tiedye grid --down depth=1..8 --across width=2,4,8,16,32 -o grow.png\n"
     "  tiedye grid --down sigma_w=0.5..3/6 --across sigma_b=0..1/5 -o chaos.png\n"
     "  tiedye grid grow.png --cell B3 --size 2000x2000 -o b3.png\n",
     GROUPS_GRID, OPTIONS_DRAW | OPTIONS_COST | 1u << OPTION_CELL, true, TD_DRAW_GRID,
     run_grid},
    {"inside", "[SOURCE...] [--KEY VALUE...] [--layer L [--neuron N]]",
     "every neuron of a network",
     "Draws what goes on inside a network: a picture for every neuron, from the inputs\n"
     "on the left through the layers, one below the other, to the output on the right.\n"
     "Blue is negative, orange positive; values without bounds are scaled neuron by\n"
     "neuron. Of layers over 64 neurons wide a sample is shown; beyond 16 hidden\n"
     "layers there is a --page 2. --layer 3 draws all neurons of layer 3, --layer 3\n"
     "--neuron 7 one of them large. --size is a neuron's picture, 96x96 when not said.",
     "  tiedye inside --layers 30x8,3 -o inside.png\n"
     "  tiedye inside inside.png --layer 3 --neuron 7 -o neuron.png\n",
     GROUPS_INSIDE, OPTIONS_DRAW, true, TD_DRAW_INSIDE, run_inside},
    {"volume", "[SOURCE...] [--KEY VALUE...] [-o FILE]", "a solid: x, y and z",
     "Draws a network on a box of space (its inputs are x,y,z when not said). A\n"
     "picture (.png) is what a camera sees: --azimuth and --elevation walk around the\n"
     "solid, --opacity says what is opaque, --corner how much of a corner is cut out\n"
     "to look in. The box is --extent around --center and --z.",
     "  tiedye volume --seed 7 -o solid.png\n"
     "  tiedye volume --seed 7 --opacity 1 --band 0.05 --corner 0 -o shell.png\n",
     GROUPS_VOLUME, OPTIONS_DRAW, true, TD_DRAW_VOLUME, run_volume},
    {"animate", "[SOURCE...] --path KEY=A..B [--frames N] [--loop] -o FILE",
     "a film: keys that change",
     "Draws what its sources draw (a picture, a volume, a sheet) again and again while\n"
     "keys go along paths: --path z=-5..5 slides a slice through the third dimension,\n"
     "--path 'seed=1;2;3' turns one network into the next, --path azimuth=0..360\n"
     "walks around a volume (--draw volume). --path may be given several times.\n"
     "--loop makes every path come back. FILE is a .mp4, .webm or .apng (made by\n"
     "the program ffmpeg), a .webp or .gif, or numbered pictures: f%03d.png.",
     "  tiedye animate --inputs x,y,z --path z=-5..5 -o slices.mp4\n"
     "  tiedye animate --path 'seed=1;2;3' --loop --frames 180 -o morph.webp\n"
     "  tiedye animate --draw volume --path azimuth=0..360 --loop -o turn.mp4\n",
     GROUPS_FILM, OPTIONS_DRAW & ~(1u << OPTION_SHOW), true, TD_DRAW_PICTURE, run_animate},
    {"gallery", "[SOURCE...] [--KEY VALUE...] [--among N] [--keep N] -o DIR",
     "the most different of thousands",
     "Looks at thumbnails of many networks, drops the blank, saturated and noisy ones,\n"
     "keeps those that differ most, and draws them into a folder, with an index.html\n"
     "that shows them. Without a SOURCE every candidate is a random recipe, in which\n"
     "keys that are given hold; with one, that recipe with seed, seed + 1, ...\n"
     "The same --seed gives the same gallery.",
     "  tiedye gallery -o wall\n"
     "  tiedye gallery --seed 7 --palette dusk --tone rank -o dusk\n"
     "  tiedye gallery @marble --among 2000 --keep 12 -o marbles\n",
     GROUPS_PICTURE,
     OPTIONS_RUN | 1u << OPTION_OUTPUT | 1u << OPTION_JSON | 1u << OPTION_AMONG |
         1u << OPTION_KEEP,
     true, TD_DRAW_PICTURE, run_gallery},
    {"diagram", "[SOURCE] [--KEY VALUE...] [--text|--json] [-o FILE]",
     "the architecture of a network",
     "Draws a network as boxes and lines on one page, what repeats folded. SOURCE is\n"
     "an ONNX file (.onnx), weights (.safetensors), a description in words (.net), a\n"
     "built-in (@inception-v4; see tiedye list networks), or whatever holds a recipe.\n"
     "FILE is a .svg, or a .png or .pdf, which the program rsvg-convert makes. --text\n"
     "prints an outline with shapes, parameters, multiply-adds and what layers see;\n"
     "--json the same for programs. --compare, without a SOURCE, charts the built-in\n"
     "networks, accuracy on ImageNet against multiply-adds and parameters (gnuplot\n"
     "draws it), or prints that as a table.",
     "  tiedye diagram @inception-v4 -o inception.svg\n"
     "  tiedye diagram model.onnx --dark -o model.png\n"
     "  tiedye diagram @resnet-152 --text\n"
     "  tiedye diagram --layers 20,10,3 --neurons -o three.svg\n"
     "  tiedye diagram --compare -o networks.svg\n",
     1u << TD_GROUP_NETWORK,
     1u << OPTION_OUTPUT | 1u << OPTION_FORMAT | 1u << OPTION_TEXT | 1u << OPTION_JSON |
         1u << OPTION_UNFOLD | 1u << OPTION_GROWTH | 1u << OPTION_LEVELS | 1u << OPTION_SIZES |
         1u << OPTION_ASPECT | 1u << OPTION_DARK | 1u << OPTION_NEURONS |
         1u << OPTION_COMPARE | 1u << OPTION_QUIET,
     false, TD_DRAW_PICTURE, run_diagram},
    {"info", "[SOURCE...] [--KEY VALUE...] [--link|--json]", "the recipe of a picture",
     "Prints the recipe that a PNG carries (or that sources and keys add up to): as\n"
     "text for a .tie file, as a share link, or as JSON.",
     "  tiedye info seven.png > seven.tie\n"
     "  tiedye info @tie-dye --seed 7 --link\n",
     GROUPS_ALL, 1u << OPTION_LINK | 1u << OPTION_JSON, true, TD_DRAW_PICTURE, run_info},
    {"verify", "FILE...", "draw a picture again and compare",
     "Draws the recipe of each PNG again and compares the pixels (of a sheet: of its\n"
     "cells). Exit code 0: identical or within one code; 5: different, and where.",
     "  tiedye verify out/*.png\n", 0, OPTIONS_RUN, false, TD_DRAW_PICTURE, run_verify},
    {"weights", "[SOURCE...] [--KEY VALUE...] [--fold] -o FILE", "a network's numbers",
     "Writes the exact float32 weights and biases of a network as safetensors:\n"
     "layers.0.weight (out x in), layers.0.bias, ... The metadata names the inputs\n"
     "(columns of layers.0.weight), the values of constant ones, and the activations.",
     "  tiedye weights seven.png -o seven.safetensors\n", GROUPS_PICTURE,
     OPTIONS_RUN | 1u << OPTION_OUTPUT | 1u << OPTION_FOLD, true, TD_DRAW_PICTURE, run_weights},
    {"list", "commands|keys|activations|palettes|presets|networks|formats",
     "what there is to choose from",
     "Prints one of the tables; activations also as JSON, with their ranges, stated\n"
     "errors and values from -8 to 8. A network's name behind networks: its text.",
     "  tiedye list presets\n"
     "  tiedye list networks resnet-50\n"
     "  tiedye list activations --json\n",
     0, 1u << OPTION_JSON, false, TD_DRAW_PICTURE, run_list},
    {"post", "[--KEY VALUE...] -o FOLDER", "the figures of the post",
     "Draws the figures of the blog post that tiedye began with into a folder. The\n"
     "keys of view and colour may be changed; --size is a cell's.",
     "  tiedye post -o out\n",
     1u << TD_GROUP_VIEW | 1u << TD_GROUP_COLOUR | 1u << TD_GROUP_RASTER,
     OPTIONS_RUN | 1u << OPTION_OUTPUT, false, TD_DRAW_PICTURE, run_post},
    {"manual", "[COMMAND|recipe]", "the pages of the manual",
     "Prints a page of the manual for man: of tiedye, of a command, or of the keys of\n"
     "recipes.",
     "  tiedye manual render | man -l -\n"
     "  tiedye manual recipe > tiedye-recipe.5\n",
     0, 0, false, TD_DRAW_PICTURE, run_manual},
    {"completion", "bash|zsh", "completion for a shell",
     "Prints a script that teaches a shell to complete commands, options, values and\n"
     "presets.",
     "  tiedye completion zsh > ~/.zsh/completions/_tiedye\n"
     "  source <(tiedye completion bash)\n",
     0, 0, false, TD_DRAW_PICTURE, run_completion},
};

enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

static void print_help(void)
{
    fputs("tiedye draws random neural networks: fed x and y, they answer with a colour.\n\n"
          "  tiedye render                          a picture: tiedye-1.png\n"
          "  tiedye render --seed random            another one, each time\n"
          "  tiedye sheet @tie-dye -o sheet.png     32 networks side by side\n"
          "  tiedye render sheet.png --bits 16      a picture is its own recipe\n\n"
          "commands (each with --help):\n",
          stdout);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        printf("  %-10s %s\n", commands[i].name, commands[i].summary);
}

size_t command_count(void)
{
    return COMMAND_COUNT;
}

const Command *command_info(size_t i)
{
    return &commands[i];
}

const Command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static int fail_command(const char *name)
{
    const char *names[COMMAND_COUNT];
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        names[i] = commands[i].name;
    const char *near = td_nearest_name(name, names, COMMAND_COUNT);
    if (near != NULL)
        complain("unknown command \"%.40s\"; did you mean %s?", name, near);
    else if (name[0] == '-')
        complain("unknown option %.40s; a command comes first, as in tiedye render --seed 7",
                 name);
    else
        complain("unknown command \"%.40s\"; `tiedye` alone names them all", name);
    return 2;
}

static int run_command(const Command *command, int argc, char **argv)
{
    Arguments arguments = {.command = command, .argc = argc, .argv = argv};
    arguments.recipe = td_recipe_create();
    if (arguments.recipe == NULL)
        return report_memory();
    int code = read_arguments(&arguments);
    if (code == 0) {
        catch_interrupts(&arguments.run);
        code = command->run(&arguments);
    } else if (code < 0) {
        print_command_help(command);
        code = 0;
    }
    td_recipe_free(arguments.recipe);
    return code;
}

/* `tiedye`, `tiedye --help`, `tiedye help sheet` */
static int help(const char *name)
{
    const Command *command = name != NULL ? find_command(name) : NULL;
    if (name != NULL && command == NULL)
        return fail_command(name);
    if (command != NULL)
        print_command_help(command);
    else
        print_help();
    return 0;
}

/* What was printed must have arrived: a full disk behind `tiedye info > file` is a failure. */
static int finish(int code)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return code;
    complain("standard output: %s", errno == ENOSPC ? "the disk is full" : strerror(errno));
    return code != 0 ? code : 1;
}

static int run(int argc, char **argv)
{
    if (argc < 2)
        return help(NULL);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0)
        return help(argc > 2 ? argv[2] : NULL);
    if (strcmp(argv[1], "--version") == 0) {
        printf("tiedye %s\n", td_version());
        return 0;
    }
    const Command *command = find_command(argv[1]);
    return command != NULL ? run_command(command, argc - 2, argv + 2) : fail_command(argv[1]);
}

/* OpenMP's threads wait for each other in busy loops, which on a machine with other work takes
 * the time of those they wait for (a picture then takes four times as long). It can be told to
 * sleep only before the program begins, so the program begins again. */
static void sleep_while_waiting(char **argv)
{
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length < 0 || getenv("OMP_WAIT_POLICY") != NULL ||
        setenv("OMP_WAIT_POLICY", "passive", 0) != 0)
        return;
    path[length] = '\0';
    execv(path, argv); /* returns where it cannot be done: things are only slower then */
}

int main(int argc, char **argv)
{
    sleep_while_waiting(argv);
    signal(SIGCHLD, SIG_DFL); /* whatever our parent does with it: ffmpeg is waited for */
    signal(SIGPIPE, SIG_DFL); /* a closed pipe ends us silently, whatever our parent ignores */
    return finish(run(argc, argv));
}
