/* A film: the picture whose rows are those of its frames. */
#ifndef TDI_FILM_H
#define TDI_FILM_H

#include "render/picture.h"

/* Make the film of a recipe that draws whatever it draws. The caller frees *picture with
 * td_picture_free. */
TdStatus tdi_film_create(const TdRecipe *recipe, const TdRun *run, TdPicture **picture,
                         TdError *err);

#endif
