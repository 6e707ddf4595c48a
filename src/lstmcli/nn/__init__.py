"""Layers and cells in PyTorch."""
