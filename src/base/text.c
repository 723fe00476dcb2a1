#include "base/text.h"

#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fpmode.h"
#include "base/memory.h"
#include "tiedye/base.h"

static bool grow(TdiText *text, size_t more)
{
    size_t needed = text->length + more + 1;
    if (text->failed || needed <= text->capacity)
        return !text->failed;
    size_t capacity = text->capacity < 128 ? 256 : 2 * text->capacity;
    if (capacity < needed)
        capacity = needed;
    char *data = tdi_realloc(text->data, text->length, capacity);
    if (data == NULL) {
        text->failed = true;
        return false;
    }
    text->data = data;
    text->capacity = capacity;
    return true;
}

void tdi_text_add_bytes(TdiText *text, const char *bytes, size_t count)
{
    if (!grow(text, count))
        return;
    memcpy(text->data + text->length, bytes, count);
    text->length += count;
    text->data[text->length] = '\0';
}

void tdi_text_add(TdiText *text, const char *words)
{
    tdi_text_add_bytes(text, words, strlen(words));
}

void tdi_text_format(TdiText *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0 || !grow(text, (size_t)length)) {
        text->failed = true;
        return;
    }
    va_start(args, format);
    vsnprintf(text->data + text->length, (size_t)length + 1, format, args);
    va_end(args);
    text->length += (size_t)length;
}

/* Numbers are written and read in the C locale and rounded to nearest, whatever the program
 * around the library has chosen for this thread. */
typedef struct Neutral {
    locale_t own, saved;
    TdiFpMode mode;
} Neutral;

static Neutral enter_neutral(void)
{
    Neutral neutral = {.own = newlocale(LC_ALL_MASK, "C", (locale_t)0), .mode = tdi_fp_enter()};
    neutral.saved = uselocale(neutral.own);
    return neutral;
}

static void leave_neutral(Neutral neutral)
{
    uselocale(neutral.saved);
    if (neutral.own != (locale_t)0)
        freelocale(neutral.own);
    tdi_fp_leave(neutral.mode);
}

/* The shortest decimal of up to `digits` digits that reads back as the value, else that of so
 * many digits. */
void tdi_text_add_rounded(TdiText *text, double value, int digits)
{
    char words[40];
    Neutral neutral = enter_neutral();
    bool plain = fabs(value) >= 1e-4 && fabs(value) < 1e15; /* 300, not 3e+02 */
    for (int count = 1; count <= digits; count++) {
        snprintf(words, sizeof words, "%.*g", count, value);
        if (strtod(words, NULL) == value && !(plain && strchr(words, 'e') != NULL))
            break;
    }
    leave_neutral(neutral);
    tdi_text_add(text, words);
}

void tdi_text_add_real(TdiText *text, double value)
{
    tdi_text_add_rounded(text, value, 17);
}

void tdi_text_add_json(TdiText *text, const char *words)
{
    for (const char *c = words; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\')
            tdi_text_format(text, "\\%c", *c);
        else if (*c == '\n')
            tdi_text_add(text, "\\n");
        else if ((unsigned char)*c < 0x20)
            tdi_text_format(text, "\\u%04x", (unsigned)*c);
        else
            tdi_text_add_bytes(text, c, 1);
    }
}

char *tdi_text_take(TdiText *text)
{
    if (!text->failed && text->data == NULL)
        tdi_text_add(text, "");
    char *data = text->data;
    if (text->failed) {
        tdi_free(data);
        data = NULL;
    }
    *text = (TdiText){0};
    return data;
}

const char *td_nearest_name(const char *word, const char *const *names, size_t count)
{
    return tdi_nearest_name(word, strlen(word), names, count);
}

/* Bytes of the printable character in UTF-8 at `text`, 0 where there is none. */
static size_t character_length(const unsigned char *text)
{
    size_t length = *text < 0x80 ? 1 : *text < 0xe0 ? 2 : *text < 0xf0 ? 3 : 4;
    if (*text < 0x20 || *text == 0x7f || (*text >= 0x80 && *text < 0xc2) || *text > 0xf4)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    /* More controls, what has a shorter form, surrogates, and what lies beyond Unicode. */
    bool wrong = (*text == 0xc2 && text[1] < 0xa0) || (*text == 0xe0 && text[1] < 0xa0) ||
                 (*text == 0xed && text[1] >= 0xa0) || (*text == 0xf0 && text[1] < 0x90) ||
                 (*text == 0xf4 && text[1] >= 0x90);
    return wrong ? 0 : length;
}

bool tdi_text_is_clean(const char *text)
{
    while (*text != '\0') {
        size_t length = character_length((const unsigned char *)text);
        if (length == 0)
            return false;
        text += length;
    }
    return true;
}

void td_clean_text(char *text)
{
    while (*text != '\0') {
        size_t length = character_length((const unsigned char *)text);
        if (length == 0)
            *text = '?';
        text += length == 0 ? 1 : length;
    }
}

void td_text_free(char *text)
{
    tdi_free(text);
}

void tdi_text_free(TdiText *text)
{
    tdi_free(text->data);
    *text = (TdiText){0};
}

static size_t skip_digits(const char *words, size_t length, size_t at)
{
    while (at < length && words[at] >= '0' && words[at] <= '9')
        at++;
    return at;
}

/* [+-] digits [. digits] [e [+-] digits], with a digit somewhere before the exponent. */
static bool is_decimal(const char *words, size_t length)
{
    size_t at = length > 0 && (words[0] == '-' || words[0] == '+');
    size_t whole = skip_digits(words, length, at);
    size_t digits = whole - at;
    at = whole;
    if (at < length && words[at] == '.') {
        at = skip_digits(words, length, whole + 1);
        digits += at - whole - 1;
    }
    if (digits == 0)
        return false;
    if (at < length && (words[at] == 'e' || words[at] == 'E')) {
        at++;
        at += at < length && (words[at] == '-' || words[at] == '+');
        size_t end = skip_digits(words, length, at);
        if (end == at)
            return false;
        at = end;
    }
    return at == length;
}

bool tdi_parse_real(const char *words, size_t length, double *value)
{
    char copy[64];
    if (length >= sizeof copy || !is_decimal(words, length))
        return false;
    memcpy(copy, words, length);
    copy[length] = '\0';
    Neutral neutral = enter_neutral();
    double parsed = strtod(copy, NULL);
    leave_neutral(neutral);
    if (!isfinite(parsed))
        return false;
    *value =
        parsed == 0 ? 0 : parsed; /* one zero: -0 would print as "-0" and mean nothing else */
    return true;
}

bool tdi_parse_u64(const char *words, size_t length, uint64_t *value)
{
    uint64_t sum = 0;
    if (length == 0)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (words[i] < '0' || words[i] > '9' || __builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_add_overflow(sum, (uint64_t)(words[i] - '0'), &sum))
            return false;
    }
    *value = sum;
    return true;
}

enum { LONGEST_NAME = 32 };

/* Levenshtein's distance, '-' and '_' counting as one letter; both at most LONGEST_NAME long.
 */
static unsigned distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    unsigned row[LONGEST_NAME + 1];
    for (unsigned j = 0; j <= b_length; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_length; j++) {
            char x = a[i - 1] == '-' ? '_' : a[i - 1], y = b[j - 1] == '-' ? '_' : b[j - 1];
            unsigned best = diagonal + (x != y);
            diagonal = row[j];
            best = row[j] + 1 < best ? row[j] + 1 : best;
            row[j] = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
        }
    }
    return row[b_length];
}

const char *tdi_nearest_name(const char *words, size_t length, const char *const *candidates,
                             size_t count)
{
    const char *nearest = NULL;
    unsigned least = length < 4 ? 2 : 3; /* farther than this is another word */
    if (length > LONGEST_NAME)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t other = strlen(candidates[i]);
        if (other > LONGEST_NAME)
            continue;
        unsigned d = distance(words, length, candidates[i], other);
        if (d < least && d < length) {
            least = d;
            nearest = candidates[i];
        }
    }
    return nearest;
}
