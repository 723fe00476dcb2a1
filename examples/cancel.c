/* Stops a long drawing: a flag is polled at every tile, and anything may raise it - a signal
 * handler, another thread, or, as here, the function that is told about progress.
 *
 *     cc cancel.c $(pkg-config --cflags --libs tiedye) -o cancel && ./cancel */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <tiedye/sheet.h>

static volatile sig_atomic_t cancel;

/* Called now and then by the thread that draws; `done` and `total` count the stage's units. */
static void on_progress(void *user, const char *stage, uint64_t done, uint64_t total)
{
    unsigned *calls = user;
    (*calls)++;
    if (strcmp(stage, "pixels") == 0 && done > total / 1000 && !cancel) {
        puts("a thousandth of all pixels is done: that will do");
        cancel = 1;
    }
}

int main(void)
{
    TdError err = {0};
    unsigned calls = 0;
    TdRun run = {.progress = on_progress, .user = &calls, .cancel = &cancel};
    TdRecipe *recipe = td_recipe_create();
    if (recipe == NULL)
        return 1;
    /* Minutes of work, and no file: the format `null` draws and writes nothing. A real one
     * would be gone as well, since files appear whole or not at all. */
    TdSaving saving = {.format = "null"};
    TdStatus status = td_recipe_set(recipe, "size", "30000x30000", &err);
    if (status == TD_OK)
        status = td_draw_save(recipe, "-", &saving, &run, NULL, &err);
    td_recipe_free(recipe);
    printf("%s\n", err.message);
    return status == TD_ERROR_CANCELLED && calls > 0 ? 0 : 1;
}
