#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    (void)number;
    interrupted = 1;
}

/* What nohup or a shell's & has set to be ignored stays so. */
static void catch_signal(int number)
{
    struct sigaction old, action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    if (sigaction(number, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
        sigaction(number, &action, NULL);
}

void catch_interrupts(TdRun *run)
{
    catch_signal(SIGINT);
    catch_signal(SIGTERM);
    catch_signal(SIGHUP);
    run->cancel = &interrupted;
}

/* There is one terminal, so there is one bar. */
static struct {
    const char *what;
    double started, shown; /* seconds */
    bool visible;
    const char *stage;
    double since, heard; /* of the stage: when it began, when it last spoke */
    uint64_t first;      /* what was done when it began */
} bar;

enum { BAR_WIDTH = 24, NAME_WIDTH = 24, MOST_COLUMNS = 200 };

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

/* The last `most` characters of the name, in UTF-8, controls blanked. Returns how many. */
static int write_name(int most, char *text)
{
    const char *end = bar.what + strlen(bar.what), *from = end;
    int count = 0;
    while (from > bar.what && count < most && end - from < 4 * NAME_WIDTH) {
        from--;
        count += (*from & 0xc0) != 0x80; /* a character's first byte */
    }
    for (; from < end; from++)
        *text++ = (unsigned char)*from < 0x20 || *from == 0x7f ? '?' : *from;
    *text = '\0';
    return count;
}

/* What a narrow terminal has no room for is left out: first the name, then the bar. */
static void draw_bar(const char *stage, double share, double rate, double left)
{
    char name[4 * NAME_WIDTH + 8] = "", filled[BAR_WIDTH + 4] = "", tail[96];
    char rate_text[24], left_text[24];
    write_rate(rate, rate_text, sizeof rate_text);
    write_time(left, left_text, sizeof left_text);
    int room = terminal_columns() - 1;
    room -= snprintf(tail, sizeof tail, "%3.0f %%  %s%s/s  %s left", 100 * share, rate_text,
                     stage, left_text);
    int width = room - 3 < BAR_WIDTH ? room - 3 : BAR_WIDTH;
    if (width > 0) {
        memset(filled, '.', (size_t)width);
        memset(filled, '#', (size_t)(share * width + 0.5));
        room -= width + 3;
    }
    if (room > 4)
        room -= 1 + write_name(room - 1 < NAME_WIDTH ? room - 1 : NAME_WIDTH, name);
    fprintf(stderr, "\r\033[K%s%s%s%s%s%.*s", name, name[0] != '\0' ? " " : "",
            width > 0 ? "[" : "", filled, width > 0 ? "] " : "",
            room < 0 ? (int)strlen(tail) + room : 95, tail);
    fflush(stderr);
    bar.visible = true;
}

/* A sheet makes networks between its rows of pictures: a stage counts once the other one has
 * been silent for a second. */
static bool is_current(const char *stage, uint64_t done, double time)
{
    if (bar.stage == NULL || (strcmp(stage, bar.stage) != 0 && time - bar.heard > 1)) {
        bar.stage = stage;
        bar.since = time;
        bar.first = done;
    }
    bool current = strcmp(stage, bar.stage) == 0;
    if (current)
        bar.heard = time;
    return current;
}

static void on_progress(void *user, const char *stage, uint64_t done, uint64_t total)
{
    (void)user;
    double time = now();
    if (!is_current(stage, done, time) || time - bar.started < 1 || time - bar.shown < 0.1 ||
        done <= bar.first || total == 0)
        return;
    bar.shown = time;
    double rate = (double)(done - bar.first) / (time - bar.since);
    draw_bar(stage, (double)done / (double)total, rate, (double)(total - done) / rate);
}

void start_progress(TdRun *run, const char *what, bool quiet)
{
    bar.what = what;
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
