/* tiedye info: the recipe of a picture. */
#include <stdio.h>

#include <tiedye/sheet.h>

#include "commands.h"

int run_info(const Arguments *arguments)
{
    bool link = arguments->value[OPTION_LINK] != NULL,
         json = arguments->value[OPTION_JSON] != NULL;
    if (arguments->argc == 0)
        return usage_error(arguments->command, "info needs a picture or another source");
    if (link && json)
        return usage_error(arguments->command, "--link and --json exclude each other");
    TdError err = {0};
    TdStatus status = td_field_identify(arguments->recipe, &arguments->run, &err);
    if (status == TD_OK && arguments->recipe->image_sha256[0] == '\0')
        status = td_image_attach(arguments->recipe, &arguments->run, &err);
    if (status != TD_OK)
        return report_error(status, &err);
    TdRecipeForm form = link ? TD_FORM_LINK : json ? TD_FORM_JSON : TD_FORM_TEXT;
    char *text = td_recipe_print(arguments->recipe, form);
    if (text == NULL)
        return report_memory();
    printf("%s%s", text, form == TD_FORM_TEXT ? "" : "\n");
    td_text_free(text);
    return 0;
}
