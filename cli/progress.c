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

void catch_interrupts(TdRun *run)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    signal(SIGPIPE, SIG_DFL); /* a closed pipe ends us silently, whatever our parent ignores */
    run->cancel = &interrupted;
}

/* There is one terminal, so there is one bar. */
static struct {
    const char *what;
    double started, shown; /* seconds */
    bool visible;
} bar;

enum { BAR_WIDTH = 24 };

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

/* "12.3 M" */
static void write_rate(double rate, char *text, size_t size)
{
    static const char units[] = " kMGT";
    int unit = 0;
    for (; rate >= 999.5 && unit < 4; unit++)
        rate /= 1000;
    snprintf(text, size, "%.*f %c", rate < 9.95 ? 2 : rate < 99.5 ? 1 : 0, rate, units[unit]);
}

static int terminal_columns(void)
{
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

static void draw_bar(const char *stage, double share, double rate, double left)
{
    char filled[BAR_WIDTH + 1], line[160], rate_text[24], left_text[24];
    for (int i = 0; i < BAR_WIDTH; i++)
        filled[i] = i < (int)(share * BAR_WIDTH + 0.5) ? '#' : '.';
    filled[BAR_WIDTH] = '\0';
    write_rate(rate, rate_text, sizeof rate_text);
    write_time(left, left_text, sizeof left_text);
    snprintf(line, sizeof line, "%.24s [%s] %3.0f %%  %s%s/s  %s left", bar.what, filled,
             100 * share, rate_text, stage, left_text);
    fprintf(stderr, "\r\033[K%.*s", terminal_columns() - 1, line);
    fflush(stderr);
    bar.visible = true;
}

static void on_progress(void *user, const char *stage, uint64_t done, uint64_t total)
{
    (void)user;
    double time = now(), elapsed = time - bar.started;
    if (elapsed < 1 || time - bar.shown < 0.1 || done == 0 || total == 0)
        return;
    bar.shown = time;
    double share = (double)done / (double)total;
    double rate = (double)done / elapsed;
    draw_bar(stage, share, rate, (double)(total - done) / rate);
}

void start_progress(TdRun *run, const char *what, bool quiet)
{
    bar.what = what;
    bar.started = now();
    bar.shown = 0;
    bar.visible = false;
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
