/* tiedye animate: a film. */
#include "commands.h"
#include "draw.h"

int run_animate(const Arguments *arguments)
{
    return draw(arguments);
}
