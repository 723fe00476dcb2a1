/* Nearly raw raster data (https://teem.sourceforge.net/nrrd/format.html): a header in words, an
 * empty line, the samples as float32, least significant byte first. NRRD0004 is the oldest
 * version that knows a space. Key/value pairs carry the recipe. */
#include "base/error.h"
#include "base/text.h"
#include "output/format.h"

#include <inttypes.h>

/* Whether the channels have an axis of their own. One channel needs none; but VTK, and so
 * ParaView, takes three axes whose last is one slice for a flat picture of vectors. */
static bool has_channel_axis(const TdRaster *raster)
{
    return raster->channels > 1 || raster->depth == 1;
}

/* Spaces are right-handed, x to the right, y up, z to the viewer; the format has no name for
 * that (its names are of bodies), so only the number of dimensions is said. */
static void add_space(TdiText *head, const TdRaster *raster)
{
    tdi_text_add(head, "space dimension: 3\nspace directions:");
    if (has_channel_axis(raster))
        tdi_text_add(head, " none");
    for (int axis = 0; axis < 3; axis++) {
        for (int i = 0; i < 3; i++) {
            tdi_text_add(head, i == 0 ? " (" : ",");
            tdi_text_add_real(head, i == axis ? raster->spacing : 0);
        }
        tdi_text_add(head, ")");
    }
    for (int i = 0; i < 3; i++) {
        tdi_text_add(head, i == 0 ? "\nspace origin: (" : ",");
        tdi_text_add_real(head, raster->origin[i]);
    }
    tdi_text_add(head, ")\n");
}

static void add_axes(TdiText *head, const TdRaster *raster)
{
    bool channels = has_channel_axis(raster);
    tdi_text_format(head, "NRRD0004\ntype: float\ndimension: %d\nsizes:", channels ? 4 : 3);
    if (channels)
        tdi_text_format(head, " %" PRIu32, raster->channels);
    tdi_text_format(head, " %" PRIu32 " %" PRIu32 " %" PRIu32 "\nkinds:", raster->width,
                    raster->height, raster->depth);
    if (channels)
        tdi_text_add(head, raster->channels > 1 ? " vector" : " scalar");
    tdi_text_add(head, " domain domain domain\n");
    add_space(head, raster);
    tdi_text_add(head, "endian: little\nencoding: raw\n");
}

/* A value is one line: line breaks and backslashes are escaped. */
static void add_pair(TdiText *head, const char *key, const char *value)
{
    tdi_text_format(head, "%s:=", key);
    for (const char *c = value; *c != '\0'; c++) {
        if (*c == '\n')
            tdi_text_add(head, "\\n");
        else if (*c == '\\')
            tdi_text_add(head, "\\\\");
        else
            tdi_text_add_bytes(head, c, 1);
    }
    tdi_text_add(head, "\n");
}

static TdStatus open_nrrd(TdOutput *output, const char *recipe, TdError *err)
{
    TdiText head = {0};
    TdStatus status = tdi_check_grid(&output->raster, err);
    if (status != TD_OK)
        return status;
    add_axes(&head, &output->raster);
    if (recipe != NULL)
        add_pair(&head, "tiedye-recipe", recipe);
    tdi_text_add(&head, "\n");
    status = head.failed ? tdi_fail_memory(err, head.length)
                         : tdi_file_write(output->file, head.data, head.length, err);
    tdi_text_free(&head);
    return status;
}

const TdiFormat tdi_format_nrrd = {
    .info = {.name = "nrrd",
             .extensions = "nrrd",
             .volume = true,
             .field = true,
             .recipe = true,
             .help = "a volume of float32 for 3D Slicer, ParaView and others, carries its "
                     "recipe"},
    .takes = TDI_TAKES_F32,
    .open = open_nrrd,
    .rows = tdi_write_float_rows,
};
