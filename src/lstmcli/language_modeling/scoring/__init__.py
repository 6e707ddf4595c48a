"""Perplexity and surprisal."""
