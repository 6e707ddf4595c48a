"""L1: text in, token ids out: sources, formats, tokenizers, features, batches."""
