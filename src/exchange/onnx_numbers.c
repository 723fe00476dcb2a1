/* The numbers of small tensors: raw bytes (little endian), or one of several repeated fields.
 */
#include <string.h>

#include "exchange/onnx.h"

/* TensorProto.DataType */
enum {
    FLOAT = 1,
    UINT8 = 2,
    INT8 = 3,
    UINT16 = 4,
    INT16 = 5,
    INT32 = 6,
    INT64 = 7,
    BOOL = 9,
    FLOAT16 = 10,
    DOUBLE = 11,
    UINT32 = 12,
    UINT64 = 13,
    BFLOAT16 = 16,
    KNOWN = 17
};

/* Bytes of an element; whether it is a real number. */
static const struct {
    unsigned char size;
    bool real;
} types[KNOWN] = {
    [FLOAT] = {4, true},    [UINT8] = {1, false}, [INT8] = {1, false},   [UINT16] = {2, false},
    [INT16] = {2, false},   [INT32] = {4, false}, [INT64] = {8, false},  [BOOL] = {1, false},
    [FLOAT16] = {2, true},  [DOUBLE] = {8, true}, [UINT32] = {4, false}, [UINT64] = {8, false},
    [BFLOAT16] = {2, true},
};

static unsigned size_of(int element)
{
    return element >= 0 && element < KNOWN ? types[element].size : 0;
}

TdiOnnxClass tdi_onnx_class(int element)
{
    return size_of(element) == 0 ? TDI_ONNX_OTHER
           : types[element].real ? TDI_ONNX_REAL
                                 : TDI_ONNX_WHOLE;
}

/* Whether a field holds numbers of this type, and how each is stored. */
static bool holds(uint32_t field, int element, TdiWireType *each)
{
    bool doubles = element == DOUBLE, longs = element == UINT32 || element == UINT64;
    *each = field == 4 ? TDI_WIRE_32 : field == 10 ? TDI_WIRE_64 : TDI_WIRE_VARINT;
    switch (field) {
    case 4:
        return element == FLOAT;
    case 5:
        return element != FLOAT && element != INT64 && !doubles && !longs;
    case 7:
        return element == INT64;
    case 10:
        return doubles;
    case 11:
        return longs;
    }
    return false;
}

/* False where there are more than `count`. */
static bool add_numbers(TdiField *field, TdiWireType each, size_t count, uint64_t *bits,
                        size_t *found)
{
    uint64_t number;
    while (tdi_wire_number(field, each, &number)) {
        if (*found == count)
            return false;
        bits[(*found)++] = number;
    }
    return field->bytes.fault == NULL;
}

static bool take_raw(TdiWire raw, unsigned size, size_t count, uint64_t *bits)
{
    if ((size_t)(raw.end - raw.at) != count * size)
        return false;
    for (size_t i = 0; i < count; i++) {
        bits[i] = 0;
        for (unsigned k = 0; k < size; k++)
            bits[i] |= (uint64_t)raw.at[i * size + k] << 8 * k;
    }
    return true;
}

bool tdi_onnx_bits(const TdiOnnxTensor *tensor, size_t count, uint64_t *bits)
{
    unsigned size = size_of(tensor->element);
    size_t found = 0;
    TdiWire message = tensor->message;
    TdiWireType each;
    TdiField field;
    if (size == 0)
        return false;
    while (tdi_wire_next(&message, &field)) {
        if (field.number == 14 && field.value != 0) /* data_location: in another file */
            return false;
        if (field.number == 9 && field.type == TDI_WIRE_BYTES) {
            if (!take_raw(field.bytes, size, count, bits))
                return false;
            found = count;
        } else if (holds(field.number, tensor->element, &each) &&
                   !add_numbers(&field, each, count, bits, &found)) {
            return false;
        }
    }
    return found == count;
}

int64_t tdi_onnx_whole(int element, uint64_t bits)
{
    switch (element) {
    case UINT8:
        return (uint8_t)bits;
    case INT8:
        return (int8_t)bits;
    case UINT16:
        return (uint16_t)bits;
    case INT16:
        return (int16_t)bits;
    case INT32:
        return (int32_t)bits;
    case UINT32:
        return (uint32_t)bits;
    case BOOL:
        return (uint8_t)bits != 0;
    }
    return (int64_t)bits;
}

static double of_double(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double of_float(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

/* Five bits of exponent, ten of fraction. */
static double of_half(uint64_t bits)
{
    uint64_t sign = (bits & 0x8000) << 48, exponent = bits >> 10 & 31, fraction = bits & 1023;
    if (exponent == 0)
        return of_double(sign | UINT64_C(0x3ff0000000000000)) * (double)fraction * 0x1p-24;
    exponent = exponent == 31 ? 2047 : exponent - 15 + 1023;
    return of_double(sign | exponent << 52 | fraction << 42);
}

double tdi_onnx_real(int element, uint64_t bits)
{
    return element == DOUBLE     ? of_double(bits)
           : element == FLOAT16  ? of_half(bits)
           : element == BFLOAT16 ? of_float((uint32_t)bits << 16)
                                 : of_float((uint32_t)bits);
}
