/* A film: the picture whose rows are those of its frames. */
#ifndef TDI_FILM_H
#define TDI_FILM_H

#include "render/picture.h"
#include "render/renderer.h"

/* Make the film of a recipe that draws whatever it draws. The caller frees *picture with
 * td_picture_free. */
TdStatus tdi_film_create(const TdRecipe *recipe, const TdRun *run, TdPicture **picture,
                         TdError *err);

/* What its frames have in common; it belongs to the film. */
TdiShared tdi_film_shared(const TdPicture *film);

#endif
