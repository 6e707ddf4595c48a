"""Show gates, states and word attributions of a model for a text."""
