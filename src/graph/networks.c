#include "graph/networks.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"

enum { MOST_NAMES = 256 };

const TdiNetworkText *tdi_network_find(const char *name, TdError *err)
{
    const char *names[MOST_NAMES];
    size_t count = 0;
    for (; count < tdi_network_count && count < MOST_NAMES; count++) {
        names[count] = tdi_network_texts[count].name;
        if (strcmp(names[count], name) == 0)
            return &tdi_network_texts[count];
    }
    const char *near = tdi_nearest_name(name, strlen(name), names, count);
    tdi_fail(err, TD_ERROR_RECIPE, "unknown network @%.40s%s%s%s", name,
             near != NULL ? "; did you mean @" : "", near != NULL ? near : "",
             near != NULL ? "?" : "");
    return NULL;
}
