/* VTK's image data in XML (https://docs.vtk.org/en/latest/vtk_file_formats/), which ends before
 * the samples: they stand raw behind it, as one array of float32, least significant byte first,
 * after their number of bytes. The recipe is a text among the field data. */
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "output/binary.h"
#include "output/format.h"

#include <inttypes.h>

static void add_extent(TdiText *xml, const char *name, const TdRaster *raster)
{
    tdi_text_format(xml, " %s=\"0 %" PRIu32 " 0 %" PRIu32 " 0 %" PRIu32 "\"", name,
                    raster->width - 1, raster->height - 1, raster->depth - 1);
}

static void add_numbers(TdiText *xml, const char *name, const double *numbers)
{
    tdi_text_format(xml, " %s=\"", name);
    for (int i = 0; i < 3; i++) {
        tdi_text_add(xml, i == 0 ? "" : " ");
        tdi_text_add_real(xml, numbers[i]);
    }
    tdi_text_add(xml, "\"");
}

/* Texts among the data are written as the numbers of their bytes, and end with a 0. */
static void add_recipe(TdiText *xml, const char *recipe)
{
    tdi_text_add(xml, "<FieldData>\n<Array type=\"String\" Name=\"tiedye-recipe\" "
                      "NumberOfTuples=\"1\" format=\"ascii\">\n");
    for (const char *c = recipe; *c != '\0'; c++)
        tdi_text_format(xml, "%d%c", (unsigned char)*c, *c == '\n' ? '\n' : ' ');
    tdi_text_add(xml, "0\n</Array>\n</FieldData>\n");
}

static void add_head(TdiText *xml, const TdRaster *raster, const char *recipe)
{
    const double spacings[3] = {raster->spacing, raster->spacing, raster->spacing};
    tdi_text_add(xml, "<?xml version=\"1.0\"?>\n<VTKFile type=\"ImageData\" version=\"1.0\" "
                      "byte_order=\"LittleEndian\" header_type=\"UInt64\">\n<ImageData");
    add_extent(xml, "WholeExtent", raster);
    add_numbers(xml, "Origin", raster->origin);
    add_numbers(xml, "Spacing", spacings);
    tdi_text_add(xml, ">\n");
    if (recipe != NULL)
        add_recipe(xml, recipe);
    tdi_text_add(xml, "<Piece");
    add_extent(xml, "Extent", raster);
    tdi_text_format(xml,
                    ">\n<PointData Scalars=\"field\">\n<DataArray type=\"Float32\" "
                    "Name=\"field\" NumberOfComponents=\"%" PRIu32 "\" format=\"appended\" "
                    "offset=\"0\"/>\n</PointData>\n</Piece>\n</ImageData>\n"
                    "<AppendedData encoding=\"raw\">\n_",
                    raster->channels);
}

static TdStatus open_vti(TdOutput *output, const char *recipe, TdError *err)
{
    const TdRaster *raster = &output->raster;
    TdiText xml = {0};
    uint8_t size[8];
    TdStatus status = tdi_check_grid(raster, err);
    if (status != TD_OK)
        return status;
    tdi_put_u64(size, tdi_mul_size(td_raster_rows(raster), td_raster_row_bytes(raster)));
    add_head(&xml, raster, recipe);
    tdi_text_add_bytes(&xml, (const char *)size, sizeof size);
    status = xml.failed ? tdi_fail_memory(err, xml.length)
                        : tdi_file_write(output->file, xml.data, xml.length, err);
    tdi_text_free(&xml);
    return status;
}

static TdStatus close_vti(TdOutput *output, TdError *err)
{
    static const char tail[] = "\n</AppendedData>\n</VTKFile>\n";
    return tdi_file_write(output->file, tail, sizeof tail - 1, err);
}

const TdiFormat tdi_format_vti = {
    .info = {.name = "vti",
             .extensions = "vti",
             .volume = true,
             .field = true,
             .recipe = true,
             .help = "a volume of float32 for ParaView and VTK, carries its recipe"},
    .takes = TDI_TAKES_F32,
    .open = open_vti,
    .rows = tdi_write_float_rows,
    .close = close_vti,
};
