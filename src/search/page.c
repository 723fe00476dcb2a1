#include "search/page.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "search/page_parts.h"

void tdi_page_name(const TdGallery *gallery, uint32_t i, char name[TDI_PAGE_NAME])
{
    int digits = gallery->count > 999 ? 4 : gallery->count > 99 ? 3 : 2;
    snprintf(name, TDI_PAGE_NAME, "%0*u-%llu.png", digits, (unsigned)i + 1,
             (unsigned long long)gallery->keepers[i].recipe->seed);
}

char *td_gallery_file(const TdGallery *gallery, uint32_t i)
{
    char name[TDI_PAGE_NAME];
    TdiText text = {0};
    tdi_page_name(gallery, i, name);
    tdi_text_add(&text, name);
    return tdi_text_take(&text);
}

void tdi_page_add_text(TdiText *page, const char *words)
{
    static const struct {
        char letter;
        const char *name;
    } named[] = {
        {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\n', "&#10;"}};
    for (; *words != '\0'; words++) {
        size_t i = 0;
        while (i < sizeof named / sizeof *named && named[i].letter != *words)
            i++;
        if (i < sizeof named / sizeof *named)
            tdi_text_add(page, named[i].name);
        else
            tdi_text_add_bytes(page, words, 1);
    }
}

/* The value of a key as a word of the description. */
static void add_value(TdiText *page, const TdRecipe *recipe, const char *key)
{
    char *value = td_recipe_get(recipe, key);
    if (value == NULL)
        page->failed = true;
    else
        tdi_page_add_text(page, value);
    td_text_free(value);
}

static void add_printed(TdiText *page, const TdRecipe *recipe, TdRecipeForm form)
{
    char *printed = td_recipe_print(recipe, form);
    if (printed == NULL)
        page->failed = true;
    else
        tdi_page_add_text(page, printed);
    td_text_free(printed);
}

static void add_picture(TdiText *page, const TdGallery *gallery, uint32_t i)
{
    const TdRecipe *recipe = gallery->keepers[i].recipe;
    unsigned long long seed = recipe->seed;
    TdSize size = td_recipe_size(recipe);
    char name[TDI_PAGE_NAME];
    tdi_page_name(gallery, i, name);
    tdi_text_format(page, "<figure>" TDI_PAGE_FILE "%s\" data-title=\"No. %u, seed %llu\"\n",
                    name, (unsigned)i + 1, seed);
    tdi_text_add(page, "data-link=\"");
    add_printed(page, recipe, TD_FORM_LINK);
    tdi_text_add(page, "\"\ndata-recipe=\"");
    add_printed(page, recipe, TD_FORM_TEXT);
    tdi_text_format(page, "\">\n<img src=\"%s\" width=\"%u\" height=\"%u\" loading=\"lazy\" ",
                    name, (unsigned)size.width, (unsigned)size.height);
    tdi_text_add(page, "decoding=\"async\" alt=\"Picture of a random network: layers ");
    add_value(page, recipe, "layers");
    tdi_text_add(page, ", activation ");
    add_value(page, recipe, "act");
    tdi_text_add(page, ", palette ");
    add_value(page, recipe, "palette");
    tdi_text_format(page,
                    "\"></a>\n<figcaption><span>%u</span><span>seed %llu</span></figcaption>"
                    "</figure>\n",
                    (unsigned)i + 1, seed);
}

/* "10,000" */
static void add_count(TdiText *page, uint32_t count)
{
    if (count >= 1000000)
        tdi_text_format(page, "%u,%03u,", (unsigned)(count / 1000000),
                        (unsigned)(count / 1000 % 1000));
    else if (count >= 1000)
        tdi_text_format(page, "%u,", (unsigned)(count / 1000));
    tdi_text_format(page, count >= 1000 ? "%03u" : "%u", (unsigned)(count % 1000));
}

static void add_heading(TdiText *page, const TdGalleryPlan *plan, const TdGallery *gallery)
{
    unsigned long long seed = plan->recipe->seed;
    tdi_text_add(page, "<header>\n<h1>");
    add_count(page, gallery->count);
    tdi_text_add(page, gallery->count == 1 ? " network</h1>\n<p>The most different of "
                                           : " networks</h1>\n<p>The most different of ");
    add_count(page, plan->among);
    tdi_text_format(
        page, plan->random ? " random networks (seed %llu)." : ", from seed %llu on.", seed);
    tdi_text_add(page, " Each picture is what a network that was never trained answers to the "
                       "points of a plane.</p>\n</header>\n");
}

TdStatus tdi_page_write(const TdGalleryPlan *plan, const TdGallery *gallery, TdiText *page,
                        TdError *err)
{
    tdi_text_add(page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width\">\n" TDI_PAGE_MARK
                       "\n<link rel=\"icon\" href=\"data:,\">\n");
    tdi_text_format(page, "<title>%u networks, seed %llu</title>\n<style>\n%s</style>\n",
                    (unsigned)gallery->count, (unsigned long long)plan->recipe->seed,
                    page_style);
    tdi_text_add(page, "</head>\n<body>\n");
    add_heading(page, plan, gallery);
    tdi_text_add(page, "<main>\n");
    for (uint32_t i = 0; i < gallery->count; i++)
        add_picture(page, gallery, i);
    tdi_text_add(page,
                 "</main>\n<footer><p>Drawn by tiedye. Every PNG carries its recipe: "
                 "<code>tiedye render FILE.png --size 8000x8000 -o large.png</code> draws "
                 "it again at any size.</p></footer>\n");
    tdi_text_format(page, "%s<script>\n%s</script>\n</body>\n</html>\n", page_view,
                    page_script);
    return page->failed ? tdi_fail_memory(err, page->capacity) : TD_OK;
}
