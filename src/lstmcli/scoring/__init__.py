"""Perplexity, surprisal and their units, whatever predicts the tokens."""
