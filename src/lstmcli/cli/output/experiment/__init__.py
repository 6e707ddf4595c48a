"""Renderers of `lstm compare --cells`."""
