"""Renderers of `lstm inspect`."""
