/* From a gallery to a folder of pictures and a page. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "search/page.h"
#include "tiedye/output.h"
#include "tiedye/sheet.h"

static const char page_name[] = "index.html";

static char *path_in(const char *folder, const char *name)
{
    size_t end = strlen(folder);
    TdiText path = {0};
    tdi_text_add(&path, folder);
    tdi_text_add(&path, end > 0 && folder[end - 1] == '/' ? "" : "/");
    tdi_text_add(&path, name);
    return tdi_text_take(&path);
}

/* ---- The page that is there ---------------------------------------------------------- */

/* All of a file, NULL in *text where there is none. */
static TdStatus read_text(const char *path, char **text, TdError *err)
{
    FILE *file = fopen(path, "rb");
    TdiText read = {0};
    char block[4096];
    *text = NULL;
    if (file == NULL && errno == ENOENT)
        return TD_OK;
    if (file == NULL)
        return tdi_fail(err, TD_ERROR_IO, "%.300s: %s", path, strerror(errno));
    for (size_t got; (got = fread(block, 1, sizeof block, file)) > 0;)
        tdi_text_add_bytes(&read, block, got);
    bool broken = ferror(file) != 0;
    fclose(file);
    if (broken || read.failed) {
        tdi_text_free(&read);
        return broken ? tdi_fail(err, TD_ERROR_IO, "%.300s: cannot be read", path)
                      : tdi_fail_memory(err, sizeof block);
    }
    *text = tdi_text_take(&read);
    return TD_OK;
}

/* The page of an earlier gallery; TD_ERROR_IO for one that somebody else has written. */
static TdStatus read_page(const char *folder, char **page, TdError *err)
{
    char *path = path_in(folder, page_name);
    *page = NULL;
    if (path == NULL)
        return tdi_fail_memory(err, strlen(folder));
    TdStatus status = read_text(path, page, err);
    if (status == TD_OK && *page != NULL && strstr(*page, TDI_PAGE_MARK) == NULL)
        status =
            tdi_fail(err, TD_ERROR_IO,
                     "%.300s: is not the page of a gallery, and is not overwritten; choose "
                     "another folder",
                     path);
    tdi_free(path);
    if (status != TD_OK) {
        td_text_free(*page);
        *page = NULL;
    }
    return status;
}

TdStatus td_gallery_check_folder(const char *folder, TdError *err)
{
    char *page;
    TdStatus status = read_page(folder, &page, err);
    td_text_free(page);
    return status;
}

static bool is_kept(const TdGallery *gallery, const char *file)
{
    char name[TDI_PAGE_NAME];
    for (uint32_t i = 0; i < gallery->count; i++) {
        tdi_page_name(gallery, i, name);
        if (strcmp(name, file) == 0)
            return true;
    }
    return false;
}

/* Pictures that the earlier page shows, and this one does not. */
static void remove_earlier(const TdGallery *gallery, const char *folder, const char *page)
{
    static const char digits[] = "0123456789";
    while (page != NULL && (page = strstr(page, TDI_PAGE_FILE)) != NULL) {
        char name[TDI_PAGE_NAME];
        page += strlen(TDI_PAGE_FILE);
        size_t first = strspn(page, digits), length = strcspn(page, "\"");
        if (length >= sizeof name || first == 0 || page[first] != '-')
            continue;
        snprintf(name, sizeof name, "%.*s", (int)length, page);
        const char *rest = name + first + 1;
        if (strcmp(rest + strspn(rest, digits), ".png") != 0 || is_kept(gallery, name))
            continue;
        char *path = path_in(folder, name);
        if (path != NULL)
            unlink(path);
        tdi_free(path);
    }
}

/* ---- Pictures ------------------------------------------------------------------------ */

/* Progress over all pictures. */
typedef struct Bar {
    const TdRun *run;
    uint64_t done, total; /* pixels */
} Bar;

static void advance(void *user, const char *stage, uint64_t done, uint64_t total)
{
    const Bar *bar = user;
    (void)total;
    bar->run->progress(bar->run->user, stage, bar->done + done, bar->total);
}

static uint64_t pixels_of(const TdRecipe *recipe)
{
    TdSize size = td_recipe_size(recipe);
    return (uint64_t)size.width * size.height;
}

/* A picture's file. Its path is kept until the end: to remove it must not need memory. */
typedef struct File {
    char *path;
    bool is_new; /* it was not there before */
} File;

static TdStatus save_one(const TdRecipe *recipe, const char *folder, const char *name,
                         File *file, const TdRun *run, TdError *err)
{
    struct stat about;
    file->path = path_in(folder, name);
    if (file->path == NULL)
        return tdi_fail_memory(err, strlen(folder) + TDI_PAGE_NAME);
    bool was = lstat(file->path, &about) == 0;
    TdStatus status = td_draw_save(recipe, file->path, NULL, run, NULL, err);
    file->is_new = !was && status == TD_OK;
    return status;
}

static TdStatus save_pictures(const TdGallery *gallery, const char *folder, File *files,
                              const TdRun *run, TdError *err)
{
    TdRun told = *run;
    Bar bar = {.run = run};
    TdStatus status = TD_OK;
    for (uint32_t i = 0; i < gallery->count; i++)
        bar.total += pixels_of(gallery->keepers[i].recipe);
    told.progress = run->progress != NULL ? advance : NULL;
    told.user = &bar;
    for (uint32_t i = 0; i < gallery->count && status == TD_OK; i++) {
        const TdRecipe *recipe = gallery->keepers[i].recipe;
        char name[TDI_PAGE_NAME];
        tdi_page_name(gallery, i, name);
        status = save_one(recipe, folder, name, &files[i], &told, err);
        bar.done += pixels_of(recipe);
    }
    return status;
}

/* After a failure what was not there before goes away again. */
static void end_files(File *files, uint32_t count, bool failed)
{
    for (uint32_t i = 0; i < count; i++) {
        if (failed && files[i].is_new)
            unlink(files[i].path);
        tdi_free(files[i].path);
    }
    tdi_free(files);
}

static TdStatus save_page(const TdGalleryPlan *plan, const TdGallery *gallery,
                          const char *folder, TdError *err)
{
    TdiText page = {0};
    char *path = path_in(folder, page_name);
    TdStatus status = path != NULL ? tdi_page_write(plan, gallery, &page, err)
                                   : tdi_fail_memory(err, strlen(folder));
    if (status == TD_OK)
        status = td_write_file(path, page.data, page.length, err);
    tdi_text_free(&page);
    tdi_free(path);
    return status;
}

TdStatus td_gallery_save(const TdGalleryPlan *plan, const TdGallery *gallery,
                         const char *folder, const TdRun *run, TdError *err)
{
    TdRun resolved = td_run_resolved(run);
    char *earlier;
    TdStatus status = read_page(folder, &earlier, err);
    if (status != TD_OK)
        return status;
    File *files = tdi_alloc(gallery->count, sizeof *files);
    status = files != NULL ? save_pictures(gallery, folder, files, &resolved, err)
                           : tdi_fail_memory(err, gallery->count * sizeof *files);
    if (status == TD_OK)
        status = save_page(plan, gallery, folder, err);
    if (status == TD_OK)
        remove_earlier(gallery, folder, earlier);
    if (files != NULL)
        end_files(files, gallery->count, status != TD_OK);
    td_text_free(earlier);
    return status;
}
