/* IEEE 754 half precision. */

#ifndef HALF_H
#define HALF_H

#include <stdint.h>
#include <string.h>

/* Exact, for subnormal numbers, infinities and what is not a number too. */
static inline float from_half(uint16_t half) {
    uint32_t bits = (uint32_t)(half & 0x7fff) << 13, sign = (uint32_t)(half & 0x8000) << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    value *= 0x1p112f; /* the exponent counts from 127, not from 15 */
    memcpy(&bits, &value, sizeof bits);
    bits |= sign | ((half & 0x7c00) == 0x7c00 ? 0x7f800000u : 0);
    memcpy(&value, &bits, sizeof value);
    return value;
}

#endif
