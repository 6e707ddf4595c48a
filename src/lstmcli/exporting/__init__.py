"""Models in forms that other programs read, with the same answers."""
