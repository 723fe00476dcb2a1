/* Reading recipes whose text has a name. */
#ifndef TDI_SOURCE_TEXT_H
#define TDI_SOURCE_TEXT_H

#include "tiedye/recipe.h"

/* As td_recipe_parse, with the source's name in front of what went wrong. */
TdStatus tdi_source_parse(TdRecipe *recipe, const char *source, const char *text, TdError *err);

#endif
