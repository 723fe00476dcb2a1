/* Films as animated WebP, written by libwebp: lossy, each frame by itself and whole. (libwebp's
 * own encoder of animations leaves out what changes little from frame to frame, so that slow
 * motion goes in jerks: of 300 frames, 24 were missing.) */
#include "base/error.h"
#include "base/jobs.h"
#include "base/memory.h"
#include "base/text.h"
#include "output/film.h"

#ifdef TDI_HAVE_WEBP

#include <webp/encode.h>
#include <webp/mux.h>

enum {
    SIDE_MOST = WEBP_MAX_DIMENSION, /* 16383 */
    RATE_MOST = 90,
    MEMORY_PER_PIXEL = 16 /* of libwebp: a canvas, planes and tables of the encoder */
};

/* As near to the samples as the MP4. Method 4 would take three times as long, to be nearer by a
 * quarter at the same size (measured). */
enum { METHOD = 2 };
#define QUALITY 85.0f

/* A frame that waits to be encoded, and then its bytes. */
typedef struct Slot {
    WebPPicture picture;
    WebPMemoryWriter bytes;
    int duration; /* ms */
    bool encoded;
} Slot;

enum { SLOTS_MOST = 16 };

typedef struct WebpWriter {
    TdiFrames frames;
    WebPMux *mux; /* all frames so far */
    WebPConfig config;
    Slot *slots;         /* (slot_count): frames that are encoded at once, a thread each */
    uint32_t slot_count; /* that are there */
    uint32_t waiting;    /* of them, those that hold a frame */
    TdiText xmp;         /* what carries the recipe; empty: none */
} WebpWriter;

static TdStatus fail_mux(const WebpWriter *writer, WebPMuxError code, TdError *err)
{
    if (code == WEBP_MUX_MEMORY_ERROR)
        return tdi_fail_memory(err, writer->frames.bytes);
    return tdi_fail(err, TD_ERROR_IO, "webp: libwebpmux cannot hold frame %u (error %d)",
                    writer->frames.done, (int)code);
}

static TdStatus fail_encode(const WebpWriter *writer, const Slot *slot, TdError *err)
{
    WebPEncodingError code = slot->picture.error_code;
    if (code == VP8_ENC_ERROR_OUT_OF_MEMORY || code == VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY)
        return tdi_fail_memory(err, writer->frames.bytes);
    return tdi_fail(err, TD_ERROR_IO, "webp: libwebp cannot encode frame %u (error %d)",
                    writer->frames.done, (int)code);
}

/* ---- The recipe -------------------------------------------------------------------------- */

static void add_escaped(TdiText *text, const char *words)
{
    for (; *words != '\0'; words++) {
        if (*words == '&')
            tdi_text_add(text, "&amp;");
        else if (*words == '<')
            tdi_text_add(text, "&lt;");
        else if (*words == '>')
            tdi_text_add(text, "&gt;");
        else
            tdi_text_add_bytes(text, words, 1);
    }
}

/* XMP (ISO 16684-1): the recipe is the description of the Dublin Core, which programs show. */
static TdStatus make_xmp(TdiText *xmp, const char *recipe, TdError *err)
{
    tdi_text_add(xmp, "<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
                      "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF "
                      "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"
                      "<rdf:Description rdf:about=\"\" "
                      "xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:description><rdf:Alt>"
                      "<rdf:li xml:lang=\"x-default\">");
    add_escaped(xmp, recipe);
    tdi_text_add(xmp, "</rdf:li></rdf:Alt></dc:description></rdf:Description></rdf:RDF>"
                      "</x:xmpmeta>\n<?xpacket end=\"w\"?>");
    return xmp->failed ? tdi_fail_memory(err, strlen(recipe)) : TD_OK;
}

/* ---- Opening ----------------------------------------------------------------------------- */

static TdStatus make_slot(TdOutput *output, Slot *slot, TdError *err)
{
    WebpWriter *writer = output->state;
    if (!WebPPictureInit(&slot->picture))
        return tdi_fail(err, TD_ERROR_UNSUPPORTED,
                        "webp: this libwebp is of another version than the one tiedye was "
                        "built with; build tiedye again");
    WebPMemoryWriterInit(&slot->bytes);
    slot->picture.use_argb = 1;
    slot->picture.width = (int)output->raster.width;
    slot->picture.height = (int)output->raster.height;
    if (!WebPPictureAlloc(&slot->picture))
        return tdi_fail_memory(err, tdi_mul_size(writer->frames.bytes, 4));
    return TD_OK;
}

/* As many frames at once as there are threads, and as memory allows. */
static uint32_t choose_slots(const TdOutput *output)
{
    uint64_t pixels = (uint64_t)output->raster.width * output->raster.height;
    uint64_t fit = output->run.max_memory / 2 / tdi_mul_size(pixels, MEMORY_PER_PIXEL);
    uint64_t slots = (uint64_t)output->run.threads;
    slots = slots < fit ? slots : fit;
    slots = slots < SLOTS_MOST ? slots : SLOTS_MOST;
    return slots > 0 ? (uint32_t)slots : 1;
}

static TdStatus configure(TdOutput *output, TdError *err)
{
    WebpWriter *writer = output->state;
    uint32_t slots = choose_slots(output);
    if (!WebPConfigPreset(&writer->config, WEBP_PRESET_DEFAULT, QUALITY))
        return tdi_fail(err, TD_ERROR_UNSUPPORTED,
                        "webp: this libwebp is of another version than the one tiedye was "
                        "built with; build tiedye again");
    writer->config.method = METHOD;
    writer->slots = tdi_alloc(slots, sizeof *writer->slots);
    if (writer->slots == NULL)
        return tdi_fail_memory(err, slots * sizeof *writer->slots);
    TdStatus status = TD_OK;
    while (writer->slot_count < slots && status == TD_OK)
        status = make_slot(output, &writer->slots[writer->slot_count++], err);
    return status;
}

static TdStatus create_mux(TdOutput *output, TdError *err)
{
    WebpWriter *writer = output->state;
    const WebPMuxAnimParams params = {.bgcolor = UINT32_C(0xffffffff),
                                      .loop_count = output->raster.loops ? 0 : 1};
    WebPMuxError code = WEBP_MUX_MEMORY_ERROR;
    writer->mux = WebPMuxNew();
    if (writer->mux != NULL)
        code = WebPMuxSetAnimationParams(writer->mux, &params);
    if (code == WEBP_MUX_OK && writer->xmp.length > 0) {
        const WebPData xmp = {(const uint8_t *)writer->xmp.data, writer->xmp.length};
        code = WebPMuxSetChunk(writer->mux, "XMP ", &xmp, 1);
    }
    return code == WEBP_MUX_OK ? TD_OK : fail_mux(writer, code, err);
}

static TdStatus open_webp(TdOutput *output, const char *recipe, TdError *err)
{
    WebpWriter *writer = output->state;
    const TdiFilmLimits limits = {SIDE_MOST, false, RATE_MOST,
                                  "browsers slow down faster ones"};
    TdStatus status = tdi_film_check(output, &limits, err);
    if (status == TD_OK)
        status = tdi_frames_open(&writer->frames, output, MEMORY_PER_PIXEL, err);
    if (status == TD_OK && recipe != NULL)
        status = make_xmp(&writer->xmp, recipe, err);
    if (status == TD_OK)
        status = configure(output, err);
    return status == TD_OK ? create_mux(output, err) : status;
}

/* ---- Frames ------------------------------------------------------------------------------ */

static void fill_picture(const WebPPicture *picture, const uint8_t *pixels, uint32_t channels)
{
    for (int y = 0; y < picture->height; y++) {
        uint32_t *row = picture->argb + (size_t)y * (size_t)picture->argb_stride;
        for (int x = 0; x < picture->width; x++, pixels += channels) {
            uint32_t red = pixels[0], green = pixels[channels / 2], blue = pixels[channels - 1];
            row[x] = UINT32_C(0xff000000) | red << 16 | green << 8 | blue;
        }
    }
}

/* Takes the picture's bytes, which it copies. */
static WebPMuxError push(const WebpWriter *writer, const WebPMemoryWriter *bytes, int duration)
{
    const WebPMuxFrameInfo frame = {
        .bitstream = {.bytes = bytes->mem, .size = bytes->size},
        .duration = duration,
        .id = WEBP_CHUNK_ANMF,
        .dispose_method = WEBP_MUX_DISPOSE_NONE,
        .blend_method = WEBP_MUX_NO_BLEND,
    };
    return WebPMuxPushFrame(writer->mux, &frame, 1);
}

static void encode_slot(const void *user, size_t i, const TdiWorker *worker)
{
    const WebpWriter *writer = user;
    Slot *slot = &writer->slots[i];
    (void)worker;
    slot->picture.writer = WebPMemoryWrite;
    slot->picture.custom_ptr = &slot->bytes;
    slot->encoded = WebPEncode(&writer->config, &slot->picture) != 0;
}

/* Encode the frames that wait, and put them behind each other. */
static TdStatus encode_waiting(TdOutput *output, TdError *err)
{
    WebpWriter *writer = output->state;
    TdiJobs jobs = {.count = writer->waiting, .work = encode_slot, .user = writer};
    TdStatus status = TD_OK;
    if (writer->waiting > 0)
        status = tdi_run_jobs(&jobs, &output->run, err);
    for (uint32_t i = 0; i < writer->waiting; i++) {
        Slot *slot = &writer->slots[i];
        if (status == TD_OK && !slot->encoded)
            status = fail_encode(writer, slot, err);
        if (status == TD_OK) {
            WebPMuxError code = push(writer, &slot->bytes, slot->duration);
            status = code == WEBP_MUX_OK ? TD_OK : fail_mux(writer, code, err);
        }
        WebPMemoryWriterClear(&slot->bytes);
    }
    writer->waiting = 0;
    return status;
}

static TdStatus add_frame(TdOutput *output, const uint8_t *pixels, TdError *err)
{
    WebpWriter *writer = output->state;
    uint32_t i = writer->frames.done;
    Slot *slot = &writer->slots[writer->waiting++];
    slot->duration = (int)(tdi_film_time(&output->raster, i + 1, 1000) -
                           tdi_film_time(&output->raster, i, 1000));
    slot->picture.use_argb = 1; /* encoding leaves the planes of the frame before behind */
    fill_picture(&slot->picture, pixels, output->raster.channels);
    return writer->waiting == writer->slot_count ? encode_waiting(output, err) : TD_OK;
}

static TdStatus write_rows(TdOutput *output, const void *rows, uint32_t count, TdError *err)
{
    WebpWriter *writer = output->state;
    return tdi_frames_take(&writer->frames, output, rows, count, add_frame, err);
}

/* ---- Closing ----------------------------------------------------------------------------- */

static TdStatus close_webp(TdOutput *output, TdError *err)
{
    WebpWriter *writer = output->state;
    WebPData data;
    TdStatus status = encode_waiting(output, err);
    if (status != TD_OK)
        return status;
    WebPDataInit(&data);
    WebPMuxError code = WebPMuxAssemble(writer->mux, &data);
    status = code == WEBP_MUX_OK ? TD_OK : fail_mux(writer, code, err);
    if (status == TD_OK)
        status = tdi_file_write(output->file, data.bytes, data.size, err);
    WebPDataClear(&data);
    return status;
}

static void release_webp(TdOutput *output)
{
    WebpWriter *writer = output->state;
    WebPMuxDelete(writer->mux);
    for (uint32_t i = 0; i < writer->slot_count; i++) {
        WebPMemoryWriterClear(&writer->slots[i].bytes);
        WebPPictureFree(&writer->slots[i].picture);
    }
    tdi_free(writer->slots);
    tdi_frames_free(&writer->frames);
    tdi_text_free(&writer->xmp);
}

#else

typedef char WebpWriter;

static TdStatus open_webp(TdOutput *output, const char *recipe, TdError *err)
{
    (void)output;
    (void)recipe;
    return tdi_fail(err, TD_ERROR_UNSUPPORTED,
                    "webp: this build has no libwebp; install libwebp-dev and build again");
}

#define write_rows NULL
#define close_webp NULL
#define release_webp NULL

#endif

const TdiFormat tdi_format_webp = {
    .info = {.name = "webp",
             .extensions = "webp",
             .film = true,
             .recipe = true,
             .help = "film for web pages, plays by itself"},
    .takes = TDI_TAKES_U8,
    .size = sizeof(WebpWriter),
    .open = open_webp,
    .rows = write_rows,
    .close = close_webp,
    .release = release_webp,
    .band_rows = tdi_film_band_rows,
};
