/* How far patches are off: the network is asked between the nodes. */
#include <math.h>
#include <string.h>

#include "render/renderer.h"

enum { ORDER = TD_PATCH_ORDER, POINTS = TD_POINT_GRAIN, CHANNELS = 3 };

size_t tdi_patch_check_scratch(const TdiRenderer *renderer)
{
    size_t rows = 2 * CHANNELS + tdi_colour_spare_rows(&renderer->colour);
    return (td_plan_scratch(renderer->plan) + 63) / 64 * 64 + rows * POINTS * sizeof(float);
}

/* Places that fill the tile evenly (Roberts's R2 sequence), from 0 to 1. */
static double place_of(int point, double step)
{
    double at = 0.5 + point * step;
    return at - floor(at);
}

static double place_x(int point)
{
    return place_of(point, 0.7548776662466927);
}

static double place_y(int point)
{
    return place_of(point, 0.5698402909980532);
}

static void fill_basis(double place, double *basis)
{
    double t = 2 * place - 1;
    basis[0] = 1;
    basis[1] = t;
    for (int a = 2; a < ORDER; a++)
        basis[a] = 2 * t * basis[a - 1] - basis[a - 2];
}

static float value_at(const TdiSquare *square, const float *coefficients, int point)
{
    double x[ORDER], y[ORDER], value = 0;
    fill_basis(place_x(point), x);
    fill_basis(place_y(point), y);
    for (int a = 0; a < square->down; a++)
        for (int b = 0; b < square->across; b++)
            value += (double)coefficients[a * ORDER + b] * y[a] * x[b];
    return (float)value;
}

/* Encoded colours as the network gives them. */
static void ask_network(const TdiRenderer *renderer, const TdiLevel *level,
                        const TdiSquare *square, char *scratch, float *rows)
{
    const TdPlan *plan = renderer->plan;
    size_t stride = td_plan_points(plan);
    float *first = td_plan_input(plan, scratch);
    float *inputs[TDI_INPUT_ROWS];
    for (size_t i = 0; i < TDI_INPUT_ROWS; i++)
        inputs[i] = first + i * stride;
    for (int i = 0; i < POINTS; i++)
        tdi_view_place(&renderer->view, square->x + level->side * place_x(i),
                       square->y + level->side * place_y(i), td_plan_inputs(plan), inputs,
                       (size_t)i);
    const float *found = td_plan_evaluate(plan, scratch, POINTS);
    for (uint32_t c = 0; c < renderer->colour.outputs; c++)
        memcpy(rows + c * POINTS, found + c * stride, POINTS * sizeof *rows);
}

static float clip(float value)
{
    return value > 0 ? value < 1 ? value : 1 : 0;
}

float tdi_patch_check(const TdiRenderer *renderer, const TdiLevel *level,
                      const TdiSquare *square, const float *coefficients, void *scratch)
{
    const TdiColour *colour = &renderer->colour;
    bool toned = square->verdict == TDI_VERDICT_TONED;
    uint32_t channels = toned ? colour->outputs : colour->channels;
    float *rows =
        (float *)(void *)((char *)scratch + (td_plan_scratch(renderer->plan) + 63) / 64 * 64);
    float *own = rows + CHANNELS * POINTS, *spare = own + CHANNELS * POINTS, worst = 0;
    ask_network(renderer, level, square, scratch, rows);
    for (uint32_t c = 0; c < channels; c++)
        for (int i = 0; i < POINTS; i++)
            own[c * POINTS + (uint32_t)i] =
                value_at(square, coefficients + c * TD_PATCH_NODES, i);
    float expected[CHANNELS * POINTS];
    memcpy(expected, tdi_colour_apply(colour, rows, POINTS, POINTS, spare),
           (size_t)colour->channels * POINTS * sizeof(float));
    const float *found = toned ? tdi_colour_apply(colour, own, POINTS, POINTS, spare) : own;
    for (uint32_t i = 0; i < colour->channels * POINTS; i++) {
        float apart = fabsf(clip(found[i]) - expected[i]);
        worst = apart > worst ? apart : worst;
    }
    return worst * renderer->spectral.top;
}
