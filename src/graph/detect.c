#include "graph/detect.h"

#include <stdbool.h>
#include <string.h>

/* A header's length, and the brace that it begins with. */
static bool is_safetensors(const unsigned char *bytes, size_t count, uint64_t size)
{
    uint64_t length = 0;
    if (count < 10)
        return false;
    for (int i = 7; i >= 0; i--)
        length = length << 8 | bytes[i];
    return length >= 2 && length <= size - 8 && bytes[8] == '{';
}

/* `network` as the first word that is no comment. */
static bool is_description(const unsigned char *bytes, size_t count)
{
    size_t at = count >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (at < count && (bytes[at] == '#' || strchr(" \t\r\n", bytes[at]) != NULL)) {
        bool comment = bytes[at] == '#';
        while (comment && at < count && bytes[at] != '\n')
            at++;
        at += at < count;
    }
    return count - at > 8 && memcmp(bytes + at, "network", 7) == 0 &&
           (bytes[at + 7] == ' ' || bytes[at + 7] == '\t');
}

/* A number of the wire format; false where it does not end. */
static bool read_number(const unsigned char *bytes, size_t count, size_t *at, uint64_t *number)
{
    *number = 0;
    for (unsigned shift = 0; *at < count && shift < 64; shift += 7) {
        unsigned char byte = bytes[(*at)++];
        *number |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

/* The fields of a ModelProto, their numbers' bits: those that hold numbers, those that hold
 * more. */
static bool is_onnx(const unsigned char *bytes, size_t count, uint64_t size)
{
    const uint32_t plain = 1u << 1 | 1u << 5;
    const uint32_t long_ones = 1u << 2 | 1u << 3 | 1u << 4 | 1u << 6 | 1u << 7 | 1u << 8 |
                               1u << 14 | 1u << 20 | 1u << 25 | 1u << 26;
    size_t at = 0;
    int fields = 0;
    while (at < count && fields < 8) {
        uint64_t tag, value;
        if (!read_number(bytes, count, &at, &tag) || tag >> 3 > 31)
            return false;
        uint32_t bit = 1u << (tag >> 3);
        bool is_long = (tag & 7) == 2;
        if ((is_long          ? long_ones & bit
             : (tag & 7) == 0 ? plain & bit
                              : 0) == 0 ||
            !read_number(bytes, count, &at, &value) || (is_long && value > size - at))
            return false;
        fields++;
        if (is_long && value > count - at)
            return true;
        at += is_long ? (size_t)value : 0;
    }
    return fields > 1;
}

TdiNetworkFile tdi_network_file(const unsigned char *bytes, size_t count, uint64_t size)
{
    if (is_safetensors(bytes, count, size))
        return TDI_FILE_SAFETENSORS;
    if (is_description(bytes, count))
        return TDI_FILE_DESCRIPTION;
    return is_onnx(bytes, count, size) ? TDI_FILE_ONNX : TDI_FILE_OTHER;
}
