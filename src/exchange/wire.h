/* Protocol buffers' wire format, read in place: a message is a row of fields, each a number and
 * a value. Nothing is copied, and bytes that are passed over are not touched. */
#ifndef TDI_WIRE_H
#define TDI_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum TdiWireType {
    TDI_WIRE_VARINT = 0,
    TDI_WIRE_64 = 1,
    TDI_WIRE_BYTES = 2, /* a message, characters, or many numbers */
    TDI_WIRE_32 = 5
} TdiWireType;

/* What is left of a message. */
typedef struct TdiWire {
    const unsigned char *at, *end;
    const char *fault; /* why it cannot be read on from `at`; NULL */
} TdiWire;

typedef struct TdiField {
    uint32_t number;
    TdiWireType type;
    bool taken;     /* by tdi_wire_number */
    uint64_t value; /* of all types but bytes */
    TdiWire bytes;
} TdiField;

/* The next field of a message; false at its end and at a fault. */
bool tdi_wire_next(TdiWire *message, TdiField *field);

/* The next number of a repeated field whose numbers are of type `each`: packed into bytes, or
 * this one alone. False where there is no other, and at a fault (of field->bytes). */
bool tdi_wire_number(TdiField *field, TdiWireType each, uint64_t *number);

#endif
