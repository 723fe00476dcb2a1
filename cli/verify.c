/* tiedye verify: is a picture what its recipe draws? */
#include <stdio.h>

#include <tiedye/sheet.h>

#include "commands.h"
#include "progress.h"

static void say_shape(const char *path, const TdComparison *c)
{
    printf("%s: different: the file is %u x %u, %u channels of %zu bits; its recipe draws %u x "
           "%u, "
           "%u channels of %zu bits\n",
           path, (unsigned)c->file.width, (unsigned)c->file.height, (unsigned)c->file.channels,
           8 * td_sample_size(c->file.type), (unsigned)c->recipe.width,
           (unsigned)c->recipe.height, (unsigned)c->recipe.channels,
           8 * td_sample_size(c->recipe.type));
}

static int say_verdict(const char *path, const TdComparison *c)
{
    switch (c->verdict) {
    case TD_IDENTICAL:
        printf("%s: identical\n", path);
        return 0;
    case TD_WITHIN_ONE:
        printf("%s: within one code (%llu of %llu samples differ by one)\n", path,
               (unsigned long long)c->differing, (unsigned long long)c->samples);
        return 0;
    case TD_DIFFERENT:
        printf(
            "%s: different at pixel %u,%u, channel %u: the file has %u, its recipe draws %u\n",
            path, (unsigned)c->x, (unsigned)c->y, (unsigned)c->channel, (unsigned)c->in_file,
            (unsigned)c->drawn);
        return 5;
    default:
        say_shape(path, c);
        return 5;
    }
}

static int verify_file(const Arguments *arguments, const char *path)
{
    TdRun run = arguments->run;
    TdComparison comparison;
    TdError err = {0};
    start_progress(&run, path, arguments->value[OPTION_QUIET] != NULL);
    TdStatus status = td_draw_verify(path, &run, &comparison, &err);
    end_progress(&run);
    return status == TD_OK ? say_verdict(path, &comparison) : report_error(status, &err);
}

/* All files are looked at; the first failure gives the exit code. */
int run_verify(const Arguments *arguments)
{
    const char *path;
    Cursor cursor = {0};
    int code = 0, files = 0;
    while ((path = next_word(arguments, &cursor)) != NULL && code != 130) {
        int result = verify_file(arguments, path);
        code = code == 0 || result == 130 ? result : code;
        files++;
    }
    return files > 0 ? code : usage_error(arguments->command, "verify needs a PNG");
}
