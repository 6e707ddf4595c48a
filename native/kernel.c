/* The arithmetic, compiled once for each level (compile.py): plain C with GCC's and Clang's vector types, whose
   operators the compiler turns into the instructions of the level.

   Every sum is made in the same order however many rows are computed together, so no result depends on what is
   beside it. */

#include <string.h>

#include "half.h"
#include "level.h"
#include "vectors.h"

#define CAT_(a, b) a##_##b
#define CAT(a, b) CAT_(a, b)
#define NAME(function) CAT(function, LSTM_LEVEL)

#if defined __clang__ && LSTM_ROWS == 3
#undef LSTM_ROWS
#define LSTM_ROWS 2 /* of sixteen registers, Clang keeps four for a panel's weights */
#endif

enum {
    R = LSTM_ROWS, /* rows computed at once: their sums are in registers */
    TOGETHER = 48  /* rows that take a step together: their states stay in the cache */
};

/* 2^y, within 1e-7 of its size, for |y| < 126: 2^round(y) times a polynomial of the rest. */
INLINE vec exp2_of(vec y) {
    const float magic = 12582912.0f; /* 1.5 * 2^23: what is added to it is rounded to a whole number */
    vec shifted = y + magic;
    ivec whole = (ivec)shifted << 23; /* that number, in the exponent's place */
    vec rest = y - (shifted - magic);
    vec p = 0.00132647f * rest + 0.00967151f;
    p = p * rest + 0.05550734f;
    p = p * rest + 0.24022242f;
    p = p * rest + 0.69314698f;
    p = p * rest + 1.0f;
    return p * (vec)(whole + 0x3f800000);
}

/* exp(scale * x), kept between 2^-40 and 2^40: three of them multiplied are still finite, and one more is 1 - 1e-12.
   What is not a number stays so. */
INLINE vec exp_of(vec x, float scale) {
    const vec most = (vec){0} + 40.0f;
    return exp2_of(larger(-most, smaller(most, x * (scale * 1.44269504f))));
}

/* sums[r] += x[r] W for n rows and one panel of 4 V outputs; n is a constant where this is used, so that the sums stay
   in registers. */
INLINE void multiply_rows(int n, int64_t inputs, const float *const *x, const float *panel, vec sums[][4]) {
    vec own[R][4];
    memcpy(own, sums, sizeof own[0] * (size_t)n);
    for (int64_t k = 0; k < inputs; k++, panel += 4 * V)
#pragma GCC unroll 8
        for (int r = 0; r < n; r++) {
            const float x_rk = x[r][k];
#pragma GCC unroll 4
            for (int g = 0; g < 4; g++) own[r][g] += x_rk * load(panel + g * V);
        }
    memcpy(sums, own, sizeof own[0] * (size_t)n);
}

/* The same for any n up to R.  Not inlined: nothing else shall be kept in registers meanwhile. */
static __attribute__((noinline)) void multiply(int64_t n, int64_t inputs, const float *const *x, const float *panel,
                                               vec sums[][4]) {
    switch (n) {
    case 1: multiply_rows(1, inputs, x, panel, sums); break;
    case 2: multiply_rows(2, inputs, x, panel, sums); break;
#if LSTM_ROWS > 2
    case 3: multiply_rows(3, inputs, x, panel, sums); break;
#endif
#if LSTM_ROWS > 3
    case 4: multiply_rows(4, inputs, x, panel, sums); break;
    case 5: multiply_rows(5, inputs, x, panel, sums); break;
    case 6: multiply_rows(6, inputs, x, panel, sums); break;
#endif
    }
}

/* As multiply_rows, in 16 bits: the sums are exact, Python has chosen the scales so that none overflows. */
INLINE void multiply_rows_int16(int n, int64_t inputs, const int16_t *const *x, const int16_t *panel, ivec sums[][4]) {
    ivec own[R][4] = {{{0}}};
    for (int64_t k = 0; k < inputs; k += 2, panel += 8 * V) {
        pairs w[4];
#pragma GCC unroll 4
        for (int g = 0; g < 4; g++) w[g] = *(const loose_pairs *)(panel + 2 * g * V);
#pragma GCC unroll 8
        for (int r = 0; r < n; r++) {
            int32_t both;
            memcpy(&both, x[r] + k, sizeof both);
            const pairs x_rk = (pairs)((ivec){0} + both);
#pragma GCC unroll 4
            for (int g = 0; g < 4; g++) own[r][g] = multiply_pairs(own[r][g], x_rk, w[g]);
        }
    }
    memcpy(sums, own, sizeof own[0] * (size_t)n);
}

static __attribute__((noinline)) void multiply_int16(int64_t n, int64_t inputs, const int16_t *const *x,
                                                     const int16_t *panel, ivec sums[][4]) {
    switch (n) {
    case 1: multiply_rows_int16(1, inputs, x, panel, sums); break;
    case 2: multiply_rows_int16(2, inputs, x, panel, sums); break;
#if LSTM_ROWS > 2
    case 3: multiply_rows_int16(3, inputs, x, panel, sums); break;
#endif
#if LSTM_ROWS > 3
    case 4: multiply_rows_int16(4, inputs, x, panel, sums); break;
    case 5: multiply_rows_int16(5, inputs, x, panel, sums); break;
    case 6: multiply_rows_int16(6, inputs, x, panel, sums); break;
#endif
    }
}

INLINE int64_t fewer(int64_t a, int64_t b) { return a < b ? a : b; }

void NAME(product)(const lstm_product *p) {
    const float *x[R];
    vec sums[R][4];
    for (int64_t m = 0; m < p->outputs; m += 4 * V)
        for (int64_t row = 0; row < p->rows; row += R) {
            const int64_t n = fewer(p->rows - row, R);
            for (int64_t r = 0; r < n; r++) {
                x[r] = p->x + (row + r) * p->stride;
                for (int g = 0; g < 4; g++) sums[r][g] = (vec){0};
            }
            multiply(n, p->inputs, x, p->weights + m * p->inputs, sums);
            for (int64_t r = 0; r < n; r++)
                for (int g = 0; g < 4; g++) /* the bias last, or all is rounded to its size */
                    store(p->out + (row + r) * p->outputs + m + g * V, sums[r][g] + load(p->bias_M + m + g * V));
        }
}

/* Hochreiter & Schmidhuber (1997) with the forget gate of Gers et al. (2000), as in src/lstmcli/cells/lstm.py:

       i, f, o = sigmoid(a_i, a_f, a_o),  g = tanh(a_g)
       c' = f c + i g
       h' = o tanh(c')

   With e_x = exp(-a_x), or exp(-2 a_g) and exp(-2 c') for what tanh squashes, sigmoid(x) = 1 / (1 + e_x) and
   tanh(x) = (1 - e_x) / (1 + e_x), so two divisions do for all:

       c' = (c (1 + e_i) (1 + e_g) + (1 - e_g) (1 + e_f)) / ((1 + e_f) (1 + e_i) (1 + e_g))
       h' = (1 - e_c) / ((1 + e_o) (1 + e_c)) */
INLINE vec cell(const vec a[4], vec *c) {
    vec e_i = exp_of(a[0], -1), e_f = exp_of(a[1], -1), e_g = exp_of(a[2], -2), e_o = exp_of(a[3], -1);
    vec entering = (1 + e_i) * (1 + e_g), staying = 1 + e_f;
    *c = (*c * entering + (1 - e_g) * staying) / (staying * entering);
    vec e_c = exp_of(*c, -2);
    return (1 - e_c) / ((1 + e_o) * (1 + e_c));
}

/* Where a row's token of one step is, and what the inputs add to the gates there. */
typedef struct {
    const float *sums;
    int64_t token;
} place;

INLINE place place_of(const lstm_pass *p, int64_t row, int64_t t) {
    int64_t token = p->first_N[row] + (p->backward ? p->lengths_N[row] - 1 - t : t), at = p->places[token];
    return (place){at < 0 ? p->others + (-1 - at) * p->stride : p->remembered + at * p->stride, token};
}

/* Asks for 4 V floats that the next rows need, and for those of the next step: they come from far away, and by then the
   nearest cache has lost them again. */
INLINE void fetch_soon(const float *sums) {
    for (int line = 0; line < 4 * V; line += 16) __builtin_prefetch(sums + line);
}

INLINE void fetch_later(const float *sums) {
    for (int line = 0; line < 4 * V; line += 16) __builtin_prefetch(sums + line, 0, 2);
}

/* What h adds to the gates' sums, in 16 bits. */
INLINE void add_int16(const lstm_pass *p, int64_t j, int64_t n, const int16_t *const *h, vec sums[][4]) {
    ivec products[R][4];
    multiply_int16(n, p->H, h, p->recurrent_int16 + 4 * j * p->H, products);
    for (int64_t r = 0; r < n; r++)
        for (int g = 0; g < 4; g++)
            sums[r][g] += __builtin_convertvector(products[r][g], vec) * load(p->scale_G + 4 * j + g * V);
}

/* Round(y * LSTM_ONE), as exp2_of rounds. */
INLINE void store_int16(int16_t *to, vec y) {
    *(loose_shorts *)to = __builtin_convertvector((ivec)(y * (float)LSTM_ONE + 12582912.0f), shorts);
}

/* Step t of the rows from start to end: n of them from one row on, for the V units from j on. */
static void step(const lstm_pass *p, int64_t t, int64_t j, int64_t start, int64_t end, int64_t row, int64_t n) {
    const int64_t H = p->H;
    const int64_t before = (t & 1) * p->N * H, after = (~t & 1) * p->N * H;
    const float *h[R];
    const int16_t *h_int16[R];
    place at[R];
    vec sums[R][4];
    for (int64_t r = 0; r < n; r++) {
        at[r] = place_of(p, row + r, t);
        h[r] = p->h_2NH + before + (row + r) * H;
        h_int16[r] = p->h_int16_2NH + before + (row + r) * H;
        for (int g = 0; g < 4; g++) sums[r][g] = load(at[r].sums + 4 * j + g * V);
        if (t + 1 < p->lengths_N[row + r]) fetch_later(place_of(p, row + r, t + 1).sums + 4 * j);
        const int64_t next = row + n + r;
        if (next < end) fetch_soon(place_of(p, next, t).sums + 4 * j);
        else if (j + V < H) fetch_soon(place_of(p, start + next - end, t).sums + 4 * (j + V));
    }
    const int begun = t > 0 || p->carried;
    if (begun && p->recurrent_int16) add_int16(p, j, n, h_int16, sums);
    else if (begun) multiply(n, H, h, p->recurrent + 4 * j * H, sums);
    for (int64_t r = 0; r < n; r++) {
        const int64_t unit = (row + r) * H + j;
        vec c = begun ? load(p->c_NH + unit) : (vec){0}, y = cell(sums[r], &c);
        store(p->c_NH + unit, c);
        if (p->recurrent_int16) store_int16(p->h_int16_2NH + after + unit, y);
        else store(p->h_2NH + after + unit, y);
        vec most = t ? load(p->max_NH + unit) : y;
        store(p->max_NH + unit, larger(most, y)); /* y where it is not a number, and so to the end */
        store(p->sum_NH + unit, t ? load(p->sum_NH + unit) + y : y);
        if (t + 1 == p->lengths_N[row + r]) store(p->last_NH + unit, y);
        if (p->steps) store(p->steps + at[r].token * p->steps_stride + j, y);
    }
}

void NAME(pass)(const lstm_pass *p) {
    for (int64_t start = 0; start < p->N; start += TOGETHER) {
        int64_t end = fewer(start + TOGETHER, p->N);
        for (int64_t t = 0; t < p->lengths_N[start]; t++) {
            while (p->lengths_N[end - 1] <= t) end--;
            for (int64_t j = 0; j < p->H; j += V)
                for (int64_t row = start; row < end; row += R) step(p, t, j, start, end, row, fewer(end - row, R));
        }
    }
}

void NAME(embed)(const lstm_embed *p) {
    const int64_t E = p->E, whole = E - E % V;
    float *out = p->out;
    memset(out, 0, sizeof *out * (size_t)(p->count * E));
    for (int64_t i = 0; i < p->count; i++, out += E)
        for (int64_t f = 0; f < p->F; f++) {
            const int64_t start = p->ids[i * p->F + f] * E;
            if (p->halves) {
                const uint16_t *row = (const uint16_t *)p->table_UE + start;
                for (int64_t e = 0; e < whole; e += V) store(out + e, load(out + e) + load_halves(row + e));
                for (int64_t e = whole; e < E; e++) out[e] += from_half(row[e]);
            } else {
                const float *row = (const float *)p->table_UE + start;
                for (int64_t e = 0; e < E; e++) out[e] += row[e];
            }
        }
}

INLINE float total(vec value) {
    float sum = 0;
    for (int v = 0; v < V; v++) sum += value[v];
    return sum;
}

/* Yang et al. (2016), simplified: a learned query in place of a layer. */
void NAME(attention)(const lstm_attention *p) {
    for (int64_t b = 0; b < p->texts; b++) {
        float *out = p->out + b * p->units, peak = -1e30f, norm = 0;
        memset(out, 0, sizeof(float) * (size_t)p->units);
        for (int64_t n = p->rows_of[b]; n < p->rows_of[b + 1]; n++)
            for (int64_t i = p->first_N[n]; i < p->first_N[n] + p->lengths_N[n]; i++) {
                vec score = {0};
                for (int64_t k = 0; k < p->units; k += V) {
                    vec e = exp_of(load(p->steps + i * p->units + k), -2);
                    score += (1 - e) / (1 + e) * load(p->query + k);
                }
                p->scores[i] = total(score);
                peak = peak > p->scores[i] ? peak : p->scores[i];
            }
        for (int pass = 0; pass < 2; pass++) /* the sum of all weights, then the weighted sum */
            for (int64_t n = p->rows_of[b]; n < p->rows_of[b + 1]; n++)
                for (int64_t i = p->first_N[n]; i < p->first_N[n] + p->lengths_N[n]; i++) {
                    vec weight = exp_of((vec){0} + (p->scores[i] - peak), 1);
                    if (!pass) norm += weight[0];
                    else
                        for (int64_t k = 0; k < p->units; k += V)
                            store(out + k, load(out + k) + weight / norm * load(p->steps + i * p->units + k));
                }
    }
}

/* The sums over a row's words so far: those of each place of a vector are apart until the end. */
typedef struct {
    vec most, sum, weighted;
} tally;

/* exp(y ln 2) of what is at most 0; beyond 2^-120 nothing counts. */
INLINE vec share_of(vec *y) { return exp2_of(*y = larger((vec){0} - 120.0f, *y)); }

/* Adds the words of one row.  The largest logit so far is subtracted from all: Milakov &
   Gimelshein (2018, arXiv 1805.02867). */
static void add_words(tally *so_far, int64_t panels, vec (*logits)[R][4], int64_t r) {
    const float per_nat = 1.44269504f;
    vec most = so_far->most, sum = {0}, weighted = {0};
    for (int64_t i = 0; i < panels; i++)
        for (int g = 0; g < 4; g++) most = larger(most, logits[i][r][g]);
    for (int64_t i = 0; i < panels; i++)
        for (int g = 0; g < 4; g++) {
            vec y = (logits[i][r][g] - most) * per_nat, e = share_of(&y);
            sum += e;
            weighted += e * y;
        }
    vec y = (so_far->most - most) * per_nat, e = share_of(&y);
    *so_far = (tally){most, so_far->sum * e + sum, (so_far->weighted + so_far->sum * y) * e + weighted};
}

/* The logits of n rows and the panel of words from m on. */
INLINE void panel_logits(const lstm_words *p, int64_t row, int64_t n, int64_t m, vec logits[][4]) {
    const float *x[R];
    const int16_t *x_int16[R];
    ivec products[R][4];
    for (int64_t r = 0; r < n; r++) {
        x[r] = p->x + (row + r) * p->stride;
        x_int16[r] = p->x_int16 + (row + r) * p->stride;
        for (int g = 0; g < 4; g++) logits[r][g] = (vec){0};
    }
    if (p->x_int16) multiply_int16(n, p->inputs, x_int16, p->weights_int16 + m * p->inputs, products);
    else multiply(n, p->inputs, x, p->weights + m * p->inputs, logits);
    for (int64_t r = 0; r < n; r++)
        for (int g = 0; g < 4; g++) {
            if (p->x_int16)
                logits[r][g] = __builtin_convertvector(products[r][g], vec) * load(p->scale_M + m + g * V);
            logits[r][g] += load(p->bias_M + m + g * V); /* last, as in product */
        }
}

/* The end of a row: the places of the vector together. */
static void finish_words(const lstm_words *p, int64_t row, const tally *found) {
    float most = found->most[0];
    for (int v = 1; v < V; v++) most = most > found->most[v] ? most : found->most[v];
    vec y = (found->most - most) * 1.44269504f, e = share_of(&y);
    p->most[row] = most;
    p->sum[row] = total(found->sum * e);
    p->weighted[row] = total((found->weighted + found->sum * y) * e);
}

void NAME(words)(const lstm_words *p) {
    enum { PANELS = 4, SCORED = 96 }; /* whose weights, and rows whose numbers, stay in the cache */
    vec logits[PANELS][R][4];
    tally found[SCORED];
    for (int64_t start = 0; start < p->rows; start += SCORED) {
        const int64_t end = fewer(start + SCORED, p->rows);
        for (int64_t row = start; row < end; row++) found[row - start] = (tally){(vec){0} - 1e30f, {0}, {0}};
        for (int64_t first = 0; first < p->outputs; first += PANELS * 4 * V) {
            const int64_t panels = fewer(PANELS, (p->outputs - first) / (4 * V));
            for (int64_t row = start; row < end; row += R) {
                const int64_t n = fewer(R, end - row);
                for (int64_t i = 0; i < panels; i++) panel_logits(p, row, n, first + i * 4 * V, logits[i]);
                for (int64_t r = 0; r < n; r++) {
                    const int64_t target = p->targets[row + r] - first, within = target % (4 * V);
                    if (target >= 0 && target < panels * 4 * V)
                        p->target[row + r] = logits[target / (4 * V)][r][within / V][within % V];
                    add_words(&found[row + r - start], panels, logits, r);
                }
            }
        }
        for (int64_t row = start; row < end; row++) finish_words(p, row, &found[row - start]);
    }
}
