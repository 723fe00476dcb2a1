/* tiedye weights: a network's numbers, for other tools. */
#include <tiedye/exchange.h>
#include <tiedye/network.h>
#include <tiedye/sheet.h>

#include "commands.h"
#include "draw.h"
#include "progress.h"

static TdStatus write_weights(const Arguments *arguments, const char *path, const TdRun *run,
                              TdError *err)
{
    TdNetwork *network;
    TdStatus status = td_network_create(arguments->recipe, run, &network, err);
    if (status == TD_OK)
        status = td_weights_write(network, arguments->recipe,
                                  arguments->value[OPTION_FOLD] != NULL, path, run, err);
    td_network_free(network);
    return status;
}

int run_weights(const Arguments *arguments)
{
    const char *path = arguments->value[OPTION_OUTPUT];
    TdRun run = arguments->run;
    TdError err = {0};
    bool quiet = arguments->value[OPTION_QUIET] != NULL;
    if (path == NULL)
        return usage_error(arguments->command, "weights needs -o FILE.safetensors");
    if (arguments->recipe->field[0] != '\0')
        return usage_error(arguments->command, "%.200s has no weights: it is coloured samples",
                           arguments->recipe->field);
    /* Of a sheet or grid the first network; of a sheet, that which the seed names. */
    TdStatus status = td_recipe_take_frame(arguments->recipe, &err);
    if (status == TD_OK)
        status = td_sheet_take_cell(arguments->recipe, 0, &err);
    if (status != TD_OK)
        return report_error(status, &err);
    start_progress(&run, output_name(path), quiet);
    status = write_weights(arguments, path, &run, &err);
    end_progress(&run);
    if (status != TD_OK)
        return report_error(status, &err);
    if (!quiet)
        say("%.800s  %llu weights and biases, seed %llu", output_name(path),
            (unsigned long long)td_network_parameters(arguments->recipe),
            (unsigned long long)arguments->recipe->seed);
    return 0;
}
