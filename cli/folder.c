#include "folder.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include "messages.h"

int make_folder(const char *folder, bool *made)
{
    struct stat about;
    bool is_new = mkdir(folder, 0777) == 0;
    int code = errno;
    if (made != NULL)
        *made = is_new;
    if (is_new || (code == EEXIST && stat(folder, &about) == 0 && S_ISDIR(about.st_mode)))
        return 0;
    if (code == ENOENT)
        complain("%.400s: cannot make the folder, as the one that it lies in does not exist",
                 folder);
    else if (code == EEXIST)
        complain("%.400s: exists and is no folder", folder);
    else
        complain("%.400s: cannot make the folder: %s", folder, strerror(code));
    return 1;
}
