"""Compare saved models on the same text."""
