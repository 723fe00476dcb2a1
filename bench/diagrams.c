#include "diagrams.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <tiedye/diagram.h>

#include "peak.h"

bool time_diagram(char *const words[2])
{
    double read = HUGE_VAL, drawn = HUGE_VAL;
    TdError err = {.message = "out of memory"};
    for (unsigned long left = strtoul(words[1], NULL, 10); left > 0; left--) {
        TdDiagram *diagram = NULL;
        double begin = now();
        if (td_diagram_read(words[0], NULL, NULL, &diagram, &err) != TD_OK)
            break;
        double middle = now();
        char *svg = td_diagram_print(diagram, TD_DIAGRAM_SVG);
        double end = now();
        td_diagram_free(diagram);
        if (svg == NULL)
            break;
        td_text_free(svg);
        read = middle - begin < read ? middle - begin : read;
        drawn = end - middle < drawn ? end - middle : drawn;
        if (left == 1) {
            printf("%.9g %.9g\n", read, drawn);
            return true;
        }
    }
    fprintf(stderr, "diagram: %s\n", err.message);
    return false;
}
