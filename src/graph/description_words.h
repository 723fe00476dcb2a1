/* The words of a description, and where they stand. */
#ifndef TDI_DESCRIPTION_WORDS_H
#define TDI_DESCRIPTION_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tiedye/base.h"

/* A piece of the text, not terminated. */
typedef struct TdiWord {
    const char *words;
    size_t length;
    unsigned line, column; /* from 1 on */
} TdiWord;

typedef enum TdiToken {
    TDI_TOKEN_WORD,
    TDI_TOKEN_QUOTED, /* its inside */
    TDI_TOKEN_COMMA,
    TDI_TOKEN_OPEN,  /* { */
    TDI_TOKEN_BAR,   /* | */
    TDI_TOKEN_CLOSE, /* } */
    TDI_TOKEN_LINE,  /* the end of a line */
    TDI_TOKEN_END
} TdiToken;

typedef struct TdiScanner {
    const char *file; /* its name, for errors */
    TdError *err;
    const char *next, *end;
    const char *line_start;
    unsigned line;
    TdiToken token; /* the one that is looked at */
    TdiWord word;   /* its place, and its letters where it has some */
} TdiScanner;

/* Look at the first token. */
TdStatus tdi_scan_begin(TdiScanner *scanner, const char *file, const char *text, size_t length,
                        TdError *err);

/* Look at the next one. TD_ERROR_RECIPE where bytes are no text, or a quotation has no end. */
TdStatus tdi_scan_next(TdiScanner *scanner);

/* What is left of the line before a comment, blanks around it dropped, and look at the token
 * behind it. The scanner looks at the word before. */
TdStatus tdi_scan_line(TdiScanner *scanner, TdiWord *rest);

/* "FILE:LINE:COLUMN: ..." */
__attribute__((format(printf, 4, 5))) TdStatus
tdi_word_fail(TdError *err, const char *file, const TdiWord *at, const char *format, ...);

bool tdi_word_is(const TdiWord *word, const char *words);
bool tdi_word_equal(const TdiWord *a, const TdiWord *b);

/* What stands before the first `letter` and behind it. False where there is none, and *before
 * is then all of it. */
bool tdi_word_split(const TdiWord *word, char letter, TdiWord *before, TdiWord *behind);

/* Letters, digits, - and _, a letter first, at most 60: what blocks, parameters and saved
 * points are called. */
bool tdi_word_is_name(const TdiWord *word);

/* How much of a word is quoted in an error. */
int tdi_word_shown(const TdiWord *word);

#endif
