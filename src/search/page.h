/* The page of a gallery. */
#ifndef TDI_PAGE_H
#define TDI_PAGE_H

#include "base/text.h"
#include "tiedye/search.h"

/* A line near the beginning of every page, by which one is known again. */
#define TDI_PAGE_MARK "<meta name=\"generator\" content=\"tiedye gallery\">"

/* Where a page names the file of a picture: behind this stands the name, then a quote. */
#define TDI_PAGE_FILE "<a class=\"frame\" href=\""

/* "01-7.png": sorts as the page goes; *name has room for TDI_PAGE_NAME bytes. */
enum { TDI_PAGE_NAME = 40 };
void tdi_page_name(const TdGallery *gallery, uint32_t i, char name[TDI_PAGE_NAME]);

/* Add the whole page, UTF-8. TD_ERROR_MEMORY. */
TdStatus tdi_page_write(const TdGalleryPlan *plan, const TdGallery *gallery, TdiText *page,
                        TdError *err);

/* Add `words` as text of HTML, fit for attributes in double quotes too. */
void tdi_page_add_text(TdiText *page, const char *words);

#endif
