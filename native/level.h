/* What kernel.c is compiled for: LSTM_LEVEL names it, LSTM_WIDTH is V and LSTM_ROWS is R there. */

#ifndef LEVEL_H
#define LEVEL_H

#include "lstm.h"

typedef struct {
    const char *name;
    int width;
    void (*pass)(const lstm_pass *);
    void (*product)(const lstm_product *);
    void (*attention)(const lstm_attention *);
    void (*words)(const lstm_words *);
    void (*embed)(const lstm_embed *);
} lstm_kernel;

#define LSTM_DECLARE(level)                           \
    void pass_##level(const lstm_pass *);             \
    void product_##level(const lstm_product *);       \
    void attention_##level(const lstm_attention *);   \
    void words_##level(const lstm_words *);           \
    void embed_##level(const lstm_embed *)

#endif
