/* A text that grows. Failure to grow is remembered, so that a caller checks once at the end. */
#ifndef TDI_TEXT_H
#define TDI_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct TdiText {
    char *data; /* terminated; NULL while empty */
    size_t length, capacity;
    bool failed; /* an allocation failed: the text is not whole */
} TdiText;

void tdi_text_add(TdiText *text, const char *words);
void tdi_text_add_bytes(TdiText *text, const char *bytes, size_t count);
__attribute__((format(printf, 2, 3))) void tdi_text_format(TdiText *text, const char *format,
                                                           ...);

/* The shortest decimal that reads back as `value`, with a point whatever the locale. */
void tdi_text_add_real(TdiText *text, double value);

/* The decimal of at most `digits` significant digits nearest to `value`, likewise. */
void tdi_text_add_rounded(TdiText *text, double value, int digits);
/* Whether it is UTF-8 without line breaks and other codes that a terminal obeys. */
bool tdi_text_is_clean(const char *text);

/* `words` as the inside of a JSON string. */
void tdi_text_add_json(TdiText *text, const char *words);

/* Hand the characters to the caller (who frees them with tdi_free), NULL after a failure. */
char *tdi_text_take(TdiText *text);
void tdi_text_free(TdiText *text);

/* Reads a decimal number ("-1.5", "2e-3"; no hex, no inf, no nan) that fills words[0..length).
 * Independent of the locale. False where it does not or where it overflows. */
bool tdi_parse_real(const char *words, size_t length, double *value);

/* Reads an unsigned whole number that fills words[0..length). */
bool tdi_parse_u64(const char *words, size_t length, uint64_t *value);

/* The candidate nearest in spelling, NULL where none is near. */
const char *tdi_nearest_name(const char *words, size_t length, const char *const *candidates,
                             size_t count);

#endif
