/* A writer of one's own: rows go, band by band, to a sink of this program's - here characters
 * on standard output. A picture of any size passes through in the memory of one band.
 *
 *     cc writer.c $(pkg-config --cflags --libs tiedye) -o writer && ./writer */
#include <stdio.h>

#include <tiedye/render.h>

enum { WIDTH = 72, HEIGHT = 32, BAND = 8 }; /* rows may be asked for in bands of any height */

/* The sink: darker pixels get more ink. */
static void take_row(const unsigned char *row)
{
    static const char ink[] = "@%#*+=-:. ";
    char line[WIDTH + 1];
    for (int x = 0; x < WIDTH; x++)
        line[x] = ink[row[x] * 10 / 256];
    line[WIDTH] = '\0';
    puts(line);
}

static TdStatus pass_rows(TdPicture *picture, TdError *err)
{
    unsigned char rows[BAND * WIDTH];
    TdStatus status = TD_OK;
    for (uint32_t y = 0; y < HEIGHT && status == TD_OK; y += BAND) {
        status = td_picture_rows(picture, y, BAND, rows, NULL, err);
        for (int i = 0; i < BAND && status == TD_OK; i++)
            take_row(rows + i * WIDTH);
    }
    return status;
}

int main(void)
{
    /* A last layer of one neuron is one gray channel; `rescale` uses all of the ink. */
    static const char text[] = "layers = 24x4,1\n"
                               "seed = 5\n"
                               "tone = rescale\n"
                               "size = 72x32\n";
    TdError err = {0};
    TdPicture *picture = NULL;
    TdRecipe *recipe = td_recipe_create();
    if (recipe == NULL)
        return 1;
    TdStatus status = td_recipe_parse(recipe, text, &err);
    if (status == TD_OK)
        status = td_picture_create(recipe, TD_SAMPLES_COLOUR, NULL, &picture, &err);
    if (status == TD_OK)
        status = pass_rows(picture, &err);
    td_picture_free(picture);
    td_recipe_free(recipe);
    if (status != TD_OK)
        fprintf(stderr, "writer: %s\n", err.message);
    return status == TD_OK ? 0 : 1;
}
