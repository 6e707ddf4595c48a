"""Generate text with a language model."""
