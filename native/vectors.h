/* Vectors of the level, and the few operations on them that no operator of C stands for: intrinsics on x86, and loops
   that say the same elsewhere. */

#ifndef VECTORS_H
#define VECTORS_H

#include <stdint.h>
#include <string.h>

#if defined __SSE2__
#include <immintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline))

enum { V = LSTM_WIDTH }; /* floats in a vector */

typedef float vec __attribute__((vector_size(4 * LSTM_WIDTH)));
typedef int32_t ivec __attribute__((vector_size(4 * LSTM_WIDTH)));
typedef float loose __attribute__((vector_size(4 * LSTM_WIDTH), aligned(4), may_alias)); /* anywhere in memory */

typedef int16_t pairs __attribute__((vector_size(4 * LSTM_WIDTH)));  /* two numbers in the place of a float */
typedef int16_t shorts __attribute__((vector_size(2 * LSTM_WIDTH))); /* V numbers */
typedef int16_t loose_pairs __attribute__((vector_size(4 * LSTM_WIDTH), aligned(2), may_alias));
typedef int16_t loose_shorts __attribute__((vector_size(2 * LSTM_WIDTH), aligned(2), may_alias));

INLINE vec load(const float *from) { return *(const loose *)from; }
INLINE void store(float *to, vec value) { *(loose *)to = value; }

typedef uint16_t loose_halves __attribute__((vector_size(2 * LSTM_WIDTH), aligned(2), may_alias));

/* As from_half, V at once. */
INLINE vec load_halves(const uint16_t *from) {
    const ivec half = __builtin_convertvector(*(const loose_halves *)from, ivec);
    const vec size = (vec)((half & 0x7fff) << 13) * 0x1p112f;
    return (vec)((ivec)size | (half & 0x8000) << 16 | (((half & 0x7c00) == 0x7c00) & 0x7f800000));
}

/* a > b ? a : b, and a < b ? a : b: b where one is not a number. */
#if LSTM_WIDTH == 16
INLINE vec larger(vec a, vec b) { return (vec)_mm512_max_ps((__m512)a, (__m512)b); }
INLINE vec smaller(vec a, vec b) { return (vec)_mm512_min_ps((__m512)a, (__m512)b); }
#elif LSTM_WIDTH == 8
INLINE vec larger(vec a, vec b) { return (vec)_mm256_max_ps((__m256)a, (__m256)b); }
INLINE vec smaller(vec a, vec b) { return (vec)_mm256_min_ps((__m256)a, (__m256)b); }
#elif defined __SSE2__
INLINE vec larger(vec a, vec b) { return (vec)_mm_max_ps((__m128)a, (__m128)b); }
INLINE vec smaller(vec a, vec b) { return (vec)_mm_min_ps((__m128)a, (__m128)b); }
#else
INLINE vec choose(ivec mask, vec a, vec b) { return (vec)((mask & (ivec)a) | (~mask & (ivec)b)); }
INLINE vec larger(vec a, vec b) { return choose(a > b, a, b); }
INLINE vec smaller(vec a, vec b) { return choose(a < b, a, b); }
#endif

/* sum[v] + a[2 v] b[2 v] + a[2 v + 1] b[2 v + 1] for each v. */
INLINE ivec multiply_pairs(ivec sum, pairs a, pairs b) {
#if LSTM_WIDTH == 16 && defined __AVX512VNNI__
    return (ivec)_mm512_dpwssd_epi32((__m512i)sum, (__m512i)a, (__m512i)b);
#elif LSTM_WIDTH == 16
    return sum + (ivec)_mm512_madd_epi16((__m512i)a, (__m512i)b);
#elif LSTM_WIDTH == 8
    return sum + (ivec)_mm256_madd_epi16((__m256i)a, (__m256i)b);
#elif defined __SSE2__
    return sum + (ivec)_mm_madd_epi16((__m128i)a, (__m128i)b);
#else
    for (int v = 0; v < V; v++) sum[v] += (int32_t)a[2 * v] * b[2 * v] + (int32_t)a[2 * v + 1] * b[2 * v + 1];
    return sum;
#endif
}

#endif
