/* The interface between the library and Python (src/lstmcli/engine/native.py).

   Nothing here allocates, keeps anything between calls, or checks its arguments: Python owns the arrays and checks
   their sizes, and every id and length in them, before each call.

   Shapes: N rows of tokens, one after the other in time; T tokens of a row; F rows of the table that make a token,
   U rows in the table; E inputs; H units, padded with zeros to a multiple of the vector's width V; G = 4 H sums for
   the gates; M outputs of a product, a multiple of 4 V; P products that are remembered.  A language model's words are
   the outputs of its last product.

   Weights are packed in panels of 4 V outputs, [M / 4V, inputs, 4 V]; those of an LSTM so that a panel holds the gates
   i, f, g, o of V units side by side. */

#ifndef LSTM_H
#define LSTM_H

#include <stdint.h>

#if defined _WIN32
#define LSTM_PUBLIC __declspec(dllexport)
#else
#define LSTM_PUBLIC __attribute__((visibility("default")))
#endif

#define LSTM_ONE 8192 /* what 1 is among the states in 16 bits: none is larger */
#define LSTM_VERSION 5 /* of this interface; Python refuses a library of another */

/* A bidirectional layer is two of these. */
typedef struct {
    int64_t N, H;
    const int64_t *lengths_N;     /* at least 1, longest first */
    const int64_t *first_N;       /* where in places a row of tokens begins */
    const int64_t *places;        /* of each token: from 0, in remembered; below 0, -1 - its place in others */
    int64_t backward;             /* 1: from a row's last token to its first */
    const float *remembered;      /* the inputs' part of the gates' sums, this direction's G from the start on */
    const float *others;          /* the same, for tokens that are not remembered */
    int64_t stride;               /* from token to token in both */
    const float *recurrent;       /* the packed weights of h, H inputs */
    const int16_t *recurrent_int16; /* the same in 16 bits, pairs of inputs side by side; NULL: not */
    const float *scale_G;           /* what one of a sum in 16 bits stands for */
    int64_t carried;                /* 1: the first N rows of h and all of c are the states before the first step */
    float *h_2NH, *c_NH;            /* for the states; c is that after the last step in the end */
    int16_t *h_int16_2NH;           /* h in 16 bits, where its weights are */
    float *max_NH, *sum_NH, *last_NH; /* out: over the steps of each row */
    float *steps;                 /* out, unless NULL: h of each token, at first_N plus its time */
    int64_t steps_stride;         /* from token to token in it */
} lstm_pass;

typedef struct {
    int64_t rows, inputs, outputs;  /* outputs: M */
    const float *x;                 /* [rows, inputs] */
    int64_t stride;                 /* from row to row of x */
    const float *weights, *bias_M;  /* packed */
    float *out;                     /* [rows, M] */
} lstm_product;

/* What the probability of a word needs, p = exp(target - most) / sum, without the logits ever being in memory together.
   Either the numbers in floats or those in 16 bits are given. */
typedef struct {
    int64_t rows, inputs, outputs;  /* outputs: M, the words; -1e30 as the bias of those that only fill a panel */
    const float *x, *weights;       /* [rows, stride], and packed; or NULL */
    const int16_t *x_int16, *weights_int16; /* pairs of inputs side by side; or NULL */
    int64_t stride;                 /* from row to row of either x */
    const float *scale_M;           /* what one of a sum in 16 bits stands for */
    const float *bias_M;
    const int64_t *targets;         /* [rows]: words */
    float *target, *most, *sum;     /* out, [rows]: the target's logit, the largest, the sum of exp(logit - most) */
    float *weighted;                /* out: the sum of exp(logit - most) (logit - most) / ln 2 */
} lstm_words;

typedef struct {
    int64_t N, units;
    const int64_t *lengths_N, *first_N;
    const float *steps;  /* [tokens, units] */
    const float *query;  /* [units], a multiple of V */
    int64_t texts;
    const int64_t *rows_of; /* [texts + 1]: a text's rows are those from rows_of[b] to rows_of[b + 1] */
    float *scores;       /* [tokens], for what is made on the way */
    float *out;          /* [texts, units] */
} lstm_attention;

typedef struct {
    int64_t count, F, E;
    const int32_t *ids;     /* [count, F] */
    const void *table_UE;   /* halves or floats */
    int64_t halves;
    float *out;             /* [count, E] */
} lstm_embed;

typedef struct {
    int64_t capacity, F;
    int32_t *keys_PF;     /* of what is remembered */
    int32_t *slots;       /* a hash table: 1 + a place in keys; 0 where there is nothing */
    int64_t slot_count;   /* a power of two, more than the capacity */
} lstm_memo;

typedef struct {
    int64_t order, P, C;         /* n-grams of up to `order` tokens; P of them, C labels */
    const uint64_t *keys_P;      /* ascending */
    const uint16_t *weights_PC;  /* halves */
    const float *bias_C;
    int32_t *slots;              /* as in lstm_memo, of keys_P */
    int64_t slot_count;
} lstm_ngrams;

/* Words met before. */
typedef struct {
    int64_t capacity, letter_count;
    int64_t *ends;      /* [capacity + 1]: a word's letters are those from ends[w] to ends[w + 1] */
    char *letters;
    int32_t *slots;     /* as in lstm_memo */
    int64_t slot_count;
} lstm_dictionary;

LSTM_PUBLIC int lstm_version(void);

/* The name of the nth level that this processor has, the fastest first; NULL beyond the last. */
LSTM_PUBLIC const char *lstm_level(int n);

/* V, the floats in a vector of a level. */
LSTM_PUBLIC int lstm_width(int level);

/* One direction of one layer over rows of tokens. */
LSTM_PUBLIC void lstm_run_pass(int level, const lstm_pass *pass);

/* out = x W + bias. */
LSTM_PUBLIC void lstm_run_product(int level, const lstm_product *product);

/* The words that follow each row: the target's logit, and the sums over all words. */
LSTM_PUBLIC void lstm_run_words(int level, const lstm_words *words);

/* Each text's steps weighted by softmax(tanh(step) . query). */
LSTM_PUBLIC void lstm_run_attention(int level, const lstm_attention *attention);

/* The sum of the F rows of the table for each of the ids [count, F]. */
LSTM_PUBLIC void lstm_run_embed(int level, const lstm_embed *embed);

/* The place of each of the ids [count, F] among what is remembered, `used` so far; a key that is new is added while
   there is room, and then counted as -1, -2 and so on.  Returns how many are remembered afterwards. */
LSTM_PUBLIC int64_t lstm_find(const lstm_memo *memo, int64_t used, const int32_t *ids, int64_t count, int64_t *places);

/* Fills the slots, which are all 0, from the keys. */
LSTM_PUBLIC void lstm_index_ngrams(const lstm_ngrams *table);

/* The bias and the weights of the distinct n-grams of each text, [texts, C]: n-grams as in
   src/lstmcli/classification/ngrams/table.py, added in the order of their keys.  A text's tokens are those from
   first[b] to first[b + 1]; `found` has room for `order` numbers for each token of the longest. */
LSTM_PUBLIC void lstm_score_ngrams(const lstm_ngrams *table, const int32_t *ids, const int64_t *first, int64_t texts,
                                   int32_t *found, float *out);

/* Cuts ASCII texts, laid end to end, into words as src/lstmcli/tokenization/ascii_words.py does.  The place of each
   word goes to `places`, which has room for a word a character, and the number of each text's words to `counts`.
   Returns how many words the dictionary then holds, `used` so far; -1 if there is no room. */
LSTM_PUBLIC int64_t lstm_split(const lstm_dictionary *dictionary, int64_t used, const char *text, const int64_t *ends,
                               int64_t texts, int32_t *places, int64_t *counts);

/* The CRC-32 of "<" and the first four letters, and of the last three and ">", of each word: [words, 2]. */
LSTM_PUBLIC void lstm_affixes(const char *letters, const int64_t *ends, int64_t words, uint32_t *out);

#endif
