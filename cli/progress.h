/* The progress bar, and interrupts. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <tiedye/base.h>

/* Let SIGINT, SIGTERM and SIGHUP raise run->cancel; a second one ends the program at once. */
void catch_interrupts(TdRun *run);

/* Until catch_interrupts, an interrupt ends the program at once: for where it waits for
 * somebody who reads, and leaves nothing half made. */
void release_interrupts(void);

/* Show a bar with rate and time left on standard error from one second on, where that is a
 * terminal and `quiet` is not asked for. `what` names the job. */
void start_progress(TdRun *run, const char *what, bool quiet);

/* Take the bar away and give the seconds since start_progress. */
double end_progress(TdRun *run);

#endif
