#include "output/mesh.h"

#include "base/error.h"
#include "output/format.h"

#include <stdio.h>

/* "ply, stl, glb". */
static void list_formats(char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < td_format_count() && used < size; i++)
        if (td_format_info(i)->mesh)
            used += (size_t)snprintf(out + used, size - used, "%s%s", used == 0 ? "" : ", ",
                                     td_format_info(i)->name);
}

static TdStatus check_mesh(const TdFormatInfo *info, const TdiMesh *mesh, TdError *err)
{
    char names[128];
    list_formats(names, sizeof names);
    if (!info->mesh)
        return tdi_fail(err, TD_ERROR_ARGUMENT,
                        "format %s holds no surface; those that do are %s", info->name, names);
    if (mesh->vertex_count < 1 || mesh->vertex_count >= UINT32_MAX ||
        mesh->triangle_count < 1 || mesh->triangle_count >= UINT32_MAX)
        return tdi_fail(err, TD_ERROR_ARGUMENT,
                        "a surface of %zu vertices and %zu triangles cannot be written: both "
                        "must be 1 to 4294967294",
                        mesh->vertex_count, mesh->triangle_count);
    return TD_OK;
}

TdStatus tdi_mesh_write(const TdFormatInfo *info, const char *path, const TdiMesh *mesh,
                        const char *recipe, const TdRun *run, TdError *err)
{
    const TdiFormat *format = tdi_format_of(info);
    if (format == NULL)
        return tdi_fail(err, TD_ERROR_ARGUMENT, "not a format of the table");
    TdOutput output = {.format = format, .run = td_run_resolved(run)};
    TdStatus status = check_mesh(info, mesh, err);
    if (status == TD_OK)
        status = tdi_file_open(path, "a surface", &output.run, &output.file, err);
    if (status == TD_OK)
        status = format->mesh(&output, mesh, info->recipe ? recipe : NULL, err);
    if (status != TD_OK) {
        tdi_file_discard(output.file);
        return status;
    }
    return tdi_file_close(output.file, err);
}

/* ---- Records ------------------------------------------------------------------------- */

TdStatus tdi_write_records(TdOutput *output, const TdiMesh *mesh, size_t count, size_t size,
                           TdiRecord *record, TdError *err)
{
    uint8_t bytes[8192];
    TdStatus status = TD_OK;
    for (size_t at = 0; at < count && status == TD_OK;) {
        size_t part = sizeof bytes / size < count - at ? sizeof bytes / size : count - at;
        for (size_t i = 0; i < part; i++)
            record(mesh, at + i, bytes + i * size);
        status = tdi_check_cancel(&output->run, err);
        if (status == TD_OK)
            status = tdi_file_write(output->file, bytes, part * size, err);
        at += part;
    }
    return status;
}
