"""Train architectures side by side."""
