/* What drawing took, in words. */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include <stdbool.h>

#include <tiedye/render.h>

/* To standard output. */
void print_report(const TdReport *report, bool json);

#endif
