/* Which kernel runs where, and what needs no vectors: looking up token rows and n-grams. */

#include <stdlib.h>
#include <string.h>

#include "half.h"
#include "level.h"

#define KERNEL(level, width) \
    {#level, width, pass_##level, product_##level, attention_##level, words_##level, embed_##level}

#if defined __x86_64__ || defined _M_X64

#include <cpuid.h>
#include <immintrin.h>

LSTM_DECLARE(avx512vnni);
LSTM_DECLARE(avx512);
LSTM_DECLARE(avx2);
LSTM_DECLARE(sse2);
static const lstm_kernel kernels[] = {KERNEL(avx512vnni, 16), KERNEL(avx512, 16), KERNEL(avx2, 8), KERNEL(sse2, 4)};

/* Which registers the system saves when it changes between processes. */
__attribute__((target("xsave"))) static uint64_t saved(void) { return _xgetbv(0); }

/* The first of the kernels that runs here; so do those after it.  Not __builtin_cpu_supports: not every compiler comes
   with the library behind it. */
static int first_kernel(void) {
    enum { AVX = 6, AVX512 = 0xe6 }; /* Intel's manual, volume 1, 13.3 */
    const uint32_t avx512 = bit_AVX512F | bit_AVX512BW | bit_AVX512VL;
    uint32_t a, b, c, d, features;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) || !(c & bit_FMA) || (saved() & AVX) != AVX) return 3;
    if (!__get_cpuid_count(7, 0, &a, &features, &c, &d) || !(features & bit_AVX2)) return 3;
    if ((features & avx512) != avx512 || (saved() & AVX512) != AVX512) return 2;
    return c & bit_AVX512VNNI ? 0 : 1;
}

#else

#if defined __aarch64__
LSTM_DECLARE(neon);
static const lstm_kernel kernels[] = {KERNEL(neon, 4)};
#else
LSTM_DECLARE(plain);
static const lstm_kernel kernels[] = {KERNEL(plain, 4)};
#endif
static int first_kernel(void) { return 0; }

#endif

/* The nth of those that run here. */
static const lstm_kernel *kernel(int level) {
    static int first = -1; /* asking the processor takes long in a virtual machine */
    if (first < 0) first = first_kernel();
    return first + level < (int)(sizeof kernels / sizeof *kernels) ? &kernels[first + level] : NULL;
}

int lstm_version(void) { return LSTM_VERSION; }
const char *lstm_level(int n) { return kernel(n) ? kernel(n)->name : NULL; }
int lstm_width(int level) { return kernel(level)->width; }
void lstm_run_pass(int level, const lstm_pass *pass) { kernel(level)->pass(pass); }
void lstm_run_product(int level, const lstm_product *product) { kernel(level)->product(product); }
void lstm_run_words(int level, const lstm_words *words) { kernel(level)->words(words); }
void lstm_run_attention(int level, const lstm_attention *attention) { kernel(level)->attention(attention); }
void lstm_run_embed(int level, const lstm_embed *embed) { kernel(level)->embed(embed); }

static uint64_t hash(const int32_t *key, int64_t F) {
    uint64_t mixed = 0;
    for (int64_t f = 0; f < F; f++) {
        mixed = (mixed ^ (uint32_t)key[f]) * 0x9E3779B97F4A7C15u;
        mixed ^= mixed >> 32;
    }
    return mixed;
}

int64_t lstm_find(const lstm_memo *memo, int64_t used, const int32_t *ids, int64_t count, int64_t *places) {
    const int64_t F = memo->F, mask = memo->slot_count - 1;
    int64_t others = 0;
    for (int64_t i = 0; i < count; i++, ids += F) {
        int64_t slot = (int64_t)hash(ids, F) & mask, place;
        while ((place = memo->slots[slot] - 1) >= 0 &&
               memcmp(memo->keys_PF + place * F, ids, sizeof *ids * (size_t)F) != 0)
            slot = (slot + 1) & mask;
        if (place < 0 && used < memo->capacity) {
            place = used++;
            memcpy(memo->keys_PF + place * F, ids, sizeof *ids * (size_t)F);
            memo->slots[slot] = (int32_t)used;
        }
        places[i] = place >= 0 ? place : -++others;
    }
    return used;
}

/* Where a key is, or the empty slot where it would be; Python has mixed its bits. */
static int64_t slot_of(const lstm_ngrams *table, uint64_t key) {
    int64_t slot = (int64_t)(key & (uint64_t)(table->slot_count - 1));
    while (table->slots[slot] && table->keys_P[table->slots[slot] - 1] != key)
        slot = (slot + 1) & (table->slot_count - 1);
    return slot;
}

void lstm_index_ngrams(const lstm_ngrams *table) {
    for (int64_t row = 0; row < table->P; row++) table->slots[slot_of(table, table->keys_P[row])] = (int32_t)row + 1;
}

/* Rows of the table among `count` keys; how many.  All slots are asked for before the first is read, then all rows: each
   is far away in memory, and the waits for them overlap. */
static int64_t look_up(const lstm_ngrams *table, const uint64_t *keys, int64_t count, int32_t *found) {
    const uint64_t mask = (uint64_t)(table->slot_count - 1);
    int64_t rows = 0;
    for (int64_t i = 0; i < count; i++) __builtin_prefetch(table->slots + (keys[i] & mask));
    for (int64_t i = 0; i < count; i++) {
        const int32_t row = table->slots[keys[i] & mask] - 1;
        if (row >= 0) __builtin_prefetch(table->keys_P + row);
    }
    for (int64_t i = 0; i < count; i++) {
        const int32_t row = table->slots[slot_of(table, keys[i])] - 1;
        if (row < 0) continue;
        __builtin_prefetch(table->weights_PC + row * table->C);
        found[rows++] = row;
    }
    return rows;
}

/* Rows of the table that a text holds, repeated ones too; how many. */
static int64_t rows_of_text(const lstm_ngrams *table, const int32_t *ids, int64_t T, int32_t *found) {
    enum { UNKNOWN = 1, WAITING = 256 };
    uint64_t keys[WAITING];
    int64_t rows = 0, waiting = 0;
    for (int64_t t = 0; t < T; t++) {
        uint64_t key = 0;
        for (int64_t n = 1; n <= table->order && t + n <= T && ids[t + n - 1] != UNKNOWN; n++) {
            key = (key + (uint64_t)(int64_t)ids[t + n - 1] + (uint64_t)n) * 0x9E3779B97F4A7C15u;
            key = (key ^ key >> 31) * 0xBF58476D1CE4E5B9u;
            key ^= key >> 28;
            keys[waiting++] = key;
            if (waiting == WAITING) {
                rows += look_up(table, keys, waiting, found + rows);
                waiting = 0;
            }
        }
    }
    return rows + look_up(table, keys, waiting, found + rows);
}

static int by_row(const void *a, const void *b) {
    const int32_t left = *(const int32_t *)a, right = *(const int32_t *)b;
    return (left > right) - (left < right);
}

void lstm_score_ngrams(const lstm_ngrams *table, const int32_t *ids, const int64_t *first, int64_t texts,
                       int32_t *found, float *out) {
    for (int64_t b = 0; b < texts; b++, out += table->C) {
        const int64_t count = rows_of_text(table, ids + first[b], first[b + 1] - first[b], found);
        qsort(found, (size_t)count, sizeof *found, by_row);
        memcpy(out, table->bias_C, sizeof *out * (size_t)table->C);
        for (int64_t i = 0; i < count; i++)
            if (i == 0 || found[i] != found[i - 1])
                for (int64_t c = 0; c < table->C; c++)
                    out[c] += from_half(table->weights_PC[found[i] * table->C + c]);
    }
}
