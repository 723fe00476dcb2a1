#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "messages.h"

static volatile sig_atomic_t interrupted;

/* A second Ctrl-C, half a second later or more, ends the program at once. */
static void on_signal(int number)
{
    static struct timespec first;
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    if (interrupted == 0)
        first = time;
    double since =
        (double)(time.tv_sec - first.tv_sec) + 1e-9 * (double)(time.tv_nsec - first.tv_nsec);
    if (number == SIGINT && since > 0.5) {
        signal(number, SIG_DFL);
        raise(number);
    }
    interrupted = 1;
}

/* What nohup or a shell's & has set to be ignored stays so. */
static void handle_interrupts(void (*handler)(int))
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction old, action = {.sa_handler = handler};
        if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(numbers[i], &action, NULL);
    }
}

void release_interrupts(void)
{
    handle_interrupts(SIG_DFL);
}

void catch_interrupts(TdRun *run)
{
    handle_interrupts(on_signal);
    signal(SIGXFSZ, SIG_IGN); /* a limit of file size is a failed write like any other */
    run->cancel = &interrupted;
}

enum { BAR_WIDTH = 24, LEAST_BAR = 8, NAME_WIDTH = 24, MOST_COLUMNS = 200 };

/* There is one terminal, so there is one bar. */
static struct {
    char name[4 * NAME_WIDTH + 1]; /* UTF-8 */
    int name_width;                /* characters */
    double started, shown;         /* seconds */
    bool visible;
    const char *stage;
    double since;   /* of the stage: when it began, */
    uint64_t first; /* and what was done by then */
} bar;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* "0:07", "12:40", "3:02:10" */
static void write_time(double seconds, char *text, size_t size)
{
    unsigned long s = seconds < 1e6 ? (unsigned long)(seconds + 0.5) : 999999;
    if (s >= 3600)
        snprintf(text, size, "%lu:%02lu:%02lu", s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(text, size, "%lu:%02lu", s / 60, s % 60);
}

/* "12.3 M", to stand before a unit. */
static void write_rate(double rate, char *text, size_t size)
{
    static const char *const units[] = {"", "k", "M", "G", "T"};
    int unit = 0;
    for (; rate >= 999.5 && unit < 4; unit++)
        rate /= 1000;
    snprintf(text, size, "%.*f %s", rate < 9.95 ? 2 : rate < 99.5 ? 1 : 0, rate, units[unit]);
}

static int terminal_columns(void)
{
    struct winsize size;
    int columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
    return columns < 1 ? 80 : columns < MOST_COLUMNS ? columns : MOST_COLUMNS;
}

static int count_characters(const char *text)
{
    int count = 0;
    for (; *text != '\0'; text++)
        count += (*text & 0xc0) != 0x80; /* a character's first byte */
    return count;
}

/* `text` without its first characters, so that `most` are left. */
static const char *last_characters(const char *text, int most)
{
    for (int left = count_characters(text); left > most; left--)
        do
            text++;
        while ((*text & 0xc0) == 0x80);
    return text;
}

/* The end of a path tells more than its beginning. */
static void set_name(const char *what)
{
    size_t length = strlen(what), most = sizeof bar.name - 1;
    snprintf(bar.name, sizeof bar.name, "%s", what + (length > most ? length - most : 0));
    td_clean_text(bar.name);
    const char *name = last_characters(bar.name, NAME_WIDTH);
    memmove(bar.name, name, strlen(name) + 1);
    bar.name_width = count_characters(bar.name);
}

static int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

/* What a narrow terminal has no room for is left out: first the name, then the bar. */
static void draw_bar(const char *stage, double share, double rate, double left)
{
    char filled[BAR_WIDTH + 1] = "", tail[96], rate_text[24], left_text[24];
    write_rate(rate, rate_text, sizeof rate_text);
    write_time(left, left_text, sizeof left_text);
    snprintf(tail, sizeof tail, "%3.0f %%  %s%s/s  %s left", 100 * share, rate_text, stage,
             left_text);
    int columns = terminal_columns() - 1, room = columns - (int)strlen(tail) - 3;
    int width = clamp(room - bar.name_width - 1, LEAST_BAR, BAR_WIDTH);
    int name_width = clamp(room - width - 1, 0, bar.name_width);
    fputs("\r\033[K", stderr);
    if (name_width >= 4 || name_width == bar.name_width)
        fprintf(stderr, "%s ", last_characters(bar.name, name_width));
    if (room >= LEAST_BAR) {
        memset(filled, '.', (size_t)width);
        memset(filled, '#', (size_t)(share * width + 0.5));
        fprintf(stderr, "[%s] ", filled);
    }
    fprintf(stderr, "%.*s", columns, tail);
    fflush(stderr);
    bar.visible = true;
}

static void on_progress(void *user, const char *stage, uint64_t done, uint64_t total)
{
    (void)user;
    double time = now();
    if (bar.stage == NULL || strcmp(stage, bar.stage) != 0) {
        bar.stage = stage;
        bar.since = time;
        bar.first = done;
    }
    if (time - bar.started < 1 || time - bar.shown < 0.1 || done <= bar.first || total == 0)
        return;
    bar.shown = time;
    double rate = (double)(done - bar.first) / (time - bar.since);
    draw_bar(stage, (double)done / (double)total, rate, (double)(total - done) / rate);
}

void start_progress(TdRun *run, const char *what, bool quiet)
{
    set_name(what);
    bar.started = now();
    bar.shown = 0;
    bar.visible = false;
    bar.stage = NULL;
    run->progress = !quiet && isatty(STDERR_FILENO) ? on_progress : NULL;
}

double end_progress(TdRun *run)
{
    if (bar.visible)
        fputs("\r\033[K", stderr);
    bar.visible = false;
    run->progress = NULL;
    return now() - bar.started;
}
