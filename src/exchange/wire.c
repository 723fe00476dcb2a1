#include "exchange/wire.h"

/* A fault is found before anything is taken, so that `at` says where. */
static bool fail(TdiWire *wire, const char *fault)
{
    wire->fault = fault;
    return false;
}

/* Seven bits a byte, the lowest first; the tenth byte has room for one. */
static bool take_varint(TdiWire *wire, uint64_t *value)
{
    const unsigned char *at = wire->at;
    *value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        if (at == wire->end)
            return fail(wire, "a number is cut off");
        unsigned char byte = *at++;
        if (shift == 63 && byte > 1)
            return fail(wire, "a number has more than 64 bits");
        *value |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) {
            wire->at = at;
            return true;
        }
    }
    return false; /* not reached: the tenth byte is 0 or 1 */
}

static bool take_fixed(TdiWire *wire, unsigned size, uint64_t *value)
{
    if ((size_t)(wire->end - wire->at) < size)
        return fail(wire, "a number is cut off");
    *value = 0;
    for (unsigned i = 0; i < size; i++)
        *value |= (uint64_t)wire->at[i] << 8 * i;
    wire->at += size;
    return true;
}

static bool take_bytes(TdiWire *wire, TdiWire *bytes)
{
    const unsigned char *begin = wire->at;
    uint64_t length;
    if (!take_varint(wire, &length))
        return false;
    if (length > (size_t)(wire->end - wire->at)) {
        wire->at = begin;
        return fail(wire, "a field is longer than what holds it");
    }
    *bytes = (TdiWire){wire->at, wire->at + length, NULL};
    wire->at += length;
    return true;
}

static bool take_value(TdiWire *wire, TdiWireType type, uint64_t *value)
{
    return type == TDI_WIRE_VARINT ? take_varint(wire, value)
           : type == TDI_WIRE_64   ? take_fixed(wire, 8, value)
                                   : take_fixed(wire, 4, value);
}

bool tdi_wire_next(TdiWire *message, TdiField *field)
{
    const unsigned char *begin = message->at;
    uint64_t key;
    if (message->fault != NULL || message->at == message->end || !take_varint(message, &key))
        return false;
    *field = (TdiField){.number = (uint32_t)(key >> 3), .type = (TdiWireType)(key & 7)};
    if (key >> 32 != 0 || field->number == 0) {
        message->at = begin;
        return fail(message, "no field has such a number");
    }
    switch (field->type) {
    case TDI_WIRE_VARINT:
    case TDI_WIRE_64:
    case TDI_WIRE_32:
        return take_value(message, field->type, &field->value);
    case TDI_WIRE_BYTES:
        return take_bytes(message, &field->bytes);
    }
    message->at = begin;
    return fail(message, (key & 7) < 5 ? "a group stands here" : "no field has such a type");
}

bool tdi_wire_number(TdiField *field, TdiWireType each, uint64_t *number)
{
    if (field->type == TDI_WIRE_BYTES)
        return field->bytes.fault == NULL && field->bytes.at < field->bytes.end &&
               take_value(&field->bytes, each, number);
    if (field->type != each || field->taken)
        return false;
    field->taken = true;
    *number = field->value;
    return true;
}
