"""Look inside a model as it reads a text."""
