/* ASCII text cut into words, each looked up among those met before, and hashes of their affixes. */

#include <string.h>

#include "lstm.h"

static int lower(int c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }
static int is_alphanumeric(int c) { return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z'); }
static int is_word(int c) { return is_alphanumeric(c) || c == '_'; }
static int is_space(int c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* The letters of a contraction's ending that the text begins with, 's or 'll, with the apostrophe; 0 if there is none. */
static int64_t contraction(const char *text, const char *end) {
    static const char *const endings[] = {"s", "t", "re", "ve", "ll", "d", "m"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        int64_t length = 1;
        while (endings[i][length - 1] && text + length < end && lower(text[length]) == endings[i][length - 1]) length++;
        if (!endings[i][length - 1] && (text + length == end || !is_alphanumeric(text[length]))) return length;
    }
    return 0;
}

/* The word that begins at a character that is no space. */
static int64_t word_length(const char *text, const char *end) {
    int64_t length = 0;
    if (*text == '\'' && (length = contraction(text, end))) return length;
    while (text + length < end && is_word(text[length])) length++;
    return length ? length : 1;
}

/* The place of a word, or -1 if it is new and there is no room. */
static int64_t place_of(const lstm_dictionary *d, int64_t *used, const char *word, int64_t length) {
    const int64_t mask = d->slot_count - 1;
    uint64_t hash = (uint64_t)length;
    for (int64_t i = 0; i < length; i++) hash = (hash ^ (uint8_t)word[i]) * 0x9E3779B97F4A7C15u;
    int64_t slot = (int64_t)(hash >> 32) & mask, place;
    for (; (place = d->slots[slot] - 1) >= 0; slot = (slot + 1) & mask)
        if (d->ends[place + 1] - d->ends[place] == length && !memcmp(d->letters + d->ends[place], word, (size_t)length))
            return place;
    const int64_t start = d->ends[*used];
    if (*used == d->capacity || start + length > d->letter_count) return -1;
    memcpy(d->letters + start, word, (size_t)length);
    d->ends[*used + 1] = start + length;
    place = (*used)++;
    d->slots[slot] = (int32_t)*used;
    return place;
}

int64_t lstm_split(const lstm_dictionary *d, int64_t used, const char *text, const int64_t *ends, int64_t texts,
                   int32_t *places, int64_t *counts) {
    const char *at = text;
    for (int64_t b = 0; b < texts; b++) {
        const char *end = text + ends[b];
        counts[b] = 0;
        while (at < end) {
            if (is_space(*at)) {
                at++;
                continue;
            }
            const int64_t length = word_length(at, end), place = place_of(d, &used, at, length);
            if (place < 0) return -1;
            *places++ = (int32_t)place;
            counts[b]++;
            at += length;
        }
    }
    return used;
}

/* The CRC of zlib, without its last step: the polynomial 0xEDB88320, the lowest bit first. */
static uint32_t crc(uint32_t so_far, uint8_t byte) {
    so_far ^= byte;
    for (int bit = 0; bit < 8; bit++) so_far = so_far >> 1 ^ (so_far & 1 ? 0xEDB88320u : 0);
    return so_far;
}

void lstm_affixes(const char *letters, const int64_t *ends, int64_t words, uint32_t *out) {
    const char *word = letters;
    for (int64_t m = 0; m < words; m++, out += 2) {
        const char *end = letters + ends[m];
        uint32_t first = crc(0xFFFFFFFFu, '<'), last = 0xFFFFFFFFu;
        for (const char *c = word; c < end && c < word + 4; c++) first = crc(first, (uint8_t)*c);
        for (const char *c = end - word > 3 ? end - 3 : word; c < end; c++) last = crc(last, (uint8_t)*c);
        out[0] = ~first;
        out[1] = ~crc(last, '>');
        word = end;
    }
}
