/* Candidates, looks, and which of them are kept. */
#include <string.h>

#include "base/error.h"
#include "base/fpmode.h"
#include "base/jobs.h"
#include "base/memory.h"
#include "base/whole.h"
#include "recipe/image.h"
#include "search/choose.h"
#include "search/eye.h"
#include "search/families.h"
#include "search/thumbnail.h"
#include "tiedye/search.h"

enum { BATCH = 512 }; /* candidates between two looks at what went wrong */

/* ---- Candidates ---------------------------------------------------------------------- */

TdStatus td_random_recipe(TdRecipe *recipe, uint64_t seed, uint32_t number, TdError *err)
{
    TdiText text = {0};
    tdi_family_text(seed, number, &text);
    TdStatus status = text.failed ? tdi_fail_memory(err, text.capacity)
                                  : td_recipe_parse(recipe, text.data, err);
    tdi_text_free(&text);
    return status;
}

static TdStatus make_random(const TdGalleryPlan *plan, uint32_t k, TdRecipe *recipe,
                            TdError *err)
{
    TdStatus status = td_random_recipe(recipe, plan->recipe->seed, k, err);
    for (size_t i = 0; i < plan->setting_count && status == TD_OK; i++)
        if (strcmp(plan->settings[i].key, "seed") != 0)
            status = td_recipe_set(recipe, plan->settings[i].key, plan->settings[i].value, err);
    return status;
}

/* An image that the plan's recipe was read with is not read again. */
static void share_image(const TdRecipe *from, TdRecipe *recipe)
{
    if (recipe->pixels != NULL || strcmp(recipe->image, from->image) != 0)
        return;
    recipe->pixels = tdi_image_hold(from->pixels);
    memcpy(recipe->image_sha256, from->image_sha256, TD_HASH);
}

TdStatus td_gallery_candidate(const TdGalleryPlan *plan, uint32_t k, TdRecipe **recipe,
                              TdError *err)
{
    TdStatus status = TD_OK;
    *recipe = plan->random ? td_recipe_create() : td_recipe_copy(plan->recipe);
    if (*recipe == NULL)
        return tdi_fail_memory(err, sizeof **recipe);
    if (plan->random)
        status = make_random(plan, k, *recipe, err);
    else
        (*recipe)->seed += k;
    if (status == TD_OK)
        share_image(plan->recipe, *recipe);
    if (status != TD_OK) {
        td_recipe_free(*recipe);
        *recipe = NULL;
    }
    return status;
}

/* ---- Looks --------------------------------------------------------------------------- */

/* What a look needs besides. */
typedef struct LookScratch {
    TdiSightings sightings;
    unsigned char rows[3 * TDI_THUMBNAIL_PIXELS];
} LookScratch;

static TdStatus look_at(const TdiEye *eye, const TdRecipe *recipe, LookScratch *scratch,
                        const TdRun *run, TdLook *look, TdError *err)
{
    uint32_t channels;
    TdStatus status = tdi_thumbnail_draw(recipe, run, scratch->rows, &channels, err);
    if (status == TD_OK)
        tdi_eye_look(eye, scratch->rows, channels, &scratch->sightings, look);
    return status;
}

TdStatus td_look_at(const TdRecipe *recipe, const TdRun *run, TdLook *look, TdError *err)
{
    TdiEye eye;
    TdRun resolved = td_run_resolved(run);
    LookScratch *scratch = tdi_alloc(1, sizeof *scratch);
    if (scratch == NULL)
        return tdi_fail_memory(err, sizeof *scratch);
    TdiFpMode mode = tdi_fp_enter();
    tdi_eye_init(&eye);
    TdStatus status = look_at(&eye, recipe, scratch, &resolved, look, err);
    tdi_fp_leave(mode);
    tdi_free(scratch);
    return status;
}

/* ---- Many of them -------------------------------------------------------------------- */

typedef struct Batch {
    const TdGalleryPlan *plan;
    const TdiEye *eye;
    uint32_t first;
    TdLook *looks;
    TdStatus *status; /* (BATCH) */
    TdError *errors;
} Batch;

static void work_candidate(const void *user, size_t job, const TdiWorker *worker)
{
    const Batch *batch = user;
    TdRun run = *worker->run;
    TdRecipe *recipe;
    TdError *err = &batch->errors[job];
    run.threads = 1; /* those of all jobs together are the run's */
    run.progress = NULL;
    run.report = NULL;
    TdStatus status =
        td_gallery_candidate(batch->plan, batch->first + (uint32_t)job, &recipe, err);
    if (status == TD_OK)
        status = look_at(batch->eye, recipe, worker->scratch, &run,
                         &batch->looks[batch->first + job], err);
    batch->status[job] = status;
    td_recipe_free(recipe);
}

static TdStatus run_batch(const Batch *batch, const TdRun *run, TdError *err)
{
    uint32_t among = batch->plan->among;
    TdiJobs jobs = {.count = tdi_lesser(BATCH, among - batch->first),
                    .scratch_bytes = sizeof(LookScratch),
                    .work = work_candidate,
                    .user = batch,
                    .stage = "thumbnails",
                    .done = batch->first,
                    .total = among};
    jobs.span = jobs.count;
    TdStatus status = tdi_run_jobs(&jobs, run, err);
    for (size_t i = 0; i < jobs.count && status == TD_OK; i++)
        if (batch->status[i] != TD_OK) {
            status = batch->status[i];
            if (err != NULL)
                *err = batch->errors[i];
        }
    return status;
}

static TdStatus look_at_all(const TdGalleryPlan *plan, TdLook *looks, const TdRun *run,
                            TdError *err)
{
    TdiEye eye;
    Batch batch = {.plan = plan, .eye = &eye, .looks = looks};
    batch.status = tdi_alloc(BATCH, sizeof *batch.status);
    batch.errors = tdi_alloc(BATCH, sizeof *batch.errors);
    TdStatus status = batch.status != NULL && batch.errors != NULL
                          ? TD_OK
                          : tdi_fail_memory(err, BATCH * sizeof *batch.errors);
    tdi_eye_init(&eye);
    for (; batch.first < plan->among && status == TD_OK; batch.first += BATCH)
        status = run_batch(&batch, run, err);
    tdi_free(batch.status);
    tdi_free(batch.errors);
    return status;
}

/* ---- The gallery --------------------------------------------------------------------- */

/* Bring the good looks to the front; numbers[i] says whose look i is then. */
static uint32_t sort_out(TdLook *looks, uint32_t count, uint32_t *numbers, TdGallery *gallery)
{
    uint32_t good = 0;
    for (uint32_t i = 0; i < count; i++) {
        gallery->seen[looks[i].sight]++;
        if (looks[i].sight != TD_SIGHT_GOOD)
            continue;
        numbers[good] = i;
        looks[good++] = looks[i];
    }
    return good;
}

static TdStatus keep(const TdGalleryPlan *plan, const TdLook *looks, const uint32_t *numbers,
                     const uint32_t *chosen, TdGallery *gallery, TdError *err)
{
    TdStatus status = TD_OK;
    for (uint32_t i = 0; i < gallery->count && status == TD_OK; i++) {
        TdKeeper *keeper = &gallery->keepers[i];
        *keeper = (TdKeeper){.number = numbers[chosen[i]], .look = looks[chosen[i]]};
        status = td_gallery_candidate(plan, keeper->number, &keeper->recipe, err);
    }
    return status;
}

static TdStatus choose(const TdGalleryPlan *plan, TdLook *looks, uint32_t *numbers,
                       TdGallery *gallery, TdError *err)
{
    TdiChoice choice;
    uint32_t good = sort_out(looks, plan->among, numbers, gallery), *chosen;
    uint32_t count = tdi_lesser(plan->keep, good);
    gallery->keepers = tdi_alloc(count, sizeof *gallery->keepers);
    chosen = tdi_alloc(count, sizeof *chosen);
    TdStatus status = chosen != NULL && gallery->keepers != NULL
                          ? tdi_choice_init(&choice, looks, good, err)
                          : tdi_fail_memory(err, count * sizeof *gallery->keepers);
    if (status == TD_OK) {
        gallery->count = count;
        status = tdi_choose(&choice, count, chosen, err);
        if (status == TD_OK)
            tdi_choice_arrange(&choice, chosen, count);
        tdi_choice_clear(&choice);
    }
    if (status == TD_OK)
        status = keep(plan, looks, numbers, chosen, gallery, err);
    tdi_free(chosen);
    return status;
}

static TdStatus find(const TdGalleryPlan *plan, const TdRun *run, TdGallery *gallery,
                     TdError *err)
{
    const uint64_t each = sizeof(TdLook) + TD_LOOK_NUMBERS * sizeof(float) + 64;
    TdStatus status =
        tdi_check_limit(run, tdi_mul_size(plan->among, each),
                        "among: remembering what was seen", "look at fewer pictures", err);
    if (status != TD_OK)
        return status;
    TdLook *looks = tdi_alloc(plan->among, sizeof *looks);
    uint32_t *numbers = tdi_alloc(plan->among, sizeof *numbers);
    status = looks != NULL && numbers != NULL
                 ? look_at_all(plan, looks, run, err)
                 : tdi_fail_memory(err, plan->among * sizeof *looks);
    if (status == TD_OK)
        status = choose(plan, looks, numbers, gallery, err);
    tdi_free(looks);
    tdi_free(numbers);
    return status;
}

TdStatus td_gallery_find(const TdGalleryPlan *plan, const TdRun *run, TdGallery **gallery,
                         TdError *err)
{
    TdRun resolved = td_run_resolved(run);
    *gallery = NULL;
    if (plan->among < 1 || plan->among > TD_MAX_AMONG)
        return tdi_fail(err, TD_ERROR_ARGUMENT, "among: is a number from 1 to %u",
                        TD_MAX_AMONG);
    if (plan->keep < 1 || plan->keep > TD_MAX_KEEP || plan->keep > plan->among)
        return tdi_fail(err, TD_ERROR_ARGUMENT,
                        "keep: is a number from 1 to %u, and no more than `among`",
                        TD_MAX_KEEP);
    TdGallery *made = tdi_alloc(1, sizeof *made);
    if (made == NULL)
        return tdi_fail_memory(err, sizeof *made);
    TdStatus status = find(plan, &resolved, made, err);
    if (status == TD_OK)
        *gallery = made;
    else
        td_gallery_free(made);
    return status;
}

void td_gallery_free(TdGallery *gallery)
{
    if (gallery == NULL)
        return;
    for (uint32_t i = 0; i < gallery->count; i++)
        td_recipe_free(gallery->keepers[i].recipe);
    tdi_free(gallery->keepers);
    tdi_free(gallery);
}
